"""Addresses of draws: what decides a random value, and nothing else does.

A value is a pure function of (seed, source id, variant) and (stage label, field). The first three make a
128-bit sample digest, the last two a 64-bit field digest, and Philox4x32-10 turns the pair into one uniform
or one 64-bit noise key. Batch, worker, order and clock have no way in.
"""

from __future__ import annotations

import hashlib
import operator
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from degrade.functional.philox import philox4x32, philox4x32_alike

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Words = tuple[Int64s, Int64s, Int64s, Int64s]


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Which sample: the run's seed, the source's id and the variant (an epoch is a variant)."""

    seed: int
    source: str
    variant: int = 0

    def __post_init__(self) -> None:
        """Whole numbers of any kind draw as plain ones; TypeError for others."""
        object.__setattr__(self, "seed", operator.index(self.seed) + 0)
        object.__setattr__(self, "variant", operator.index(self.variant) + 0)


def keys(seed: int, sources: Iterable[str], variant: int = 0) -> list[Key]:
    """One key per source, in the given order."""
    if isinstance(sources, str):
        raise TypeError(
            f"sources is one text, {sources!r}: expected several ids, such as [{sources!r}]"
        )
    return [Key(seed, source, variant) for source in sources]


@lru_cache(maxsize=64)
def _run_digest(seed: int, variant: int) -> hashlib.blake2b:
    """The digest of what the samples of a batch mostly share, to be gone on with in a copy."""
    head = f"{seed}\0{variant}\0".encode()
    return hashlib.blake2b(head, digest_size=16, person=b"degrade.sample")


def _sample_digests(samples: Iterable[Key]) -> Iterator[bytes]:
    run, begun = None, hashlib.blake2b()
    for sample in samples:
        if run != (sample.seed, sample.variant):
            run = sample.seed, sample.variant
            begun = _run_digest(*run)
        digest = begun.copy()
        digest.update(sample.source.encode("utf-8", "surrogatepass"))
        yield digest.digest()


def field_words(label: str, field: str) -> tuple[int, int]:
    """The 64-bit digest of a stage's field as two 32-bit words."""
    digest = hashlib.blake2b(
        f"{label}\0{field}".encode(), digest_size=8, person=b"degrade.field"
    ).digest()
    return struct.unpack("<2I", digest)


@lru_cache(maxsize=64)
def field_table(fields: tuple[tuple[str, str], ...]) -> Int64s:
    """The words of some fields, int64 (2, fields): the same for every batch of a pipeline."""
    words = np.array([field_words(*name) for name in fields], dtype=np.int64).reshape(-1, 2)
    return np.ascontiguousarray(words.T)


def sample_table(samples: Sequence[Key]) -> Int64s:
    """The words of some samples, int64 (4, samples)."""
    digests = np.frombuffer(b"".join(_sample_digests(samples)), dtype="<u4")
    return np.ascontiguousarray(digests.astype(np.int64).reshape(-1, 4).T)


def draw_words(samples: Sequence[Key], fields: Sequence[tuple[str, str]]) -> Words:
    """Four 32-bit words for every (sample, field): int64 arrays of shape (samples, fields)."""
    sample = sample_table(samples)[..., None]
    field = field_table(tuple(fields))
    return philox4x32((*field, *sample[2:]), (sample[0], sample[1]))


def words_of_pairs(samples: Int64s, fields: Int64s) -> Words:
    """The words of `draw_words` for pairs of a sample and a field: four int64 arrays (n,).

    samples: int64 (4, n), columns of `sample_table`. fields: int64 (2, n), columns of `field_table`.
    """
    return philox4x32_alike((*fields, *samples[2:]), (samples[0], samples[1]))


def uniforms(words: Sequence[Int64s]) -> Floats:
    """Uniforms in the open interval (0, 1) from words: 52 bits and a half, so that no end is reached."""
    bits = (words[0] >> 6 << 26) | (words[1] >> 6)
    return np.asarray((bits + 0.5) * 2.0**-52, dtype=np.float64)


def noise_key(low: int, high: int) -> str:
    """A noise key as a trace holds it: 16 hexadecimal digits."""
    return f"{(high << 32) | low:016x}"


def split_noise_key(text: str) -> tuple[int, int]:
    """The low and the high 32-bit word of a trace's noise key."""
    value = int(text, 16)
    return value & 0xFFFFFFFF, value >> 32
