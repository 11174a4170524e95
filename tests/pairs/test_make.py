"""Folders of pairs: equal bytes however they were made, and refusals before any work."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from filelock import FileLock
from PIL import Image

import degrade
from degrade.errors import PipelineError
from realsr.files.errors import FolderBusyError, RequestError
from realsr.files.whole import write_whole
from realsr.images.sources import Source
from realsr.pairs.make import Outcome
from realsr.pairs.making import degrade_pixels
from realsr.pairs.run import Run
from realsr.pairs.soundness import check_ends
from realsr.pairs.workers import CPU, run_batches

Make = Callable[..., Outcome]
Tree = Callable[[Path], dict[str, bytes]]


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "manifest.jsonl").open(encoding="utf-8")]


@pytest.fixture
def reference(make: Make, photographs: Path, tmp_path: Path) -> Path:
    """An undisturbed run with one worker."""
    out = tmp_path / "reference"
    assert make(photographs, out, workers=1, variants=2).made == 10
    return out


def test_what_the_folder_holds(reference: Path) -> None:
    names = {
        path.relative_to(reference).as_posix() for path in reference.rglob("*") if path.is_file()
    }
    keys = [f"{stem}_v{v}" for stem in ("a", "b", "c", "inner__a", "inner__d") for v in (0, 1)]
    images = {f"{side}/{key}.png" for side in ("hr", "lr") for key in keys}
    others = {"manifest.jsonl", "pipeline.yaml", "failures.jsonl", ".realsr.lock"}
    assert names == images | others
    assert (reference / "failures.jsonl").read_bytes() == b""
    header, *pairs = lines(reference)
    assert [pair["key"] for pair in pairs] == sorted(keys)
    assert header["pipeline"]["name"] == "second_order"
    resolved = degrade.load_pipeline(reference / "pipeline.yaml")
    assert resolved.digest == header["pipeline"]["digest"]


def test_a_line_tells_the_truth(reference: Path, photographs: Path) -> None:
    for pair in lines(reference)[1:]:
        source = photographs / (pair["source"] + ".png")
        y, x, height, width = pair["box"]
        hr, lr = (
            cv2.imread(str(reference / side / f"{pair['key']}.png"), -1) for side in ("hr", "lr")
        )
        assert (hr == cv2.imread(str(source), -1)[y : y + height, x : x + width]).all()
        assert (
            [list(hr.shape[:2]), list(lr.shape[:2])]
            == [pair["hr_size"], pair["lr_size"]]
            == [[48, 48], [12, 12]]
        )
        assert pair["file"] == source.name
        assert pair["source_digest"] == hashlib.sha256(source.read_bytes()).hexdigest()
        by_hand = hashlib.sha256(b"12x12x3:uint8:" + lr[..., ::-1].tobytes()).hexdigest()
        assert pair["digests"]["lr_pixels"] == by_hand
        file = (reference / "lr" / f"{pair['key']}.png").read_bytes()
        assert pair["digests"]["lr_file"] == hashlib.sha256(file).hexdigest()
        key = degrade.Key(0, pair["source"], pair["variant"])
        [trace] = degrade.draw(degrade.load_pipeline("second_order", scale=4), [key])
        assert pair["trace"] == json.loads(trace.to_json())


def test_nothing_tells_where_or_how_it_ran(reference: Path, tmp_path: Path) -> None:
    text = (reference / "manifest.jsonl").read_text()
    assert str(tmp_path) not in text
    assert "worker" not in text


def test_any_number_of_workers(
    reference: Path, make: Make, photographs: Path, tmp_path: Path, tree: Tree
) -> None:
    threads, callers = torch.get_num_threads(), cv2.getNumThreads()
    make(photographs, tmp_path / "four", workers=4, variants=2)
    assert tree(tmp_path / "four") == tree(reference)
    assert (torch.get_num_threads(), cv2.getNumThreads()) == (threads, callers)


def test_a_folder_or_its_files_in_any_order(
    make: Make, photographs: Path, tmp_path: Path, tree: Tree
) -> None:
    shutil.rmtree(photographs / "inner")
    make(photographs, tmp_path / "folder")
    make(sorted(photographs.iterdir(), reverse=True), tmp_path / "files")
    assert tree(tmp_path / "folder") == tree(tmp_path / "files")


def test_limit_then_the_rest(
    reference: Path, make: Make, photographs: Path, tmp_path: Path, tree: Tree
) -> None:
    out = tmp_path / "out"
    assert make(photographs, out, limit=2, variants=2).made == 4
    outcome = make(photographs, out, variants=2)
    assert (outcome.made, outcome.kept) == (6, 4)
    assert tree(out) == tree(reference)
    outcome = make(photographs, out, limit=1, variants=2)
    assert (outcome.made, outcome.kept) == (0, 2)
    assert tree(out) == tree(reference)


def test_a_finished_folder_is_left_alone(
    reference: Path, make: Make, photographs: Path, tree: Tree
) -> None:
    before = {path: path.stat().st_mtime_ns for path in reference.rglob("*.*") if path.is_file()}
    outcome = make(photographs, reference, variants=2)
    assert (outcome.made, outcome.kept, outcome.failures) == (0, 10, ())
    assert all(
        path.stat().st_mtime_ns == then
        for path, then in before.items()
        if path.name != ".realsr.lock"
    )


def test_a_lost_file_is_made_again(
    reference: Path, make: Make, photographs: Path, tree: Tree
) -> None:
    before = tree(reference)
    (reference / "lr" / "a_v1.png").unlink()
    assert make(photographs, reference, variants=2).made == 1
    assert tree(reference) == before


@pytest.mark.parametrize("pipeline", ["bicubic", "second_order", "realesrgan"])
def test_batches_make_the_same_pairs(
    make: Make, photograph: Callable[..., np.ndarray], tmp_path: Path, tree: Tree, pipeline: str
) -> None:
    # Large enough that the block of a JPEG that tips over by one rounding is a small share of the picture.
    photographs = tmp_path / "photographs"
    photographs.mkdir()
    for index in range(5):
        pixels = photograph(index, 300 + 8 * index, 340 - 4 * index)
        Image.fromarray(pixels).save(photographs / f"{index}.png")

    def batched(run: Run, sources: Sequence[Source], workers: int) -> None:
        run_batches(run, sources, workers, CPU, "batched")

    make(photographs, tmp_path / "one", pipeline=pipeline, crop=None)
    make(photographs, tmp_path / "many", pipeline=pipeline, crop=None, engine=batched)
    one, many = tree(tmp_path / "one"), tree(tmp_path / "many")
    assert one.keys() == many.keys()
    for side in ("hr", "lr"):
        names = [name for name in one if name.startswith(f"{side}/")]
        first, second = (
            np.concatenate(
                [cv2.imdecode(np.frombuffer(made[name], np.uint8), -1).ravel() for name in names]
            ).astype(np.float64)
            for made in (one, many)
        )
        assert (first == second).mean() >= 0.99
        assert ((first - second) ** 2).mean() <= 255**2 / 10 ** (60 / 10)
    for first, second in zip(lines(tmp_path / "one"), lines(tmp_path / "many"), strict=True):
        assert all(first[name] == second[name] for name in first if name != "digests")


def test_hr_steps_keep_the_sources_digest_too(
    make: Make, photographs: Path, tmp_path: Path
) -> None:
    make(photographs, tmp_path / "out", pipeline="realesrgan")
    for pair in lines(tmp_path / "out")[1:]:
        digests = pair["digests"]
        assert digests["source_pixels"] != digests["hr_pixels"]
        y, x, height, width = pair["box"]
        source = np.asarray(Image.open(photographs / (pair["source"] + ".png")))
        cut = np.ascontiguousarray(source[y : y + height, x : x + width])
        assert (
            digests["source_pixels"]
            == hashlib.sha256(b"48x48x3:uint8:" + cut.tobytes()).hexdigest()
        )


def test_full_cuts_right_and_bottom(make: Make, photographs: Path, tmp_path: Path) -> None:
    make(photographs, tmp_path / "out", crop=None, scale=4, pipeline="bicubic")
    boxes = {pair["key"]: pair["box"] for pair in lines(tmp_path / "out")[1:]}
    assert boxes["a"] == [0, 0, 68, 88]
    assert boxes["b"] == [0, 0, 76, 84]


def test_tiles_are_drawn_one_by_one_and_resume(
    make: Make, photographs: Path, tmp_path: Path, tree: Tree
) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    made = make(photographs, whole, tiles=40, variants=2).made
    pairs = lines(whole)[1:]
    assert made == len(pairs) == len({json.dumps(pair["trace"]) for pair in pairs})
    assert pairs[0]["key"] == "a_v0_y00000_x00000"
    key = degrade.Key(0, "a@0,40", 1)
    [trace] = degrade.draw(degrade.load_pipeline("second_order", scale=4), [key])
    [pair] = [pair for pair in pairs if pair["key"] == "a_v1_y00000_x00040"]
    assert pair["trace"] == json.loads(trace.to_json())
    make(photographs, parts, tiles=40, variants=2, limit=2)
    (parts / "hr" / "a_v0_y00000_x00000.png").unlink()
    make(photographs, parts, tiles=40, variants=2)
    assert tree(parts) == tree(whole)


def test_other_seeds_and_variants_are_other_pairs(
    make: Make, photographs: Path, tmp_path: Path
) -> None:
    make(photographs, tmp_path / "0", variants=2)
    make(photographs, tmp_path / "1", variants=2, seed=1)
    traces = [json.dumps(pair["trace"]) for seed in "01" for pair in lines(tmp_path / seed)[1:]]
    assert len(set(traces)) == len(traces) == 20


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"seed": 1}, "--seed was 0, now 1"),
        ({"crop": 32}, "--crop was 48, now 32"),
        ({"crop": None}, "--crop was 48, now full"),
        ({"tiles": 8}, "--tiles was none, now 8"),
        ({"variants": 3}, "--variants was 2, now 3"),
        ({"alpha": "white"}, "--alpha was refuse, now white"),
        ({"pipeline": "bicubic"}, "--pipeline was second_order version 1, now bicubic version 1"),
        ({"scale": 2}, "--scale was 4, now 2"),
    ],
)
def test_other_arguments_are_refused_by_name(
    reference: Path, make: Make, photographs: Path, tree: Tree, options: dict[str, Any], words: str
) -> None:
    before = tree(reference)
    with pytest.raises(RequestError) as caught:
        make(photographs, reference, **{"variants": 2, **options})
    assert words in str(caught.value)
    assert "use the same arguments or another --out" in str(caught.value)
    assert tree(reference) == before


def test_other_sources_and_versions_are_refused(
    reference: Path, make: Make, photographs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(torch, "__version__", "9.9")
        with pytest.raises(RequestError, match=r"torch version was .*, now 9\.9"):
            make(photographs, reference, variants=2)
    (photographs / "a.png").rename(photographs / "z.png")
    with pytest.raises(RequestError, match="the sources were 5, now other 5"):
        make(photographs, reference, variants=2)
    (photographs / "z.png").unlink()
    with pytest.raises(RequestError, match="the sources were 5, now 4"):
        make(photographs, reference, variants=2)


def test_a_strange_folder_is_refused(make: Make, photographs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("years of work")
    with pytest.raises(RequestError, match=r"not empty .*thesis\.txt"):
        make(photographs, out)
    assert [path.name for path in out.iterdir()] == ["thesis.txt"]
    with pytest.raises(RequestError, match="is a file"):
        make(photographs, out / "thesis.txt")


def test_no_images_at_all(make: Make, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.txt").write_text("none")
    with pytest.raises(RequestError, match=r"no images in .*found 1 other file"):
        make(tmp_path / "in", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_output_may_lie_among_the_sources(make: Make, photographs: Path) -> None:
    make(photographs, photographs / "pairs")
    assert make(photographs, photographs / "pairs").kept == 5


def test_the_sources_directory_cannot_be_the_output(make: Make, photographs: Path) -> None:
    before = sorted(photographs.rglob("*"))
    with pytest.raises(RequestError, match=r"--out .* is the directory of the sources"):
        make(photographs, photographs)
    assert sorted(photographs.rglob("*")) == before


@pytest.mark.parametrize("name", ["hr", "lr", "manifest.jsonl", "manifest.partial.jsonl"])
def test_a_folder_with_links_is_refused(
    reference: Path, make: Make, photographs: Path, tmp_path: Path, name: str
) -> None:
    place = tmp_path / "elsewhere"
    source = "manifest.jsonl" if "manifest" in name else name
    (reference / source).rename(place)
    (reference / name).symlink_to(place)
    before = place.read_bytes() if place.is_file() else sorted(place.iterdir())
    with pytest.raises(RequestError, match=f"{name} is a link"):
        make(photographs, reference, variants=2)
    assert before == (place.read_bytes() if place.is_file() else sorted(place.iterdir()))


def test_temporary_files_follow_no_link(tmp_path: Path) -> None:
    victim = tmp_path / "precious"
    victim.write_text("years of work")
    (tmp_path / ".tmp-x.png").symlink_to(victim)
    write_whole(tmp_path / "x.png", b"pixels")
    assert victim.read_text() == "years of work"
    assert (tmp_path / "x.png").read_bytes() == b"pixels"
    assert not (tmp_path / "x.png").is_symlink()


@pytest.mark.parametrize("name", ["mkdir", "acquire"])
def test_where_nothing_can_begin_nothing_is_said_to_be_kept(
    make: Make, photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path if name == "mkdir" else FileLock, name, refuse)
    with pytest.raises(RequestError, match="Read-only file system; nothing was made"):
        make(photographs, tmp_path / "out")


def test_a_pipeline_that_misses_its_target_stops_before_any_work(
    make: Make, photographs: Path, tmp_path: Path
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("name: mine\nlr:\n  - {op: resize, factor: 0.5}\n")
    with pytest.raises(PipelineError, match=r"the pipeline mine .* 64 of 64 draws: .*target is"):
        make(photographs, tmp_path / "out", pipeline=str(file))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", degrade.pipeline_names())
def test_named_pipelines_end_at_their_target(name: str) -> None:
    pipeline = degrade.load_pipeline(name)
    for scale in pipeline.scales or (2, 3, 4):
        check_ends(degrade.load_pipeline(name, scale), 400 // scale * scale)


@pytest.mark.parametrize("pipeline", ["second_order", "realesrgan"])
def test_a_batch_of_one_size_travels_as_one_tensor(
    photograph: Callable[..., np.ndarray], monkeypatch: pytest.MonkeyPatch, pipeline: str
) -> None:
    keys = degrade.keys(0, [str(number) for number in range(6)], 0)
    traces = degrade.draw(degrade.load_pipeline(pipeline), keys)
    crops = [photograph(number, 48, 48) for number in range(6)]
    alone = [
        degrade_pixels([t], [c], CPU, "batched")[0] for t, c in zip(traces, crops, strict=True)
    ]
    shapes = []

    def watched(real: Callable[..., Any]) -> Callable[..., Any]:
        def apply(chosen: Any, images: Any, **how: Any) -> Any:
            shapes.append(tuple(images.shape))
            return real(chosen, images, **how)

        return apply

    monkeypatch.setattr(degrade, "apply_hr", watched(degrade.apply_hr))
    monkeypatch.setattr(degrade, "apply_lr", watched(degrade.apply_lr))
    together = degrade_pixels(traces, crops, CPU, "batched")
    assert set(shapes) == {(6, 3, 48, 48)}
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one.hr, other.hr)
        assert np.array_equal(one.lr, other.lr)


HOLD = """
import sys, time
from filelock import FileLock
lock = FileLock(sys.argv[1])
lock.acquire()
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_process_is_refused_and_a_dead_one_forgotten(
    make: Make, photographs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(out / ".realsr.lock")], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(FolderBusyError, match=f"another process is making pairs in {out}"):
            make(photographs, out)
        holder.kill()
    assert make(photographs, out).made == 5


def test_leftovers_of_a_killed_run_are_dropped(
    reference: Path, make: Make, photographs: Path, tree: Tree
) -> None:
    before = tree(reference)
    for name in (".tmp-manifest.jsonl", "hr/.tmp-a_v0.png", "lr/.tmp-a_v0.png"):
        (reference / name).write_bytes(b"half")
    make(photographs, reference, variants=2)
    assert tree(reference) == before
