"""`realsr doctor`: each check on installations that it is meant to tell apart."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import pytest

from realsr.cli.actions import doctor

HEADLESS = ("opencv-python-headless", "5.0.0.93")


def distribution(name: str, version: str, *files: str) -> Any:
    return SimpleNamespace(name=name, version=version, files=[Path(file) for file in files])


def wheel(name: str, version: str) -> Any:
    return distribution(
        name, version, "cv2/__init__.py", "cv2/cv2.abi3.so", f"{name}.dist-info/RECORD"
    )


def levels(findings: list[doctor.Diagnosis]) -> list[str]:
    return [finding.level for finding in findings]


def test_one_opencv_wheel_is_fine() -> None:
    other = distribution("cv2-tools", "1.0", "cv2_tools/__init__.py")
    findings = doctor.check_opencv_wheels([other, wheel(*HEADLESS)])
    assert levels(findings) == ["ok"]
    assert "opencv-python-headless 5.0.0.93" in findings[0].text


def test_two_opencv_wheels_are_named_with_versions_and_a_cure() -> None:
    (finding,) = doctor.check_opencv_wheels([wheel(*HEADLESS), wheel("opencv-python", "4.14.0.1")])
    assert finding.level == "warning"
    assert "opencv-python 4.14.0.1" in finding.text
    assert "opencv-python-headless 5.0.0.93" in finding.text
    assert "accident" in finding.text
    assert "uninstall -y opencv-python opencv-python-headless" in finding.cure


def test_two_opencv_wheels_of_one_version_work_but_are_named() -> None:
    wheels = [wheel(*HEADLESS), wheel("opencv-python", HEADLESS[1])]
    (finding,) = doctor.check_opencv_wheels(wheels)
    assert finding.level == "warning"
    assert "they work" in finding.text


def test_a_distribution_listed_twice_counts_once() -> None:
    assert levels(doctor.check_opencv_wheels([wheel(*HEADLESS), wheel(*HEADLESS)])) == ["ok"]


def test_no_opencv_and_distributions_without_a_record_of_files() -> None:
    unrecorded = SimpleNamespace(name="local", version="0", files=None)
    assert levels(doctor.check_opencv_wheels([unrecorded])) == ["broken"]


@pytest.mark.parametrize("module", [SimpleNamespace(), ImportError("libGL.so.1 is missing")])
def test_an_empty_or_failing_cv2_is_broken_and_the_cure_removes_both(module: Any) -> None:
    (finding,) = doctor.check_opencv(module)
    assert finding.level == "broken"
    assert "opencv-python opencv-python-headless" in finding.cure


def test_a_torchvision_of_another_build_is_explained() -> None:
    failure = RuntimeError("operator torchvision::nms does not exist")
    (finding,) = doctor.check_torchvision(SimpleNamespace(__version__="2.15.0+cpu"), failure)
    assert finding.level == "broken"
    assert "2.15.0+cpu" in finding.text
    assert "another build" in finding.text
    assert finding.cure


def test_torchvision_may_be_absent_but_torch_may_not() -> None:
    absent = ModuleNotFoundError("No module named 'torchvision'")
    torch = SimpleNamespace(__version__="2.15.0")
    assert levels(doctor.check_torchvision(torch, absent)) == ["note"]
    assert levels(doctor.check_torchvision(OSError("libcudart"), absent)) == ["broken"]


class Card:
    """A fake torch with one card, which answers a sum with `answer` or raises it."""

    def __init__(self, answer: float | RuntimeError, tf32: bool) -> None:
        self.answer = answer
        self.version = SimpleNamespace(cuda="13.2")
        self.cuda = SimpleNamespace(
            is_available=lambda: True, device_count=lambda: 1, get_device_name=lambda index: "Card"
        )
        switch = SimpleNamespace(allow_tf32=tf32)
        self.backends = SimpleNamespace(cuda=SimpleNamespace(matmul=switch), cudnn=switch)

    def ones(self, count: int, device: str) -> Card:
        assert device == "cuda:0"
        return self

    def __mul__(self, factor: int) -> Card:
        return self

    def sum(self) -> float:
        if isinstance(self.answer, RuntimeError):
            raise self.answer
        return self.answer


def test_a_card_that_computes() -> None:
    assert levels(doctor.check_devices(Card(4.0, tf32=False))) == ["ok"] * 4


@pytest.mark.parametrize("answer", [0.0, RuntimeError("no kernel image is available")])
def test_a_card_that_does_not_compute_is_broken(answer: float | RuntimeError) -> None:
    findings = doctor.check_devices(Card(answer, tf32=False))
    assert levels(findings)[1] == "broken"
    assert "--device cpu" in findings[1].cure


def test_tf32_is_said_with_the_switch_that_turns_it_off() -> None:
    findings = doctor.check_tf32(Card(4.0, tf32=True))
    assert levels(findings) == ["note", "note"]
    assert findings[1].cure == "set torch.backends.cudnn.allow_tf32 = False"


def test_codecs_of_the_installed_opencv() -> None:
    found = {
        finding.text.split(" encodes")[0]: finding.level for finding in doctor.check_codecs(cv2)
    }
    assert found["JPEG"] == found["PNG"] == "ok"


class WithoutCodec:
    """The installed OpenCV, but for one codec."""

    error = cv2.error
    IMREAD_COLOR = cv2.IMREAD_COLOR
    imdecode = staticmethod(cv2.imdecode)

    def __init__(self, suffix: str) -> None:
        self.suffix = suffix

    def imencode(self, suffix: str, picture: Any) -> Any:
        if suffix == self.suffix:
            raise cv2.error("could not find a writer for the specified extension")
        return cv2.imencode(suffix, picture)


@pytest.mark.parametrize(("suffix", "level"), [(".jpg", "broken"), (".avif", "warning")])
def test_a_missing_codec_is_broken_only_where_pairs_need_it(suffix: str, level: str) -> None:
    findings = doctor.check_codecs(WithoutCodec(suffix))
    at = list(doctor.CODECS.values()).index(suffix)
    assert findings[at].level == level
    assert levels(findings).count(level) == 1


def test_more_threads_than_cores_is_a_warning_with_numbers() -> None:
    assert levels(doctor.check_threads(4, 4, 4, None)) == ["ok"]
    (finding,) = doctor.check_threads(2, 8, 2, "8")
    assert finding.level == "warning"
    assert "2 cores; torch 8 threads, cv2 2; OMP_NUM_THREADS is 8" in finding.text
    assert "OMP_NUM_THREADS=2" in finding.cure


def test_hub_folder_follows_torch() -> None:
    home = Path("/home/someone")
    assert doctor.hub_folder({}, home) == home / ".cache/torch/hub/checkpoints"
    assert doctor.hub_folder({"XDG_CACHE_HOME": "/cache"}, home) == Path(
        "/cache/torch/hub/checkpoints"
    )
    both = {"XDG_CACHE_HOME": "/cache", "TORCH_HOME": "/weights"}
    assert doctor.hub_folder(both, home) == Path("/weights/hub/checkpoints")


def test_hub_folder_is_the_one_that_torch_uses(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    torch_hub = pytest.importorskip("torch.hub")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch_hub, "_hub_dir", None)
    expected = Path(torch_hub.get_dir()) / "checkpoints"
    assert doctor.hub_folder({"TORCH_HOME": str(tmp_path)}, Path("/")) == expected


def test_weights_are_told_by_file_name(tmp_path: Path) -> None:
    (tmp_path / "vgg19-dcbb9e9d.pth").touch()
    findings = doctor.check_weights(tmp_path)
    assert levels(findings) == ["ok", "note", "note", "note", "note"]
    assert "vgg16-397923af.pth" in findings[1].text
    assert str(tmp_path) in findings[-1].text
    assert "TORCH_HOME" in findings[-1].cure


def test_no_more_is_said_where_all_weights_are_here(tmp_path: Path) -> None:
    for name in doctor.WEIGHTS:
        (tmp_path / name).touch()
    assert levels(doctor.check_weights(tmp_path)) == ["ok"] * len(doctor.WEIGHTS)


def test_versions_name_what_is_absent() -> None:
    def find(name: str) -> str:
        if name == "kornia":
            raise metadata.PackageNotFoundError(name)
        return "1.2.3"

    texts = [finding.text for finding in doctor.check_versions(find)]
    assert "kornia is not installed" in texts
    assert "torch 1.2.3" in texts


def test_a_module_that_fails_to_import_is_an_answer() -> None:
    assert isinstance(doctor.probe("no_such_module_anywhere"), ModuleNotFoundError)


def test_lines_put_each_cure_below_its_problem_and_end_with_a_verdict() -> None:
    bad = doctor.Diagnosis("broken", "cv2 is empty", "install one wheel")
    text = doctor.lines({"OpenCV": [bad], "Devices": [doctor.Diagnosis("ok", "CPU")]})
    assert text[:4] == [
        "OpenCV",
        "  broken  cv2 is empty",
        "          -> install one wheel",
        "Devices",
    ]
    assert text[-1].startswith("1 broken, 0 to look at")


@pytest.mark.parametrize(("level", "code"), [("ok", 0), ("warning", 0), ("broken", 1)])
def test_only_what_is_broken_fails(
    level: Any, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda: {"Title": [doctor.Diagnosis(level, "text")]})
    assert doctor.report() == code
    assert capsys.readouterr().out.startswith("Title\n")


def test_this_installation_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.report() == 0
    assert "opencv-python-headless" in capsys.readouterr().out
