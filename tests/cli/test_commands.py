"""The command line: exit codes, sentences, and a help that loads nothing heavy."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from realsr.cli.main import app


def realsr(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    root = tmp_path / "photographs"
    root.mkdir()
    for index, name in enumerate("abc"):
        coarse = np.random.default_rng(index).integers(0, 255, (6, 6, 3), np.uint8)
        cv2.imwrite(
            str(root / f"{name}.png"), cv2.resize(coarse, (72, 64), interpolation=cv2.INTER_CUBIC)
        )
    return root


def make(photographs: Path, out: Path, *options: object) -> Result:
    return realsr("make-pairs", photographs, "--out", out, "--crop", 48, *options)


def test_help_loads_neither_torch_nor_numpy() -> None:
    code = (
        "import sys\n"
        "from realsr.cli.main import app\n"
        "app(['--help'], standalone_mode=False)\n"
        "heavy = {'torch', 'numpy', 'cv2', 'pydantic', 'PIL', 'degrade'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for command in (
        "make-pairs",
        "replay",
        "verify",
        "upscale",
        "models",
        "pipelines",
        "preview",
        "doctor",
    ):
        assert command in done.stdout


@pytest.mark.parametrize("words", [["list"], ["show", "second_order"]])
def test_named_pipelines_load_no_torch(words: list[str]) -> None:
    code = (
        "import sys\n"
        "from realsr.cli.main import app\n"
        f"app(['pipelines', *{words}], standalone_mode=False)\n"
        "heavy = {'torch', 'numpy', 'cv2', 'PIL'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "second_order" in done.stdout


def test_make_replay_verify(photographs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    made = make(photographs, out)
    assert made.exit_code == 0, made.stderr
    said, time = made.stdout.splitlines()
    assert said == f"3 pairs made; pairs in {out}"
    shares = [int(share) for share in re.findall(r"(?:decode|degrade|encode|write) (\d+) %", time)]
    assert len(shares) == 4, time
    assert 98 <= sum(shares) <= 102, time
    assert made.stderr == ""  # no bar where there is no terminal
    again = make(photographs, out)
    assert (again.exit_code, again.stdout) == (
        0,
        f"nothing left to do: 3 pairs there already; pairs in {out}\n",
    )
    checked = realsr("replay", out, "--check")
    assert (checked.exit_code, checked.stdout) == (
        0,
        "3 LR images compared: 3 equal, 0 different\n",
    )
    replayed = realsr("replay", out)
    assert f"made in {out / 'lr-replayed'}" in replayed.stdout
    for form in ("tar", "folder"):
        copied = realsr("convert", out, "--out", tmp_path / form, "--format", form)
        assert copied.exit_code == 0, copied.stderr
        assert copied.stdout.endswith(f"pairs copied; in {tmp_path / form} as {form}\n")
    (tmp_path / "folder" / "hr" / next((out / "hr").iterdir()).name).unlink()
    partly = realsr("convert", tmp_path / "folder", "--out", tmp_path / "x", "--format", "tar")
    assert partly.exit_code == 3
    assert "left out, since the manifest says otherwise" in partly.stderr
    verified = realsr("verify", out)
    assert (verified.exit_code, verified.stdout) == (0, "3 pairs checked: no findings\n")


def test_differences_exit_with_1(photographs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    make(photographs, out)
    text = (out / "manifest.jsonl").read_text()
    digest = json.loads(text.splitlines()[2])["digests"]["lr_pixels"]
    (out / "manifest.jsonl").write_text(text.replace(digest, "0" * 64))
    (out / "lr" / "a.png").unlink()
    checked = realsr("replay", out, "--check")
    assert checked.exit_code == 1
    assert "b: the LR pixels differ\n" in checked.stdout
    verified = realsr("verify", out)
    assert verified.exit_code == 1
    assert verified.stdout == "missing: lr/a.png\n3 pairs checked: 1 finding\n"
    (out / "manifest.jsonl").write_text("nonsense\n")
    assert realsr("verify", out).exit_code == 1


def test_failed_sources_exit_with_3(photographs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (photographs / "b.png").write_bytes(b"")
    (photographs / "notes.txt").write_text("x")
    done = make(photographs, out)
    assert done.exit_code == 3
    assert done.stderr == "realsr: b (b.png): the file is empty (0 bytes)\n"
    assert done.stdout.splitlines()[0] == (
        f"2 pairs made, 1 source failed (see {out / 'failures.jsonl'}), 1 other file passed over; "
        f"pairs in {out}"
    )
    assert make(photographs, out).exit_code == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--crop", "50"], "--crop 50 is not a multiple of the scale 4"),
        (["--crop", "half"], "--crop half is neither a number of pixels nor `full`"),
        (["--crop", "full", "--tiles", "8"], "--tiles needs the tiles' side"),
        (["--pipeline", "secnd_order"], "no pipeline 'secnd_order'"),
        (["--pipeline", "none.yaml"], "cannot read the pipeline file none.yaml"),
        (["--device", "tpu"], "tpu"),
        (["--variants", "0"], "variants"),
        (["--workers", "0"], "workers"),
        (["--format", "zip"], "zip"),
    ],
)
def test_usage_exits_with_2(
    photographs: Path, tmp_path: Path, options: list[str], words: str
) -> None:
    done = make(photographs, tmp_path / "out", *options)
    assert done.exit_code == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_nothing_to_do_exits_with_2(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = make(tmp_path / "empty", tmp_path / "out")
    assert done.exit_code == 2
    assert done.stderr.startswith("realsr: no images in ")
    assert make(tmp_path / "absent", tmp_path / "out").exit_code == 2


def test_a_clash_and_other_arguments_exit_with_2(photographs: Path, tmp_path: Path) -> None:
    assert make(photographs, tmp_path / "out").exit_code == 0
    other = make(photographs, tmp_path / "out", "--seed", 5)
    assert (other.exit_code, "--seed was 0, now 5" in other.stderr) == (2, True)
    (photographs / "a.jpg").write_bytes((photographs / "a.png").read_bytes())
    clash = make(photographs, tmp_path / "other")
    assert (clash.exit_code, "the same source id 'a'" in clash.stderr) == (2, True)
    assert not (tmp_path / "other").exists()


def test_a_full_disk_exits_with_3(
    photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.replace

    def full(source: object, target: object) -> None:
        if str(target).endswith("lr/b.png"):
            raise OSError(28, "No space left on device")
        real(source, target)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        done = make(photographs, tmp_path / "out")
    assert done.exit_code == 3
    assert done.stderr.count("\n") == 1
    assert "lr/b.png: No space left on device" in done.stderr
    assert make(photographs, tmp_path / "out").exit_code == 0


def test_an_interrupt_exits_with_130_and_the_next_run_goes_on(
    photographs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "realsr.cli.main",
        "make-pairs",
        str(photographs),
        "--out",
        str(out),
    ]
    options = ["--crop", "48", "--variants", "400", "--workers", "2"]
    with subprocess.Popen([*command, *options], stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while len(list(out.glob("lr/*.png"))) < 3:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stderr.splitlines() == [
        "realsr: stopping after the running step; Ctrl-C again ends it at once",
        "realsr: stopped; run the same command again to go on",
    ]
    assert (out / "manifest.partial.jsonl").exists()
    done = realsr("verify", out)
    assert (done.exit_code, "has not ended" in done.stderr) == (2, True)


def test_pipelines() -> None:
    listed = realsr("pipelines", "list")
    assert listed.exit_code == 0
    for name in ("bicubic", "second_order", "realesrgan"):
        assert any(line.startswith(name) for line in listed.stdout.splitlines())
    assert "# " in realsr("pipelines", "show", "second_order").stdout
    resolved = realsr("pipelines", "show", "second_order", "--scale", 2)
    assert "scale: 2" in resolved.stdout
    schema = json.loads(realsr("pipelines", "schema").stdout)
    assert "lr" in schema["properties"]


def test_pipelines_check(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(realsr("pipelines", "show", "bicubic").stdout)
    sound = realsr("pipelines", "check", file)
    assert (sound.exit_code, sound.stdout.startswith(f"{file}: sound; bicubic")) == (0, True)
    file.write_text("name: mine\nlr:\n  - op: matlab_bicubic\n    factr: 1\n")
    wrong = realsr("pipelines", "check", file)
    assert wrong.exit_code == 1
    assert f"{file}:4" in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_pipelines_check_draws_too(photographs: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("name: mine\nlr:\n  - {op: resize, factor: 0.5}\n")
    checked = realsr("pipelines", "check", file)
    assert checked.exit_code == 1
    assert checked.stderr.startswith(f"realsr: {file}: the pipeline mine cannot be applied in 64")
    made = make(photographs, tmp_path / "out", "--pipeline", file)
    assert (made.exit_code, "the pipeline mine cannot be applied" in made.stderr) == (2, True)
    assert not (tmp_path / "out").exists()


def test_a_files_own_scale_holds_unless_another_is_given(photographs: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    text = realsr("pipelines", "show", "bicubic", "--scale", 2).stdout
    file.write_text(text)
    for name, options, scale in (("own", [], 2), ("given", ["--scale", 3], 3)):
        assert make(photographs, tmp_path / name, "--pipeline", file, *options).exit_code == 0
        header = json.loads((tmp_path / name / "manifest.jsonl").read_text().splitlines()[0])
        assert header["scale"] == scale
    sheet = tmp_path / "sheet.png"
    preview = realsr("preview", photographs / "a.png", "--out", sheet, "--pipeline", file)
    assert preview.exit_code == 0
    assert "the pipeline's own, or 4" in " ".join(realsr("make-pairs", "--help").stdout.split())


def test_a_scale_that_a_pipeline_does_not_have_is_told_of_the_option(
    photographs: Path, tmp_path: Path
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "name: mine\nscales: [2]\nscale: 2\nlr:\n  - {op: matlab_bicubic, factor: 0.5}\n"
    )
    wrong = make(photographs, tmp_path / "out", "--pipeline", file, "--scale", 4)
    assert wrong.exit_code == 2
    assert wrong.stderr == "realsr: --scale 4: the pipeline mine is for 2; leave it out for 2\n"
    assert realsr("pipelines", "show", file, "--scale", 4).stderr == wrong.stderr
    far = make(photographs, tmp_path / "out", "--scale", 99)
    assert (far.exit_code, far.stderr.startswith("realsr: --scale 99: ")) == (2, True)


def test_an_output_that_cannot_be_made_exits_with_2(photographs: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = make(photographs, tmp_path / "file" / "out")
    assert done.exit_code == 2
    assert "kept" not in done.stderr
    assert done.stderr.endswith("nothing was made\n")


def test_the_second_of_two_runs_is_refused(photographs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "realsr.cli.main", "make-pairs", str(photographs)]
    options = ["--out", str(out), "--crop", "48", "--variants", "200", "--workers", "1"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as first:
        deadline = time.monotonic() + 60
        while not list(out.glob("lr/*.png")):
            assert first.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        second = make(photographs, out, "--variants", 200)
        refused_early = first.poll() is None
        stdout, _ = first.communicate(timeout=120)
    assert refused_early
    assert second.exit_code == 2
    assert f"another process is making pairs in {out}" in second.stderr
    assert (first.returncode, stdout.splitlines()[0]) == (0, f"600 pairs made; pairs in {out}")


def test_sheets_write_over_nothing_but_sheets(photographs: Path, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs"
    make(photographs, pairs)
    a, b, free = (tmp_path / "photographs" / f"{name}.png" for name in ("a", "b", "free"))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    refused = [
        ("preview", a, a, "is no contact sheet"),
        ("preview", a, b, "is no contact sheet"),
        ("preview", a, free.with_suffix(".jpg"), "ending in .png"),
        ("preview", a, pairs / "hr" / "new.png", "among the pairs"),
        ("sheet", pairs, a, "is no contact sheet"),
        ("sheet", pairs, pairs / "manifest.jsonl", "ending in .png"),
        ("sheet", pairs, pairs / "lr" / "new.png", "among the pairs"),
        ("sheet", pairs, pairs / "lr-replayed" / "new.png", "among the pairs"),
        ("sheet", pairs, tmp_path, "ending in .png"),
    ]
    for command, subject, out, words in refused:
        done = realsr(command, subject, "--out", out)
        assert (done.exit_code, words in done.stderr) == (2, True), (command, out, done.stderr)
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for command, subject in (("preview", a), ("sheet", pairs), ("preview", a)):
        assert realsr(command, subject, "--out", free).exit_code == 0


def test_sheets(photographs: Path, tmp_path: Path) -> None:
    make(photographs, tmp_path / "out")
    drawn = realsr("sheet", tmp_path / "out", "--out", tmp_path / "sheet.png", "--limit", 2)
    assert (drawn.exit_code, drawn.stdout) == (
        0,
        f"2 pairs drawn; sheet in {tmp_path / 'sheet.png'}\n",
    )
    preview = ["preview", photographs / "a.png", "--out", tmp_path / "preview.png", "--variants", 2]
    assert realsr(*preview).exit_code == 0
    for name in ("sheet.png", "preview.png"):
        assert cv2.imread(str(tmp_path / name)).size > 0
    gone = realsr("preview", tmp_path / "gone.png", "--out", tmp_path / "no.png")
    assert (gone.exit_code, gone.stderr) == (
        2,
        f"realsr: there is no photograph {tmp_path / 'gone.png'}\n",
    )


def test_a_terminal_sees_a_bar_with_rate_and_time_left(photographs: Path, tmp_path: Path) -> None:
    terminal, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    command = [sys.executable, "-m", "realsr.cli.main", "make-pairs", str(photographs)]
    options = ["--out", str(tmp_path / "out"), "--crop", "48", "--tiles", "16"]
    done = subprocess.run([*command, *options], stdout=subprocess.PIPE, stderr=end, check=True)
    seen = os.read(terminal, 100_000).decode()
    os.close(terminal)
    os.close(end)
    assert done.stdout.decode().startswith("18 pairs made; ")
    assert re.search(r"100%\|.*\| 18/18 \[\d\d:\d\d<\d\d:\d\d, .*pair", seen), seen
