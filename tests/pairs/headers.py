"""A manifest's header."""

from __future__ import annotations

from realsr.pairs.manifest import HeaderPipeline, HeaderSources, ManifestHeader

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
