"""A manifest's header and its lines."""

from __future__ import annotations

from realsr.pairs.manifest import Digests, HeaderPipeline, HeaderSources, ManifestHeader, PairLine

HEADER = ManifestHeader(
    format="realsr-pairs",
    format_version=1,
    pipeline=HeaderPipeline(name="p", version=1, digest="d", file_digest="f"),
    scale=4,
    seed=0,
    crop="full",
    tiles=None,
    variants=1,
    alpha="refuse",
    sources=HeaderSources(count=3, digest="s"),
    device="cpu",
    versions={"torch": "2"},
)


def line_of(key: str, variant: int = 7) -> bytes:
    """A pair's line as it is written."""
    digests = Digests(hr_pixels="1", lr_pixels="2", hr_file="3", lr_file="4")
    return PairLine(
        key=key,
        source="s",
        file="s.png",
        source_digest="5",
        variant=variant,
        box=(0, 0, 8, 8),
        hr_size=(8, 8),
        lr_size=(2, 2),
        scale=4,
        digests=digests,
        trace={},
        physical=[],
    ).to_bytes()
