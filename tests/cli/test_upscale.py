"""`realsr upscale` and `realsr models`."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from typer.testing import CliRunner, Result

from realsr.cli.main import app
from realsr.images.failures import Failure
from realsr.images.png import encode_png
from realsr.metrics.interpolation import reduced
from realsr.models.cards import ModelCard, model_bytes, read_card


def realsr(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "in"
    (root / "deeper").mkdir(parents=True)
    generator = np.random.default_rng(0)
    (root / "a.png").write_bytes(encode_png(generator.integers(0, 255, (9, 7, 4), np.uint8)))
    (root / "deeper" / "b.png").write_bytes(
        encode_png(generator.integers(0, 65535, (5, 8, 1), np.uint16))
    )
    return root


@pytest.fixture
def model(tmp_path: Path) -> Path:
    card = ModelCard(
        architecture="espcn",
        arguments={"scale": 2, "features": (4, 4)},
        scale=2,
        colour="y",
        seed=1,
    )
    path = tmp_path / "m.safetensors"
    path.write_bytes(model_bytes(card.built(), card))
    return path


def test_a_folder_with_alpha_grey_and_16_bits(folder: Path, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = realsr("upscale", folder, "--out", out, "--model", model, "--device", "cpu")
    assert (done.exit_code, done.stdout) == (0, f"2 pictures enlarged; in {out}\n"), done.stderr
    first = cv2.imread(str(out / "a.png"), cv2.IMREAD_UNCHANGED)
    second = cv2.imread(str(out / "deeper" / "b.png"), cv2.IMREAD_UNCHANGED)
    assert first is not None
    assert second is not None
    assert (first.shape, first.dtype) == ((18, 14, 4), np.uint8)
    assert (second.shape, second.dtype) == ((10, 16), np.uint16)
    again = realsr("upscale", folder, "--out", out, "--model", model, "--device", "cpu")
    assert again.stdout == f"0 pictures enlarged, 2 kept from before; in {out}\n"
    other = realsr("upscale", folder, "--out", out, "--model", "bicubic", "--scale", 2)
    assert other.exit_code == 2
    assert "made by another request: model was m.safetensors, now bicubic" in other.stderr


def test_failures_are_named_and_counted(folder: Path, tmp_path: Path) -> None:
    (folder / "c.png").write_bytes(b"")
    (folder / "notes.txt").write_text("x")
    out = tmp_path / "out"
    done = realsr("upscale", folder, "--out", out, "--model", "bicubic", "--scale", 2)
    assert done.exit_code == 3
    assert done.stderr == "realsr: c (c.png): the file is empty (0 bytes)\n"
    assert done.stdout == (
        f"2 pictures enlarged, 1 failed (see {out / 'failures.jsonl'}), 1 other file passed over; in {out}\n"
    )
    assert json.loads((out / "failures.jsonl").read_text())["kind"] == "empty"


@pytest.mark.parametrize("linked", [False, True])
def test_a_source_is_never_overwritten(folder: Path, tmp_path: Path, linked: bool) -> None:
    before = (folder / "a.png").read_bytes()
    out = folder
    if linked:
        out = tmp_path / "link"
        out.symlink_to(folder, target_is_directory=True)
    done = realsr("upscale", folder / "a.png", "--out", out, "--model", "bicubic", "--scale", 2)
    assert done.exit_code == 2
    assert "would take the place" in done.stderr
    assert (folder / "a.png").read_bytes() == before
    whole = realsr("upscale", folder, "--out", out, "--model", "bicubic")
    assert whole.exit_code == 2
    assert "is the directory of the sources; give another one" in whole.stderr
    assert (folder / "a.png").read_bytes() == before


def test_usage(folder: Path, tmp_path: Path) -> None:
    done = realsr("upscale", folder, "--out", tmp_path / "out", "--model", "no.pth")
    assert done.exit_code == 2
    assert "no model 'no.pth'" in done.stderr


def test_models_list_and_show(model: Path) -> None:
    listed = realsr("models", "list")
    assert listed.exit_code == 0
    assert "x2: 21,284, x3: 22,729, x4: 24,752 parameters" in listed.stdout
    shown = realsr("models", "show", "srcnn").stdout
    assert "scale (required)" in shown
    assert "57,281 parameters" in shown
    trained = realsr("models", "show", model).stdout
    assert "m: x2, sees luma alone" in trained
    assert "seed: 1" in trained
    assert "trained on: unknown" in trained


def test_models_interpolate_and_export(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "mixed.safetensors"
    assert realsr("models", "interpolate", model, model, "--out", out).exit_code == 0
    card = read_card(out)
    assert card is not None
    assert card.seed == 1
    assert realsr("models", "interpolate", model, model, "--out", out).exit_code == 2
    copy = tmp_path / "copy.safetensors"
    assert realsr("models", "export", out, "--safetensors", copy).exit_code == 0
    assert copy.read_bytes() == out.read_bytes()
    assert realsr("models", "export", out).exit_code == 2
    weights = tmp_path / "weights.pth"
    assert "weights alone" in realsr("models", "export", out, "--pth", weights).stdout
    held = torch.load(weights, weights_only=True)["params"]
    assert {*held} == {*load_file(copy)}
    assert all(torch.equal(held[name], value) for name, value in load_file(copy).items())
    assert realsr("models", "export", out, "--pth", weights).exit_code == 2
    assert realsr("models", "export", out, "--pth", tmp_path / "weights.pt").exit_code == 2


MOODY = "tests.inference.stand_ins:moody"
BICUBIC = ("--model", "bicubic", "--scale", 2)


def grey(width: int, value: int) -> bytes:
    return encode_png(np.full((8, width, 1), value, np.uint8))


def test_no_failure_of_one_picture_ends_a_batch(tmp_path: Path) -> None:
    for width in range(9, 16):
        (tmp_path / "in" / f"{width}.png").parent.mkdir(exist_ok=True)
        (tmp_path / "in" / f"{width}.png").write_bytes(grey(width, 200 if width in (9, 15) else 0))
    out = tmp_path / "out"
    done = realsr("upscale", tmp_path / "in", "--out", out, "--model", MOODY, "--device", "cpu")
    assert done.exit_code == 3, done.output
    assert "2 pictures enlarged, 5 failed" in done.stdout
    told = {
        line["source"]: (line["kind"], line["reason"])
        for line in map(json.loads, (out / "failures.jsonl").read_text().splitlines())
    }
    assert sorted(told) == ["10", "11", "12", "13", "14"]
    words = {"10": "no numbers", "11": "out of memory", "12": "MemoryError", "13": "bug of its own"}
    for source, sentence in words.items():
        assert sentence in told[source][1]
    assert sorted(path.name for path in out.glob("*.png")) == ["15.png", "9.png"]


def test_profile_and_exif_stay_and_orientation_is_applied(tmp_path: Path) -> None:
    from tests.images import profiles

    exif = Image.Exif()
    exif[0x0112], exif[0x0110] = 6, "A camera"
    exif.get_ifd(0x8769)[0x9003] = "2020:01:01 00:00:00"
    exif[0x8769] = 1  # Pillow writes that directory into a TIFF where it is named here too
    stored = Image.fromarray(np.arange(96, dtype=np.uint8).reshape(4, 8, 3))
    for suffix in ("jpg", "png", "tif", "webp"):
        stored.save(tmp_path / f"{suffix}.{suffix}", exif=exif, icc_profile=profiles.wide())
    sources = sorted(tmp_path.iterdir())
    for save_as, suffix in (("png", "png"), ("jpeg", "jpg"), ("webp", "webp"), ("avif", "avif")):
        out = tmp_path / save_as
        done = realsr("upscale", *sources, "--out", out, *BICUBIC, "--save-as", save_as)
        assert done.exit_code == 0, done.output
        for source in sources:
            image = Image.open(out / f"{source.stem}.{suffix}")
            assert image.size == (8, 16)
            assert image.info["icc_profile"] == profiles.wide()
            found = image.getexif()
            assert found[0x0110] == "A camera"
            assert found.get(0x0112, 1) == 1
            assert found.get_ifd(0x8769)[0x9003] == "2020:01:01 00:00:00"


def test_beside_the_sources(folder: Path) -> None:
    before = sorted(folder.rglob("*.png"))
    asked = ("upscale", folder, "--suffix", "_x2", *BICUBIC)
    done = realsr(*asked)
    assert (done.exit_code, done.stdout) == (0, "2 pictures enlarged; beside their sources\n")
    made = sorted(set(folder.rglob("*.png")) - set(before))
    assert [path.relative_to(folder).as_posix() for path in made] == ["a_x2.png", "deeper/b_x2.png"]
    again = realsr(*asked).stdout
    assert again == (
        "0 pictures enlarged, 2 kept from before, 2 other files passed over; beside their sources\n"
    )
    other = realsr("upscale", folder, "--suffix", "_webp", *BICUBIC, "--save-as", "webp")
    words = "2 pictures enlarged, 1 of 16 bits written in 8, 2 other files passed over"
    assert words in other.stdout
    assert (folder / "a_webp.webp").is_file()
    for suffix in ("", "/x", "a/../b"):
        assert realsr("upscale", folder, "--suffix", suffix, *BICUBIC).exit_code == 2
    (folder / "a_mine.png").write_bytes(grey(8, 1))
    refused = realsr("upscale", folder / "a.png", "--suffix", "_mine", *BICUBIC)
    assert refused.exit_code == 2
    assert "no record tells what made it" in refused.stderr
    assert realsr("upscale", folder, *BICUBIC).exit_code == 2
    assert realsr("upscale", folder, "--out", folder, "--suffix", "_x", *BICUBIC).exit_code == 2


def test_a_changed_source_is_made_again(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = ("upscale", folder, "--out", out, *BICUBIC)
    assert realsr(*asked).exit_code == 0
    first = (out / "a.png").read_bytes()
    (folder / "a.png").write_bytes(encode_png(np.full((9, 7, 4), 90, np.uint8)))
    assert "1 picture enlarged, 1 kept from before" in realsr(*asked).stdout
    assert (out / "a.png").read_bytes() != first
    (out / "a.png").write_bytes(b"cut short")
    assert "1 picture enlarged, 1 kept from before" in realsr(*asked).stdout
    with (out / "results.jsonl").open("ab") as file:
        file.write(b'{"source":"a","sha')
    (folder / "c.png").write_bytes(grey(8, 9))
    assert "1 picture enlarged, 2 kept from before" in realsr(*asked).stdout
    assert "0 pictures enlarged, 3 kept from before" in realsr(*asked).stdout


def test_two_runs_at_once(folder: Path, tmp_path: Path) -> None:
    from realsr.files.locks import held

    out = tmp_path / "out"
    out.mkdir()
    with held(out, "busy"):
        done = realsr("upscale", folder, "--out", out, *BICUBIC)
    assert done.exit_code == 2
    assert "another process enlarges pictures in" in done.stderr
    leftover = out / ".tmp-0123456789abcdef"
    leftover.write_bytes(b"of a killed run")
    assert realsr("upscale", folder, "--out", out, *BICUBIC).exit_code == 0
    assert not leftover.exists()


def test_results_are_never_taken_for_photographs(folder: Path) -> None:
    for _ in range(2):
        done = realsr("upscale", folder, "--out", folder / "large", *BICUBIC)
        assert done.exit_code == 0
    assert "0 pictures enlarged, 2 kept" in done.stdout
    done = realsr("upscale", folder, "--out", folder / "larger", *BICUBIC)
    assert "2 pictures enlarged, 1 other file passed over" in done.stdout
    done = realsr("upscale", folder, "--out", folder, *BICUBIC)
    assert done.exit_code == 2
    assert "is the directory of the sources" in done.stderr


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.jfif", "JPEG"),
        ("b.mpo", "MPO"),
        ("c.jp2", "JPEG2000"),
        ("d.avif", "AVIF"),
        ("e.jpe", "JPEG"),
    ],
)
def test_more_formats_come_in(tmp_path: Path, name: str, form: str) -> None:
    image = Image.fromarray(np.arange(0, 240, 10, dtype=np.uint8).reshape(2, 4, 3).repeat(8, 0))
    options = {"save_all": True, "append_images": [image]} if form == "MPO" else {}
    image.save(tmp_path / name, form, **options)
    done = realsr(
        "upscale", tmp_path / name, "--out", tmp_path / "out", "--model", "nearest", "--scale", 2
    )
    assert done.exit_code == 0, done.output
    found = np.asarray(Image.open(tmp_path / "out" / f"{name[0]}.png"))
    expected = np.asarray(Image.open(tmp_path / name)).repeat(2, 0).repeat(2, 1)
    assert np.array_equal(found, expected)


def test_heic_without_its_extra_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    (tmp_path / "a.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40))
    done = realsr("upscale", tmp_path / "a.heic", "--out", tmp_path / "out", *BICUBIC)
    assert done.exit_code == 3
    assert "pip install 'realsr-toolkit[heif]'" in done.stderr


def test_progress_counts_parts_of_pictures_and_tells_the_time_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from realsr.cli.actions.upscale import PictureProgress

    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TQDM_MININTERVAL", "0")
    progress = PictureProgress()
    progress.begin(4)
    progress.kept()
    progress.progressed(0.25)
    progress.progressed(0.75)
    assert progress.done == 1.75
    progress.made()
    progress.progressed(0.5)
    progress.failed(Failure("b", "b.png", "model", "it is broken"))
    assert progress.done == 3
    progress.close()
    assert "3.00 of 4 pictures" in screen.getvalue()
    assert "left, some failed" in screen.getvalue()


def test_results_are_made_consistent_by_a_declared_degradation(tmp_path: Path) -> None:
    hr = (
        np.random.default_rng(0)
        .integers(40, 200, (12, 16, 3))
        .astype(np.uint8)
        .repeat(4, 0)
        .repeat(4, 1)
    )
    lr = reduced(hr, 4)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.png").write_bytes(encode_png(lr))
    found = {}
    for out, options in (
        ("plain", []),
        ("projection", ["--consistent", "bicubic"]),
        ("back", ["--consistent", "bicubic", "--consistent-by", "back_projection"]),
    ):
        command = ["upscale", str(tmp_path / "in"), "--model", "bicubic", "--scale", "4"]
        done = CliRunner().invoke(app, [*command, "--out", str(tmp_path / out), *options])
        assert done.exit_code == 0, done.output
        sr = np.asarray(Image.open(tmp_path / out / "a.png"))
        found[out] = float(((reduced(sr, 4).astype(float) - lr) ** 2).mean())
    assert found["projection"] < 0.5 < found["plain"]
    assert found["back"] < found["plain"] / 4
    record = json.loads((tmp_path / "projection" / "upscale.json").read_text())
    assert (record["consistent"]["with"], record["consistent"]["by"]) == ("bicubic", "projection")
    # Another way is another request.
    command += ["--out", str(tmp_path / "projection"), "--consistent", "bicubic"]
    done = CliRunner().invoke(app, [*command, "--consistent-steps", "3"])
    assert done.exit_code == 2
    assert "was made by another request" in done.output


def test_consistency_is_refused_where_it_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.png").write_bytes(encode_png(np.zeros((8, 8, 3), np.uint8)))
    command = ["upscale", str(tmp_path / "in"), "--model", "bicubic", "--scale", "4"]
    command += ["--out", str(tmp_path / "out")]
    for options, words in (
        (["--consistent", "second_order"], "are drawn"),
        (["--consistent", "bicubic", "--tile", "32"], "say how far tiles overlap"),
        (["--consistent", "nothing_such"], "nothing_such"),
    ):
        done = CliRunner().invoke(app, [*command, *options])
        assert done.exit_code == 2, done.output
        assert words in done.output
    assert not (tmp_path / "out").exists()
