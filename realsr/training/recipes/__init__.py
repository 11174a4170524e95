"""Trainings that come with the package, found by name as its pipelines are."""

from __future__ import annotations

from pathlib import Path

from degrade.reader.near import meant_or_known
from realsr.training.errors import TrainingError

_FOLDER = Path(__file__).parent


def recipe_names() -> list[str]:
    """The names of the recipes."""
    return sorted(path.stem for path in _FOLDER.glob("*.yaml"))


def recipe_file(text: str) -> Path:
    """The file of a recipe by its name; any text with a YAML ending is the path of a file.

    Raises TrainingError for another text, with the near match.
    """
    names = recipe_names()
    if text in names:
        return _FOLDER / f"{text}.yaml"
    if text.endswith((".yaml", ".yml")):
        return Path(text)
    near = meant_or_known(text, names)
    raise TrainingError(f"no recipe {text!r}{near}; a file needs its .yaml ending")
