"""What a training that goes on is made of: what was asked for, and the keys that were changed on purpose.

Such a change holds from the step that the training goes on from. `resumed.json` keeps every one, so that the
same command, or the first one, goes on as it was left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import ValidationError

from degrade.reader.records import Strict
from realsr.files.json_lines import json_line, read_json
from realsr.files.whole import write_whole
from realsr.rows import check_files
from realsr.training.config import TrainingConfig
from realsr.training.config_file import config_text, made_with, parse_config, read_config
from realsr.training.errors import TrainingError
from realsr.training.folder import TrainingFolder, decisive, follows_steps

VERSION = 1
_OPTIMISERS = ("optimiser", "discriminator_optimiser")
CHANGEABLE = (
    *("steps", "schedule", "clip", "ema", "accumulate", "fast_matmul", "channels_last"),
    *(f"{of}.{key}" for of in _OPTIMISERS for key in ("lr", "betas", "momentum", "weight_decay")),
)
"""Keys that decide coming steps alone: what was trained stays what it is, and the state goes on."""


class KeyChange(Strict):
    """key had another value up to a step, which is how many lay behind."""

    step: int
    key: str
    was: Any
    now: Any

    def __str__(self) -> str:
        return f"from step {self.step} on {self.key} is {self.now!r} in place of {self.was!r}"


class ResumedRecord(Strict):
    """All changes, the earliest first."""

    version: int = VERSION
    changes: tuple[KeyChange, ...] = ()


@dataclass(frozen=True)
class InForce:
    """config: by which the training goes on. changed: key, former value and new value of what changes now.
    earlier: what changed before."""

    config: TrainingConfig
    changed: tuple[tuple[str, Any, Any], ...] = ()
    earlier: tuple[KeyChange, ...] = ()

    def note(self, run: TrainingFolder, step: int) -> tuple[KeyChange, ...]:
        """Records what changes now, after so many steps, and the configuration; those changes."""
        new = tuple(
            KeyChange(step=step, key=key, was=was, now=now) for key, was, now in self.changed
        )
        # Where a state was lost, earlier changes hold from the step that there is.
        before = tuple(
            each.model_copy(update={"step": min(each.step, step)}) for each in self.earlier
        )
        if (record := (*before, *new)) and (new or before != self.earlier):
            data = ResumedRecord(changes=record).model_dump(mode="json")
            write_whole(run.resumed, json_line(data))
        run.write_config(self.config)
        return new


def in_force(run: TrainingFolder, config: TrainingConfig, settings: Sequence[str] = ()) -> InForce:
    """What goes on in a folder where `config` is asked for. settings: `key=value`, changed from here on.

    A key that was changed before keeps its last value where `config` still has an earlier one. `steps` may be
    another at any time; where the schedule follows it, that is a change. Raises TrainingError naming what
    differs where the folder holds another training, and for keys that cannot change.
    """
    roots = tuple(dict.fromkeys(map(_root, settings)))
    if not run.config.exists():
        if settings:
            raise TrainingError(
                f"--resume-with {settings[0]}: {run.root} holds no training to go on with; begin one with --set"
            )
        return InForce(config)
    check_files(made_with(run.config), config.own, f"the training in {run.root}")
    earlier = _read(run)
    last = {each.key: each.now for each in earlier}
    try:
        then = _with(read_config(run.config, rows=config.own), last)
        asked = _with(config, {key: last[key] for key in last if _former(earlier, key, config)})
    except (ValidationError, LookupError, TypeError, AttributeError) as error:
        raise TrainingError(_damaged(run)) from error
    now = _changed(asked, settings)
    if follows_steps(now) and then.steps != now.steps:
        roots = (*roots, *({"steps"} - {*roots}))
    changed = [(key, _value(then, key), _value(now, key)) for key in roots]
    changed = [(key, was, new) for key, was, new in changed if was != new]
    _refuse_unsound(changed, then, run)
    free = (*(key for key, *_ in changed), *(["steps"] if "steps" in map(_root, settings) else []))
    run.refuse_difference(_compared(now, free), _compared(then, free))
    return InForce(now.placed_like(config), tuple(changed), earlier)


def _root(setting: str) -> str:
    """The changeable key that a setting is of. Raises TrainingError."""
    key, equals, _ = setting.partition("=")
    key = key.strip()
    if not equals:
        raise TrainingError(f"--resume-with {setting}: expected key=value, say optimiser.lr=1e-5")
    for root in CHANGEABLE:
        if key == root or key.startswith(f"{root}."):
            return root
    raise TrainingError(
        f"--resume-with {setting}: {key} decides what was trained and cannot change on the way; what can: "
        f"{', '.join(CHANGEABLE)}. For anything else begin another --out, with start_from"
    )


def _changed(config: TrainingConfig, settings: Sequence[str]) -> TrainingConfig:
    if not settings:
        return config
    try:
        return parse_config(config_text(config), settings=settings, rows=config.own)
    except TrainingError as error:
        raise TrainingError(str(error).replace("--set ", "--resume-with ")) from error


def _with(config: TrainingConfig, values: Mapping[str, Any]) -> TrainingConfig:
    """The same with other values, by dotted key."""
    if not values:
        return config
    data = yaml.safe_load(config_text(config))
    for key, value in values.items():
        *way, last = key.split(".")
        here = data
        for part in way:
            here = here[part]
        here[last] = value
    return TrainingConfig.model_validate(data, context=config.own.context).placed_like(config)


def _value(config: TrainingConfig, key: str) -> Any:
    """By dotted key; None where there is none."""
    here: Any = config.model_dump(mode="json")
    for part in key.split("."):
        here = here.get(part) if isinstance(here, dict) else None
    return here


def _former(earlier: Sequence[KeyChange], key: str, config: TrainingConfig) -> bool:
    """Whether a configuration has a value that was changed since."""
    return _value(config, key) in [each.was for each in earlier if each.key == key]


def _refuse_unsound(
    changed: Sequence[tuple[str, Any, Any]], then: TrainingConfig, run: TrainingFolder
) -> None:
    for key, was, new in changed:
        if key == "ema" and None in (was, new):
            has = "no" if was is None else "a"
            raise TrainingError(
                f"--resume-with ema={new}: the training in {run.root} has {has} moving average, whose rate "
                "can be another, and which can neither begin nor end"
            )
        if key.startswith("discriminator_optimiser.") and then.discriminator_optimiser is None:
            raise TrainingError(
                f"--resume-with {key}: the discriminator's optimiser is the generator's in {run.root}: give "
                f"{key.removeprefix('discriminator_')}, which is both's"
            )


def _compared(config: TrainingConfig, free: Sequence[str]) -> dict[str, Any]:
    """What decides the numbers, less what is free to differ."""
    return {
        key: value
        for key, value in decisive(config).items()
        if not any(key == each or key.startswith((f"{each}.", f"{each} ")) for each in free)
    }


def _read(run: TrainingFolder) -> tuple[KeyChange, ...]:
    if not run.resumed.exists():
        return ()
    try:
        record = ResumedRecord.model_validate(read_json(run.resumed))
    except (ValidationError, ValueError) as error:
        raise TrainingError(_damaged(run)) from error
    if record.version != VERSION:
        raise TrainingError(f"{run.resumed} is of version {record.version}; expected {VERSION}")
    return record.changes


def _damaged(run: TrainingFolder) -> str:
    return (
        f"{run.resumed} is damaged; it kept which keys were changed on the way: begin another --out, with "
        "start_from"
    )
