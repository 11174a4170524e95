"""Where samples come from: crops of photographs, and crops of stored pairs, each turned by its own draw."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import degrade
from degrade import Key
from degrade.geometry import Size
from realsr.conditions.labels import LabelFolder
from realsr.files.faults import all_of
from realsr.images.crops import Cut
from realsr.images.errors import SourceError
from realsr.images.pixels import to_float
from realsr.images.reading import Bytes, OpenStill, Reading
from realsr.images.reading import opened as opened_picture
from realsr.images.sources import Source
from realsr.pairs.crops import crop_of_pair, crop_of_photograph
from realsr.pairs.manifest import PairLine, read_manifest
from realsr.pairs.pictures import Images, check_pixels, read_pair
from realsr.pairs.store.protocol import PairStore
from realsr.pairs.store.table import opened
from realsr.training.batches import TrainingSample
from realsr.training.config import TrainingConfig
from realsr.training.errors import TrainingError
from realsr.training.holding import trained_on

_CPU = torch.device("cpu")
_Written = tuple[int, int]


class Photographs:
    """One crop of every photograph and epoch, cut where `make-pairs` cuts it for the same seed.

    Reads every header at once: raises SourceError naming the file that is damaged or smaller than a crop. A
    photograph that is written to afterwards raises TrainingError where it is read next.
    """

    def __init__(self, roots: Sequence[Path], config: TrainingConfig) -> None:
        self._open(trained_on(roots, config), labels_for(config, config.data.maps), config)

    @classmethod
    def of(
        cls, sources: Sequence[Source], labels: LabelFolder | None, config: TrainingConfig
    ) -> Photographs:
        """Of any photographs, which need not be those that are trained on, with their maps."""
        made = cls.__new__(cls)
        made._open(sources, labels, config)
        return made

    def _open(
        self, sources: Sequence[Source], labels: LabelFolder | None, config: TrainingConfig
    ) -> None:
        self.sources = sources
        self.cut = Cut(config.model.scale, config.data.crop)
        self.config = config
        self.decoded: dict[int, Bytes] = {}
        self.labels = labels
        self.written = all_of(self._checked, self.sources)

    def _checked(self, source: Source) -> _Written:
        """Checks the header; as what the file was found."""
        with _named(source.path), opened_picture(source.path, Reading()) as image:
            self.cut.check(image.size)
            if self.labels is not None:
                checked_labels(self.labels, source.id, image.size, self.config)
            return _written(image)

    def __len__(self) -> int:
        return len(self.sources)

    def sample(self, index: int, epoch: int) -> TrainingSample:
        """The crop of a photograph in an epoch, in RGB."""
        key = Key(self.config.seed, self.sources[index].id, epoch)
        pixels = self._pixels(index)
        hr, labels = image_of(crop_of_photograph(pixels, self.cut, key)), None
        if self.labels is not None:
            whole = self.labels.labels(self.sources[index].id, Size(*pixels.shape[:2]))
            labels = torch.from_numpy(crop_of_photograph(whole, self.cut, key)).permute(2, 0, 1)
        if self.config.data.augment:
            hr = turned(hr, key)
            labels = None if labels is None else turned(labels, key)
        return TrainingSample(hr, key, labels=None if labels is None else labels[0])

    @property
    def learned(self) -> list[Source]:
        """Every file that is learned from, each under a name of its own."""
        return with_maps(self.sources, self.labels)

    def _pixels(self, index: int) -> Bytes:
        if index in self.decoded:
            return self.decoded[index]
        path = self.sources[index].path
        with _named(path), opened_picture(path, Reading()) as image:
            if _written(image) != self.written[index]:
                raise TrainingError(
                    f"{path} was changed while this training ran; put it back and run the same command again, "
                    "or add --accept-changed"
                )
            pixels = image.pixels()
        if self.config.data.cache:
            self.decoded[index] = pixels
        return pixels


def with_maps(sources: Sequence[Source], folder: LabelFolder | None) -> list[Source]:
    """Photographs and the maps of each, under names of their own."""
    maps = [] if folder is None else [(each.id, folder.path(each.id)) for each in sources]
    return [*sources, *(Source(f"maps of {name}", path) for name, path in maps)]


def labels_for(config: TrainingConfig, root: Path | None) -> LabelFolder | None:
    """The folder of maps; None where the network is told none."""
    classes = config.model.map_classes
    return LabelFolder(root, classes) if classes and root is not None else None


def checked_labels(folder: LabelFolder, source: str, size: Size, config: TrainingConfig) -> None:
    """Reads the labels of a photograph. Raises TrainingError that names the key and the file."""
    try:
        folder.labels(source, size)
    except SourceError as error:
        raise TrainingError(f"{config.where('data', 'maps')}: {error}") from error


def _written(image: OpenStill) -> _Written:
    """Bytes of a file, and when it was last written to, in nanoseconds."""
    status = os.fstat(image.file.fileno())
    return status.st_size, status.st_mtime_ns


@dataclass(frozen=True)
class _Stored:
    store: PairStore
    pair: PairLine


def _large_enough(store: PairStore, crop: int, pair: PairLine) -> _Stored:
    if min(pair.hr_size) < crop:
        raise TrainingError(
            f"data.pairs: {pair.key} in {store.root} is {pair.hr_size}, smaller than data.crop {crop}"
        )
    return _Stored(store, pair)


class StoredPairs:
    """One crop of every pair of some folders that `make-pairs` filled. Raises TrainingError where their scale
    is another or a pair is smaller than a crop.

    compared: whether a pair's pixels must be those of the manifest; looked at where the pair is first read.
    """

    def __init__(
        self, roots: Sequence[Path], config: TrainingConfig, *, compared: bool = True
    ) -> None:
        self.config = config
        self.compared = compared
        self.sound = set[int]()
        self.cut = Cut(config.model.scale, config.data.crop)
        listed = all_of(lambda root: self._listed(opened(root)), roots)
        self.pairs = [stored for found in listed for stored in found]
        if not self.pairs:
            raise TrainingError(f"data.pairs: no pairs in {', '.join(map(str, roots))}")

    def _listed(self, store: PairStore) -> list[_Stored]:
        header, pairs = read_manifest(store)
        scale, crop = self.config.model.scale, self.config.data.crop
        if header.scale != scale:
            raise TrainingError(
                f"data.pairs: {store.root} holds pairs of scale {header.scale}; model.scale is {scale}"
            )
        return all_of(partial(_large_enough, store, crop), pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def sample(self, index: int, epoch: int) -> TrainingSample:
        """The crop of a pair in an epoch; its corner lies on the LR's grid."""
        store, pair = self.pairs[index].store, self.pairs[index].pair
        key = Key(self.config.seed, pair.key, epoch)
        images = read_pair(store, pair)
        if self.compared and index not in self.sound:
            _compare(store, pair, images)
            self.sound.add(index)
        crop = crop_of_pair(images, self.cut, key)
        hr, lr = image_of(crop.hr), image_of(crop.lr)
        if self.config.data.augment:
            hr, lr = turned(hr, key), turned(lr, key)
        return TrainingSample(hr, key, lr)


def _compare(store: PairStore, pair: PairLine, images: Images) -> None:
    try:
        check_pixels(store, pair, images)
    except SourceError as error:
        raise TrainingError(
            f"data.pairs: {error}; put it back, or take such pairs as they are with --accept-changed"
        ) from error


def turned(image: Tensor, key: Key) -> Tensor:
    """One of the eight flips and quarter turns of a square `c h w`, drawn by the key."""
    (number,) = degrade.draw_uniforms([key], [("augment", "turn")])[0]
    turn, flip = divmod(int(8 * number), 2)
    image = torch.rot90(image, turn, (1, 2))
    return (image.flip(2) if flip else image).contiguous()


def image_of(pixels: Bytes) -> Tensor:
    """`h w c` uint8, grey or RGB, as RGB `c h w`."""
    colour = np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels
    return to_float(colour, _CPU).contiguous()


_ADVICE = {
    "transparent": "a training takes opaque photographs: flatten it first",
    "too-small": "set a smaller data.crop, or leave the photograph out",
}


class _named:  # noqa: N801  a context manager read as a word
    """Puts the path before a SourceError's reason."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, SourceError):
            what = _ADVICE.get(error.kind)
            reason = f"{self.path}: {error.reason}{f'; {what}' if what else ''}"
            raise SourceError(error.kind, reason) from error
