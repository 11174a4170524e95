"""The batches of a training: a pure function of the step, whatever the workers, processes and interruptions.

Samples stand in one endless line: epoch after epoch, each in an order that only (seed, epoch) decides. Step n
takes the samples [n G, (n + 1) G) of a global batch G, process r of W every sample r, r + W, ... of them. So
there is no position to save, and one process with a batch of 8 sees what two with 4 see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

import degrade
from degrade import Key, Pipeline, Trace
from degrade.functional.color import studio_luma
from degrade.online import make_pairs
from degrade.operators.row import Operator
from realsr.conditions.network import MapConditioned, NoiseConditioned, class_maps, noise_map
from realsr.losses.base import given
from realsr.models.base import DeeplySupervised
from realsr.pairs.hr_crops import KeyedSampler
from realsr.training.config import TrainingConfig


class TrainingSample(NamedTuple):
    """hr: c h w. lr: c h/s w/s of a stored pair; None where it is still to be made for `key`. labels: h w, the
    class that stands at each pixel of `hr`, where the network is told maps."""

    hr: Tensor
    key: Key
    lr: Tensor | None = None
    labels: Tensor | None = None


class SampleLine(Protocol):
    """What can be trained on: a number of sources, and a sample of each in every epoch."""

    def __len__(self) -> int: ...

    def sample(self, index: int, epoch: int) -> TrainingSample: ...


@dataclass(frozen=True)
class TrainingBatch:
    """hr: b c H W; lr: b c h w, of the colour that the network sees. degrade_again: HR-size images -> LR by the
    traces that made `lr`; None where some pairs are stored ones or the colour is y. scale: H / h, where a
    network of several is to be told. own: a caller's rows, which the traces may name. conditions: what else the
    network is told, by the names of its arguments: z, maps. blend: the share of the newest level of a network
    that grows. keys: by which each pair was drawn.
    """

    hr: Tensor
    lr: Tensor
    degrade_again: Callable[[Tensor], Tensor] | None = None
    traces: Sequence[Trace] = field(default=())
    scale: int | None = None
    own: Sequence[Operator[Any]] = ()
    conditions: Mapping[str, Tensor] = field(default_factory=dict)
    blend: float = 1.0
    keys: Sequence[Key] = ()

    def enlarged_by(self, network: Callable[..., Tensor]) -> Tensor:
        """The network's SR, b c H W, of the LR and all that goes with it."""
        return network(self.lr, **self._told)

    def outputs_of(self, network: DeeplySupervised) -> tuple[Tensor, ...]:
        """The same, with the images on the way there before it."""
        return network.outputs(self.lr, **self._told)

    @property
    def _told(self) -> dict[str, Any]:
        """By the names of the network's arguments."""
        scale = {} if self.scale is None else {"scale": self.scale}
        grown = {} if self.blend == 1.0 else {"blend": self.blend}
        return scale | grown | dict(self.conditions)

    @property
    def labels(self) -> Tensor | None:
        """The class of each image, (b,): the one that stands at most of its pixels; None without maps."""
        maps = self.conditions.get("maps")
        return None if maps is None else maps.sum(dim=(2, 3)).argmax(dim=1)

    def parts(self, count: int) -> list[TrainingBatch]:
        """The batch in `count` equal parts, in order."""
        if count == 1:
            return [self]
        size = len(self.hr) // count
        return [self.share(slice(k * size, (k + 1) * size)) for k in range(count)]

    def share(self, share: slice) -> TrainingBatch:
        """Some of its samples."""
        traces = self.traces[share]
        again = partial(_again, traces, self.own) if self.degrade_again is not None else None
        conditions = {name: each[share] for name, each in self.conditions.items()}
        return replace(
            self,
            hr=self.hr[share],
            lr=self.lr[share],
            degrade_again=again,
            traces=traces,
            conditions=conditions,
            keys=self.keys[share],
        )

    def moved(self, device: torch.device) -> TrainingBatch:
        """The same on a device."""
        conditions = {name: each.to(device) for name, each in self.conditions.items()}
        return replace(self, hr=self.hr.to(device), lr=self.lr.to(device), conditions=conditions)

    def channels_last(self) -> TrainingBatch:
        """The same, stored channels last."""
        form = torch.channels_last
        hr, lr = self.hr.contiguous(memory_format=form), self.lr.contiguous(memory_format=form)
        return replace(self, hr=hr, lr=lr)


class EndlessSamples:
    """The endless line of samples of one kind."""

    def __init__(self, samples: SampleLine, seed: int) -> None:
        self.samples = samples
        self.order = KeyedSampler(len(samples), seed=seed)
        self.places: dict[int, list[int]] = {}

    def at(self, position: int) -> TrainingSample:
        """The sample at a position from 0."""
        epoch, place = divmod(position, len(self.samples))
        return self.samples.sample(self._order(epoch)[place], epoch)

    def _order(self, epoch: int) -> list[int]:
        order = self.places.get(epoch)
        if order is None:
            self.order.set_epoch(epoch)
            order = [index for index, _ in self.order]
            self.places = {epoch - 1: self.places.get(epoch - 1, []), epoch: order}
        return order


@dataclass(frozen=True)
class Told:
    """What a network is told beside the LR. noise: channels of z; classes: of the maps; 0 for neither."""

    noise: int = 0
    classes: int = 0

    @staticmethod
    def of(network: object) -> Told:
        """What a network takes."""
        maps = isinstance(network, MapConditioned) and network.needs_maps
        return Told(
            network.noise_channels if isinstance(network, NoiseConditioned) else 0,
            network.map_classes if maps else 0,  # type: ignore[attr-defined]
        )

    def conditions(self, samples: Sequence[TrainingSample], lr: Tensor) -> dict[str, Tensor]:
        """By the names of the network's arguments; z of each sample is drawn by its key."""
        found = {}
        if self.noise:
            sides = [range(side) for side in lr.shape[-2:]]
            z = [noise_map(sample.key, self.noise, *sides) for sample in samples]
            found["z"] = torch.cat(z).to(lr)
        if self.classes:
            labels = torch.stack([given(sample.labels) for sample in samples])
            found["maps"] = class_maps(labels, self.classes).to(lr)
        return found


@dataclass(frozen=True)
class Share:
    """This process among those that train together."""

    rank: int = 0
    world: int = 1


class Batches:
    """Makes the batch of a step on a device.

    photographs: HR to be degraded by the pipeline of the step's scale. stored: finished pairs. At least one of
    the two. told: what the network is told beside the LR.
    """

    def __init__(
        self,
        config: TrainingConfig,
        photographs: SampleLine | None,
        stored: SampleLine | None,
        pipelines: Mapping[int, Pipeline],
        share: Share = Share(),
        told: Told = Told(),
    ) -> None:
        self.config, self.pipelines, self.share, self.told = config, pipelines, share, told
        self.photographs = EndlessSamples(photographs, config.seed) if photographs else None
        self.stored = EndlessSamples(stored, config.seed) if stored else None
        self.pool = ThreadPoolExecutor(config.data.workers, thread_name_prefix="crops")

    def close(self) -> None:
        """Ends the reading threads."""
        self.pool.shutdown(cancel_futures=True)

    def at(self, step: int, device: torch.device, traces: Sequence[Trace] = ()) -> TrainingBatch:
        """The batch of a step. Raises SourceError for a file that cannot be read.

        traces: what is applied to its crops, one each, in place of what the pipeline would draw.
        """
        lines = [self._place(position) for position in self._positions(step)]
        samples = list(self.pool.map(lambda place: place[0].at(place[1]), self._warm(lines)))
        batch = self._paired(samples, device, self._scale(step), traces)
        if self.config.seen == "y":
            luma = TrainingBatch(studio_luma(batch.hr), studio_luma(batch.lr))
            batch = replace(luma, scale=batch.scale, traces=batch.traces)
        conditions = self.told.conditions(samples, batch.lr)
        keys = [sample.key for sample in samples]
        batch = replace(batch, conditions=conditions, blend=self._blend(step), keys=keys)
        return batch.channels_last() if self.config.channels_last else batch

    def _scale(self, step: int) -> int:
        """The scale of a step, one for all processes."""
        scales, curriculum = self.config.data.scales, self.config.curriculum
        if not scales:
            return self.config.model.scale
        if curriculum is not None:
            scales = scales[: curriculum.joined(step / self.config.steps)]
        draw = degrade.draw_uniforms([Key(self.config.seed, "scale", step)], [("step", "scale")])
        return scales[int(len(scales) * float(draw[0, 0]))]

    def _blend(self, step: int) -> float:
        """Of the scale that joined last, where this step's is that one."""
        curriculum, progress = self.config.curriculum, step / self.config.steps
        if curriculum is None:
            return 1.0
        newest = self.config.data.scales[curriculum.joined(progress) - 1]
        return curriculum.blend(progress) if self._scale(step) == newest else 1.0

    def _positions(self, step: int) -> range:
        total = self.config.data.batch * self.share.world
        return range(step * total + self.share.rank, (step + 1) * total, self.share.world)

    def _place(self, position: int) -> tuple[EndlessSamples, int]:
        """Which line a position takes, and its place there: the shares are kept exactly, and evenly spread."""
        share = self.config.data.share
        before, after = int(position * share), int((position + 1) * share)
        line = self.stored if after > before else self.photographs
        assert line is not None
        return line, before if after > before else position - before

    def _warm(self, places: list[tuple[EndlessSamples, int]]) -> list[tuple[EndlessSamples, int]]:
        """Draws the orders of new epochs here, so that the threads only look them up."""
        for line, position in places:
            line._order(position // len(line.samples))
        return places

    def _paired(
        self,
        samples: list[TrainingSample],
        device: torch.device,
        scale: int,
        traces: Sequence[Trace],
    ) -> TrainingBatch:
        online = [index for index, sample in enumerate(samples) if sample.lr is None]
        if len(online) == len(samples):
            return self._degraded(samples, device, scale, traces)
        hr = torch.stack([sample.hr for sample in samples]).to(device)
        made = (
            self._degraded([samples[index] for index in online], device, scale) if online else None
        )
        stored = [sample.lr for sample in samples if sample.lr is not None]
        lr = torch.empty(len(samples), *stored[0].shape, device=device)
        rest = [index for index, sample in enumerate(samples) if sample.lr is not None]
        lr[rest] = torch.stack(stored).to(device)
        if made is not None:
            hr[online], lr[online] = made.hr, made.lr
        return TrainingBatch(hr, lr)

    def _degraded(
        self,
        samples: list[TrainingSample],
        device: torch.device,
        scale: int,
        traces: Sequence[Trace] = (),
    ) -> TrainingBatch:
        hr = torch.stack([sample.hr for sample in samples]).to(device)
        pipeline, threads = self.pipelines[scale], self.config.data.workers
        own = pipeline.own_operators
        if traces:
            target = degrade.apply_hr(traces, hr, threads=threads, rows=own)
            lr = degrade.apply_lr(traces, target, threads=threads, rows=own)
        else:
            keys = [sample.key for sample in samples]
            (target, lr), traces = make_pairs(pipeline, keys, hr, threads)
        told = scale if self.config.data.scales else None
        return TrainingBatch(target, lr, partial(_again, traces, own), traces, told, own)


def _again(traces: Sequence[Trace], own: Sequence[Operator[Any]], images: Tensor) -> Tensor:
    return degrade.apply_lr(traces, images, gradient="straight_through", rows=own)
