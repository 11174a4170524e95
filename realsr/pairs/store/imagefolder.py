"""Pairs as files, and the table by which Hugging Face's `imagefolder` reads them: LR as `image`, HR as `hr`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from realsr.files.json_lines import json_line
from realsr.files.whole import replacing
from realsr.pairs.store.folder import Folder

_TABLE = "metadata.jsonl"


@dataclass(frozen=True, slots=True)
class ImageFolder(Folder):
    """See `PairStore`."""

    parts: ClassVar[tuple[str, ...]] = (*Folder.parts, _TABLE)

    def finish(self, keys: Iterable[str]) -> None:
        with replacing(self.root / _TABLE) as file:
            for key in keys:
                if self.hr(key).exists() and self.lr(key).exists():
                    row = {"file_name": f"lr/{key}.png", "hr_file_name": f"hr/{key}.png"}
                    file.write(json_line({**row, "key": key}))
