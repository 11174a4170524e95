"""What the person at this command line allows to run: said here, or in a configuration of their own.

`trust.yaml` in the platform's user configuration directory (`realsr doctor` names it):

    trust:
      - 3f5b...  # SHA-256 of a TorchScript file
      - my_models  # a module that studies may name
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_config_path
from pydantic import ValidationError

from degrade.operators.table import OwnOperators
from degrade.reader.records import Strict
from degrade.reader.sentences import of_document
from degrade.reader.yaml_source import read_text, read_yaml
from degrade.trust import NOTHING, Trust
from realsr.files.errors import RequestError

if TYPE_CHECKING:
    from realsr.rows import Rows

_FUNCTION = re.compile(r"(?:[^=]*=)?([A-Za-z_][\w.]*):[A-Za-z_]\w*")
"""`module:function`, with or without a name for it before."""


class Allowed(Strict):
    """The file: digests and modules that may always run."""

    trust: tuple[str, ...] = ()


def configuration() -> Path:
    """Where a person's own list lies, whether it is there or not."""
    return user_config_path("realsr", appauthor=False) / "trust.yaml"


def trusted(said: Iterable[str] = (), models: Iterable[str] = ()) -> Trust:
    """What may run in this command. said: `--trust-code`. models: what was typed as a model, where
    `module:function` names its module by itself.

    Raises RequestError where the person's own list cannot be read.
    """
    typed = (found[1] for text in models if (found := _FUNCTION.fullmatch(text)))
    return configured(configuration()) | Trust.of([*said, *typed])


def own_rows(files: Iterable[Path], said: Iterable[str] = (), models: Iterable[str] = ()) -> Rows:
    """A person's own rows, and with them what they allow to run: what every command hands on.

    Raises RowsError, and RequestError where their own list cannot be read.
    """
    # Late, because it loads the tables of metrics, losses and networks, which many commands do without.
    from realsr.rows import read_rows

    return read_rows(files).trusting(trusted(said, models))


def own_operators(files: Sequence[Path], said: Iterable[str] = ()) -> OwnOperators:
    """As `own_rows`, of which the caller wants the operators alone.

    Without files of rows no other table is loaded.
    """
    return own_rows(files, said).operators if files else OwnOperators.of((), trusted(said))


def configured(path: Path) -> Trust:
    """The list at `path`; nothing where there is none. Raises RequestError."""
    if not path.is_file():
        return NOTHING
    document = read_yaml(read_text(path, "your own list", RequestError), str(path), RequestError)
    try:
        return Trust.of(Allowed.model_validate(document.data or {}).trust)
    except ValidationError as error:
        raise RequestError(of_document(error, document, Allowed)) from error
