"""What a batch costs a GPU, counted without one: launches, bytes, and the most memory held.

    python -m benchmarks.launches --help

The batch runs on torch's meta device, where tensors have sizes and no values and a look at a value raises.
Every torch operation that is no view is a launch and the bytes of its inputs and outputs (of a gather or a
scatter what it touches); every Triton kernel is a launch. A form on packed samples moves its samples' inputs
and outputs and what the form says beside them. What runs on the host is called by name and counted as two
copies. Limits follow from a launch's time and a card's bandwidth; they are counted, not measured.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten

import degrade
from benchmarks import harness, photographs
from benchmarks.real_esrgan import FEED_DATA, Peer
from degrade.errors import DegradeError
from degrade.execute import packed
from degrade.execute.plan import Plan, plan_lr
from degrade.execute.program import Program, Round, program_of
from degrade.operators.row import Forms
from degrade.pipeline import load_pipeline, pipeline_names

META = torch.device("meta")
LAUNCH_SECONDS = 5e-6
"""What a launch costs the host at the least, from Python through torch or Triton."""
CARDS = {"H100": 3.0e12, "H200": 4.3e12}
"""Bytes a second: what a large copy reaches of the memory's nominal 3.35 and 4.8 TB/s."""

FREE = {"empty", "empty_strided", "empty_like", "new_empty", "detach", "lift_fresh"}
"""Operations that allocate or nothing."""
GATHERS = {"index_select", "gather", "index"}

KERNELS = {
    "move": ["_move"],
    "psfs": ["_make_psfs"],
    "correlation": ["_correlate"],
    "resampling.taps": ["_make_taps"],
    "resampling.resize": ["_slots"],
    "fields": ["_field_longs", "_add_normals", "_unit_normals", "_add_mixed"],
    "poisson": ["_mark", "_add_poisson"],
    "resampling.matlab": ["_axis"],
    "sharpen": ["_mask", "_halo", "_usm"],
    "camera": ["_expose", "_decide", "_develop"],
    "chroma": ["_subsample", "_change", "_copy"],
    "neighbours": ["_bilateral", "_thicken"],
    "screen": ["_halftone"],
    "displacement": ["_displace"],
    "analogue": ["_encode", "_band", "_carry", "_separate", "_shape", "_play"],
    "printing": ["_weave", "_cover", "_down", "_gain", "_print", "_scan"],
    "blocks": ["_luma", "_chroma", "_decode"],
}
"""The Triton kernels, by their modules in `degrade.functional.gpu`."""
NOT_OF_FORMS = {"_move", "_make_psfs", "_make_taps", "_field_longs"}
OF_FORMS = {name for names in KERNELS.values() for name in names} - NOT_OF_FORMS
"""Kernels of forms on packed samples, whose bytes the form says."""


@dataclass
class Row:
    """What one operator or form costs: how often it runs, its launches and its bytes."""

    calls: int = 0
    launches: int = 0
    bytes: int = 0


@dataclass
class Count:
    """What a batch costs. held: bytes alive at the worst moment. host: operators that leave the device."""

    launches: int = 0
    bytes: int = 0
    held: int = 0
    host: set[str] = field(default_factory=set)
    rows: dict[str, Row] = field(default_factory=dict)

    def add(self, moved: int) -> None:
        self.launches += 1
        self.bytes += moved

    @contextmanager
    def under(self, name: str) -> Iterator[None]:
        """What is counted meanwhile belongs to a name."""
        launches, moved = self.launches, self.bytes
        yield
        row = self.rows.setdefault(name, Row())
        row.calls += 1
        row.launches += self.launches - launches
        row.bytes += self.bytes - moved


def bytes_of(value: object) -> int:
    return value.numel() * value.element_size() if isinstance(value, torch.Tensor) else 0


class Counting(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts torch's operations on a device and follows the memory that their results hold."""

    def __init__(self, count: Count, device: torch.device = META) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.count = count
        self.device = device
        self.alive: dict[int, tuple[StorageWeakRef, int]] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        returns = func._schema.returns
        alias = returns[0].alias_info if returns else None
        if alias is not None and not alias.is_write:
            return out
        results = [one for one in tree_flatten(out)[0] if isinstance(one, torch.Tensor)]
        for one in results:
            self._hold(one)
        name = func._schema.name.split("::")[1]
        if name not in FREE and any(one.device == self.device for one in results):
            self.count.add(_moved(name, args, kwargs, out))
        return out

    def _hold(self, tensor: torch.Tensor) -> None:
        if tensor.device != self.device:
            return
        storage = tensor.untyped_storage()
        weak = StorageWeakRef(storage)  # type: ignore[no-untyped-call]
        self.alive = {k: one for k, one in self.alive.items() if not _expired(one[0])}
        self.alive[weak.cdata] = (weak, storage.nbytes())
        self.count.held = max(self.count.held, sum(size for _, size in self.alive.values()))


def _expired(weak: StorageWeakRef) -> bool:
    return bool(weak.expired())  # type: ignore[no-untyped-call]


def _moved(name: str, args: Any, kwargs: Any, out: Any) -> int:
    if name in GATHERS:
        index = sum(map(bytes_of, tree_flatten(args[1:])[0]))
        return 2 * bytes_of(out) + index
    if name == "scatter_":
        return 2 * bytes_of(args[3]) + bytes_of(args[2])
    return sum(map(bytes_of, tree_flatten((args, kwargs, out))[0]))


class Stub:
    """Stands where a compiled kernel stands: kernel[grid](arguments)."""

    def __init__(self, count: Count, name: str) -> None:
        self.count = count
        self.name = name

    def __getitem__(self, grid: object) -> Callable[..., None]:
        own = self.name not in OF_FORMS and self.name != "_move"
        return lambda *args, **options: self.count.add(sum(map(bytes_of, args)) if own else 0)


def _counted_move(count: Count, move: Callable[..., None]) -> Callable[..., None]:
    def counted(
        source: Any, target: Any, rows: Any, finish: Any, extents: Any, channels: int
    ) -> None:
        count.bytes += 8 * channels * int(extents.prod(1).sum()) + bytes_of(rows)
        move(source, target, rows, finish, extents, channels)

    return counted


def _by_round(count: Count, run: Callable[..., None]) -> Callable[..., None]:
    def counted(self: Any, one: Round) -> None:
        name = one.form.name if one.form is not None else one.key
        with count.under(name):
            if one.form is not None:
                call = self.call(one)
                values = call.values(call.before) + call.values(call.after)
                tables = sum(map(bytes_of, (call.rows, call.finish, *call.tables.values())))
                count.bytes += 4 * values + tables + one.form.moved(call)
            run(self, one)

    return counted


def _on_host(count: Count, plans: Sequence[Plan]) -> list[Plan]:
    """The plans with operators that run on the host replaced by two copies."""

    def kernel(name: str) -> Callable[[torch.Tensor, Any], torch.Tensor]:
        def copied(images: torch.Tensor, group: Any) -> torch.Tensor:
            count.host.add(name)
            count.add(2 * bytes_of(images))
            sizes = [place.size for place in group.placements]
            out = images.new_empty(
                (len(images), images.shape[1], *map(max, zip(*sizes, strict=True)))
            )
            count.add(2 * bytes_of(out))
            return out

        return copied

    def own(step: Any) -> Any:
        if not step.operator.facts.on_host:
            return step
        made = replace(step.operator, forms=Forms(kernel(step.operator.name)))
        return step._replace(operator=made)

    return [tuple(map(own, plan)) for plan in plans]


def counted(program: Program, count: Count) -> Count:
    """Runs a program on the meta device and counts."""
    images = [torch.empty(program.channels, *size, device=META) for size in program.inputs]
    batch = torch.stack(images) if len(set(program.inputs)) == 1 else images
    with ExitStack() as stack:
        for module, names in KERNELS.items():
            there = importlib.import_module(f"degrade.functional.gpu.{module}")
            for name in names:
                stack.enter_context(mock.patch.object(there, name, Stub(count, name)))
            if module == "move":
                move = _counted_move(count, there.move)
                stack.enter_context(mock.patch.object(there, "move", move))
        run = _by_round(count, packed._Run.round)
        stack.enter_context(mock.patch.object(packed._Run, "round", run))
        stack.enter_context(Counting(count))
        packed.run_program(program, batch)
    return count


def count_batch(name: str, batch: int, side: int) -> tuple[Count, Program]:
    """The LR steps of a batch of a named pipeline, from HR images of side x side in three channels."""
    pipeline = load_pipeline(name)
    side -= side % pipeline.scale
    traces = degrade.draw(pipeline, degrade.keys(0, [f"s{number}" for number in range(batch)]))
    size, count = degrade.Size(side, side), Count()
    plans = _on_host(count, [plan_lr(trace, size) for trace in traces])
    program = program_of(plans, [size] * batch, 3)
    return counted(program, count), program


def result_of(name: str, batch: int, side: int) -> dict[str, Any]:
    """What is written of a batch: counts, limits in pairs a second, and memory beside its largest stage."""
    count, program = count_batch(name, batch, side)
    cards = {
        card: round(min(batch / (LAUNCH_SECONDS * count.launches), batch * rate / count.bytes))
        for card, rate in CARDS.items()
    }
    return {
        "pipeline": name,
        "batch": batch,
        "launches": count.launches,
        "rounds": len(program.rounds),
        "megabytes_a_pair": round(count.bytes / batch / 1e6, 1),
        "held_of_largest_stage": round(count.held / (2 * program.length), 2),
        "on_host": sorted(count.host),
        "most_pairs_per_second": cards,
        "by_operator": {name: vars(row) for name, row in sorted(count.rows.items())},
    }


def peer_of(batch: int, side: int, seeds: int) -> dict[str, Any]:
    """Real-ESRGAN's operations for the LR of a batch: the least, the median, the most.

    Its loops look at values, so it runs on the CPU, on photographs, with a seed a batch; its kernels are made
    beforehand.
    """
    hr = torch.from_numpy(photographs.crops(batch, side)).permute(0, 3, 1, 2).float().div(255.0)
    peer = Peer(hr.contiguous(), range(seeds), usm=False, pool=False)
    counts = [Count() for _ in range(seeds)]
    for seed, count in enumerate(counts):
        with Counting(count, hr.device):
            peer.run(seed)
    told: dict[str, list[float]] = {
        "launches": [count.launches for count in counts],
        "megabytes_a_pair": [round(count.bytes / batch / 1e6, 1) for count in counts],
    }
    spread = {name: [min(own), statistics.median(own), max(own)] for name, own in told.items()}
    return {"peer": FEED_DATA, "batch": batch, "seeds": seeds, **spread}


def show(result: dict[str, Any], operators: bool) -> None:
    host = f"; on the host: {', '.join(result['on_host'])}" if result["on_host"] else ""
    print(
        f"{result['pipeline']}, batch {result['batch']}: {result['launches']} launches in "
        f"{result['rounds']} rounds, {result['megabytes_a_pair']} MB a pair, holds "
        f"{result['held_of_largest_stage']} of its largest stage; at most "
        f"{result['most_pairs_per_second']} pairs/s{host}"
    )
    if operators:
        for name, row in sorted(result["by_operator"].items(), key=lambda one: -one[1]["launches"]):
            print(
                f"  {name:28} {row['calls']:3} rounds {row['launches']:5} launches "
                f"{row['bytes'] / 1e9:7.2f} GB"
            )


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.launches",
        description="Launches, bytes and memory of a batch on a GPU, counted without one.",
    )
    add = parser.add_argument
    add("--pipelines", nargs="+", default=None, help="names (default: all that come along)")
    add("--batches", type=int, nargs="+", default=[32, 128], help="samples a batch")
    add("--side", type=int, default=400, help="side of the HR")
    add("--operators", action="store_true", help="show the operators too")
    add("--peer", type=int, default=0, help="batches of Real-ESRGAN's that are counted too (slow)")
    add("--out", type=Path, help="where the JSON goes (default: benchmarks/results/)")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> None:
    options = arguments(given)
    results: list[dict[str, Any]] = []
    for name in options.pipelines or pipeline_names():
        for batch in options.batches:
            try:
                results.append(result_of(name, batch, options.side))
            except DegradeError as error:
                print(f"{name}: not counted: {error}")
                break
            show(results[-1], options.operators)
    body = {"side": options.side, "launch_seconds": LAUNCH_SECONDS, "cards": CARDS, "rows": results}
    if options.peer:
        body["peers"] = [peer_of(batch, options.side, options.peer) for batch in options.batches]
        print(*body["peers"], sep="\n")
    print(f"written: {harness.write('launches', body, harness.describe_machine(), options.out)}")


if __name__ == "__main__":
    main()
