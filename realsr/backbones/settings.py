"""Settings: records whose own words name an unknown key's nearest, wherever they are made."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

from degrade.reader.near import meant_or_known
from degrade.reader.records import Strict


class Settings(Strict):
    """Base of every record; an unknown name is refused with the nearest one that exists."""

    @model_validator(mode="before")
    @classmethod
    def _known_names(cls, data: Any) -> Any:
        known = cls.model_fields
        for name in data if isinstance(data, dict) else ():
            if name not in known:
                raise ValueError(f"unknown key {name!r}{meant_or_known(str(name), known)}")
        return data
