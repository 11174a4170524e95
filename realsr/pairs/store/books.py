"""What is written about pairs, beside them: the manifest, its growing part, failures and the pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from realsr.files.whole import write_whole


@dataclass(frozen=True, slots=True)
class Books:
    """Files of one directory, alike in every store."""

    root: Path

    @property
    def manifest(self) -> Path:
        return self.root / "manifest.jsonl"

    @property
    def partial(self) -> Path:
        """The manifest of a run that is under way: lines in order of completion."""
        return self.root / "manifest.partial.jsonl"

    @property
    def failures(self) -> Path:
        return self.root / "failures.jsonl"

    @property
    def pipeline(self) -> Path:
        return self.root / "pipeline.yaml"

    @property
    def files(self) -> tuple[Path, ...]:
        return self.manifest, self.partial, self.failures, self.pipeline

    def begun(self) -> bool:
        """Whether a run has put its header here, ended or not."""
        return self.manifest.exists() or self.partial.exists()

    def write_pipeline(self, text: bytes) -> None:
        """Writes it unless it is there as it is. Raises StorageError."""
        if not self.pipeline.is_file() or self.pipeline.read_bytes() != text:
            write_whole(self.pipeline, text)
