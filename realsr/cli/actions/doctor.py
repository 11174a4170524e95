"""`realsr doctor`: what this installation is, what is wrong with it, and what to do about each.

Every check is a pure function of what it is handed and answers with findings; `report` hands them the
real thing. What may be absent or broken is imported only inside `probe`.
"""

from __future__ import annotations

import importlib
import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from realsr.cli.terminal import tell

PACKAGES = (
    "realsr-toolkit",
    "torch",
    "numpy",
    "opencv-python-headless",
    "kornia",
    "albumentations",
    "pillow",
    "pydantic",
    "PyYAML",
    "typer",
    "tqdm",
    "filelock",
    "Jinja2",
    "safetensors",
    "torchvision",
    "scikit-image",
    "basicsr",
)
WEIGHTS = {
    "vgg19-dcbb9e9d.pth": "VGG-19, of the perceptual loss",
    "vgg16-397923af.pth": "VGG-16, of LPIPS (vgg)",
    "alexnet-owt-7be5be79.pth": "AlexNet, of LPIPS (alex)",
    "squeezenet1_1-b8a52dc0.pth": "SqueezeNet, of LPIPS (squeeze)",
}
CODECS = {"JPEG": ".jpg", "PNG": ".png", "WebP": ".webp", "AVIF": ".avif", "JPEG 2000": ".jp2"}
NEEDED_CODECS = ("JPEG", "PNG")
ONE_OPENCV = "pip uninstall -y {names} && pip install opencv-python-headless"

Level = Literal["ok", "note", "warning", "broken"]


@dataclass(frozen=True)
class Diagnosis:
    """One line of the report: how bad, what is so, and what to do about it."""

    level: Level
    text: str
    cure: str = ""


class Installed(Protocol):
    """What is read of an installed distribution."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def files(self) -> Iterable[Any] | None: ...


def probe(name: str) -> Any:
    """A module, or the exception that its import raised: a broken package raises anything."""
    try:
        return importlib.import_module(name)
    except Exception as error:
        return error


def check_versions(find: Callable[[str], str] = metadata.version) -> list[Diagnosis]:
    """The versions of Python and of the packages that matter, absent ones named."""
    findings = [Diagnosis("ok", f"Python {platform.python_version()} on {platform.platform()}")]
    for package in PACKAGES:
        try:
            findings.append(Diagnosis("ok", f"{package} {find(package)}"))
        except metadata.PackageNotFoundError:
            findings.append(Diagnosis("note", f"{package} is not installed"))
    return findings


def check_opencv_wheels(distributions: Iterable[Installed]) -> list[Diagnosis]:
    """Which distributions own `cv2`: two unpack over one another, and removing one breaks the other."""
    owners = sorted({(dist.name, dist.version) for dist in distributions if _owns_cv2(dist)})
    if not owners:
        return [Diagnosis("broken", "no OpenCV is installed", "pip install opencv-python-headless")]
    listed = ", ".join(f"{name} {version}" for name, version in owners)
    if len(owners) == 1:
        return [Diagnosis("ok", f"one OpenCV wheel: {listed}")]
    cure = ONE_OPENCV.format(names=" ".join(name for name, _ in owners))
    agree = len({version for _, version in owners}) == 1
    what = "the same version, so they work" if agree else "which one is imported is an accident"
    return [Diagnosis("warning", f"{len(owners)} wheels own cv2: {listed}; {what}", cure)]


def _owns_cv2(distribution: Installed) -> bool:
    return any(Path(str(file)).parts[:1] == ("cv2",) for file in distribution.files or ())


def check_opencv(cv2: Any) -> list[Diagnosis]:
    """Whether `cv2` is whole: an emptied folder of it still imports, as a module with nothing in it."""
    every = "opencv-python opencv-python-headless"
    if isinstance(cv2, Exception):
        cure = ONE_OPENCV.format(names=every)
        return [Diagnosis("broken", f"cv2 does not import: {cv2}", cure)]
    if not hasattr(cv2, "__version__"):
        text = "cv2 imports but is empty: one of two OpenCV wheels was removed and took its files along"
        return [Diagnosis("broken", text, ONE_OPENCV.format(names=every))]
    return [Diagnosis("ok", f"cv2 {cv2.__version__} imports")]


def check_torchvision(torch: Any, torchvision: Any) -> list[Diagnosis]:
    """Whether torchvision, which only extras need, fits the torch beside it."""
    if isinstance(torch, Exception):
        return [Diagnosis("broken", f"torch does not import: {torch}", "pip install torch")]
    if isinstance(torchvision, ModuleNotFoundError):
        return [Diagnosis("note", "torchvision is not installed; only some extras need it")]
    if not isinstance(torchvision, Exception):
        return [Diagnosis("ok", f"torchvision {torchvision.__version__} imports")]
    cure = "install both from one place: pip install --force-reinstall torch torchvision"
    text = f"torchvision does not import beside torch {torch.__version__}: {torchvision}"
    if "torchvision::" in str(torchvision):
        text += " (torchvision's compiled part is for another build of torch: CPU-only beside CUDA)"
    return [Diagnosis("broken", text, cure)]


def check_devices(torch: Any) -> list[Diagnosis]:
    """Which devices compute, found by computing on them."""
    if isinstance(torch, Exception):
        return []
    findings = [Diagnosis("ok", "CPU")]
    if not torch.cuda.is_available():
        built = torch.version.cuda
        text = f"no CUDA device (torch is built for CUDA {built})" if built else "torch is CPU-only"
        return [*findings, Diagnosis("note", text)]
    cards = [_cuda_device(torch, index) for index in range(torch.cuda.device_count())]
    return [*findings, *cards, *check_tf32(torch)]


def _cuda_device(torch: Any, index: int) -> Diagnosis:
    name = f"cuda:{index} {torch.cuda.get_device_name(index)}"
    try:
        answer = float((torch.ones(2, device=f"cuda:{index}") * 2).sum())
    except RuntimeError as error:
        cure = "the driver or the card does not fit this torch: see nvidia-smi, or use --device cpu"
        return Diagnosis("broken", f"{name} is there but does not compute: {error}", cure)
    if answer != 4.0:
        return Diagnosis("broken", f"{name} computes 2 + 2 = {answer}", "use --device cpu")
    return Diagnosis("ok", f"{name} computes")


def check_tf32(torch: Any) -> list[Diagnosis]:
    """The switches under which a card rounds float32 products to 10 bits."""
    switches = {
        "torch.backends.cuda.matmul.allow_tf32": torch.backends.cuda.matmul.allow_tf32,
        "torch.backends.cudnn.allow_tf32": torch.backends.cudnn.allow_tf32,
    }
    return [
        Diagnosis("note", f"{name} is on: products lose three digits", f"set {name} = False")
        if on
        else Diagnosis("ok", f"{name} is off")
        for name, on in switches.items()
    ]


def check_codecs(cv2: Any) -> list[Diagnosis]:
    """Which codecs OpenCV has, found by sending a small picture there and back."""
    if isinstance(cv2, Exception) or not hasattr(cv2, "imencode"):
        return []
    return [_codec(cv2, name, suffix) for name, suffix in CODECS.items()]


def _codec(cv2: Any, name: str, suffix: str) -> Diagnosis:
    if _round_trip(cv2, suffix):
        return Diagnosis("ok", f"{name} encodes and decodes")
    cure = "pip install --force-reinstall opencv-python-headless"
    if name in NEEDED_CODECS:
        return Diagnosis("broken", f"{name} does not encode and decode, and pairs need it", cure)
    text = f"{name} does not encode and decode; pipelines that use it will stop"
    return Diagnosis("warning", text, cure)


def _round_trip(cv2: Any, suffix: str) -> bool:
    picture = np.full((64, 64, 3), 128, np.uint8)
    try:
        done, data = cv2.imencode(suffix, picture)
        return bool(done) and cv2.imdecode(data, cv2.IMREAD_COLOR).shape == picture.shape
    except (cv2.error, AttributeError):
        return False


def check_threads(
    cores: int, torch_threads: int, cv2_threads: int, omp: str | None
) -> list[Diagnosis]:
    """How many threads each library takes, beside the cores that this process may use."""
    text = f"{cores} cores; torch {torch_threads} threads, cv2 {cv2_threads}; "
    text += f"OMP_NUM_THREADS is {omp}" if omp else "OMP_NUM_THREADS is not set"
    most = max(torch_threads, cv2_threads)
    if most > cores:
        cure = f"set OMP_NUM_THREADS={cores} and OPENCV_FOR_THREADS_NUM={cores}"
        return [Diagnosis("warning", f"{text}: more threads than cores wait for one another", cure)]
    return [Diagnosis("ok", text)]


def hub_folder(environment: Mapping[str, str], home: Path) -> Path:
    """Where torch keeps weights: below TORCH_HOME, else below the cache folder."""
    cache = environment.get("XDG_CACHE_HOME") or str(home / ".cache")
    torch_home = environment.get("TORCH_HOME") or str(Path(cache) / "torch")
    return Path(torch_home).expanduser() / "hub" / "checkpoints"


def check_weights(folder: Path) -> list[Diagnosis]:
    """Which of the networks behind perceptual losses and metrics are here; pairs need none."""
    findings = [_weight(folder / name, purpose) for name, purpose in WEIGHTS.items()]
    if all(finding.level == "ok" for finding in findings):
        return findings
    text = f"weights are looked for in {folder}; making pairs needs none of them"
    cure = "copy the missing files there, or set TORCH_HOME to a folder with hub/checkpoints in it"
    return [*findings, Diagnosis("note", text, cure)]


def _weight(path: Path, purpose: str) -> Diagnosis:
    if path.is_file():
        return Diagnosis("ok", f"{path.name} ({purpose})")
    return Diagnosis("note", f"{path.name} ({purpose}) is missing")


def usable_cores() -> int:
    """The cores that this process may use, where the system tells; else all."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def examine() -> dict[str, list[Diagnosis]]:
    """Every check on this installation, by title."""
    torch, cv2 = probe("torch"), probe("cv2")
    torch_threads = 0 if isinstance(torch, Exception) else torch.get_num_threads()
    cv2_threads = cv2.getNumThreads() if hasattr(cv2, "getNumThreads") else 0
    omp = os.environ.get("OMP_NUM_THREADS")
    return {
        "Versions": check_versions(),
        "OpenCV": [*check_opencv_wheels(metadata.distributions()), *check_opencv(cv2)],
        "Torchvision": check_torchvision(torch, probe("torchvision")),
        "Devices": check_devices(torch),
        "Codecs": check_codecs(cv2),
        "Threads": check_threads(usable_cores(), torch_threads, cv2_threads, omp),
        "Weights": check_weights(hub_folder(os.environ, Path.home())),
    }


def lines(sections: Mapping[str, Sequence[Diagnosis]]) -> list[str]:
    """The report as plain lines: a title, its findings, a cure below each problem, and a verdict."""
    text = []
    for title, findings in sections.items():
        text.append(title)
        for finding in findings:
            text.append(f"  {finding.level:8}{finding.text}")
            if finding.cure:
                text.append(f"  {'':8}-> {finding.cure}")
    return [*text, verdict(sections)]


def verdict(sections: Mapping[str, Sequence[Diagnosis]]) -> str:
    levels = [finding.level for findings in sections.values() for finding in findings]
    broken, warnings = levels.count("broken"), levels.count("warning")
    if not broken and not warnings:
        return "Everything that is needed works."
    return f"{broken} broken, {warnings} to look at; what to do stands below each."


def report() -> int:
    """Print the report; 0 if nothing is broken, else 1."""
    sections = examine()
    for line in lines(sections):
        tell(line)
    broken = any(finding.level == "broken" for found in sections.values() for finding in found)
    return int(broken)
