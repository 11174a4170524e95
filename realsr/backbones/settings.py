"""Settings: frozen records that refuse unknown names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Settings(BaseModel):
    """Base of every record: frozen; an unknown name is refused with the nearest one that exists."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _known_names(cls, data: Any) -> Any:
        known = cls.model_fields
        for name in data if isinstance(data, dict) else ():
            if name not in known:
                names = ", ".join(known) or "none"
                raise ValueError(f"unknown `{name}`{near(str(name), known)} Known: {names}")
        return data


def near(name: str, known: Iterable[str]) -> str:
    """`. Did you mean ...?` where a known name is close, else a full stop."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f". Did you mean `{close[0]}`?" if close else "."
