"""From a template and values to a page, and the three ways in which values get into one."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined


def rendered(package: str, template: str, /, *pieces: str, **values: Any) -> str:
    """The page of a template that lies in the folder `templates` of a package.

    pieces: other packages whose templates it may include.

    It may extend `shell.html`, import `tables.html` and `charts.html`, and include `viewer.html`. Values are
    escaped; one that is not given is an error (jinja2.UndefinedError), not an empty place.
    """
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(one) for one in (package, *pieces, "realsr.pages")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**values)


def as_script(name: str, payload: Any) -> bytes:
    """A script file that sets `window.NAME`, since a page on disk may fetch nothing.

    Nothing in it can end a script element. Raises ValueError for NaN and infinity, which JSON has no word for.
    """
    text = json.dumps(payload, allow_nan=False, separators=(",", ":")).replace("</", "<\\/")
    return f"window.{name} = {text};\n".encode()


def data_uri(png: bytes) -> str:
    """A PNG file's bytes as an address, for a page that is one file."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def link(path: str) -> str:
    """A relative path as an address: spaces, hashes and question marks are part of names."""
    return quote(path)
