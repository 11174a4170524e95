"""FoundWeights that metrics need: found, named, missing or damaged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from typer.testing import CliRunner

from realsr.backbones.errors import MissingWeightsError
from realsr.backbones.lpips import LAYERS
from realsr.backbones.networks import BACKBONES
from realsr.cli.main import app
from realsr.metrics import METRICS, niqe
from realsr.metrics.errors import MetricError, NotDefinedError
from realsr.metrics.learned.dists import CHANNELS, DISTS, SquarePool, similarities
from realsr.metrics.metric import Distance, Inputs
from realsr.metrics.planes import Picture
from realsr.metrics.weights import FoundWeights, found_weights
from realsr.robustness.errors import StudyError
from realsr.robustness.results.columns import absent, columns, marked
from realsr.robustness.results.store import read_results
from realsr.robustness.study.study import read_study
from tests.losses.backbones import random_file
from tests.robustness.conftest import save

CPU = torch.device("cpu")


def own_parameters() -> dict[str, Any]:
    found = niqe.own()
    return {"mu": found.mean[None], "cov": found.covariance}


@pytest.fixture
def parameters(tmp_path: Path) -> Path:
    """A file as BasicSR's, of numbers that are ours."""
    path, own = tmp_path / "parameters.npz", own_parameters()
    np.savez(path, mu_pris_param=own["mu"], cov_pris_param=own["cov"])
    return path


@pytest.fixture(scope="module")
def vgg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_file("vgg16", "relu5_3", tmp_path_factory.mktemp("vgg"))


def heads(path: Path, alpha: torch.Tensor, beta: torch.Tensor) -> Path:
    save_file({"alpha": alpha.view(1, -1, 1, 1), "beta": beta.view(1, -1, 1, 1)}, path)
    return path


def even() -> torch.Tensor:
    return torch.ones(sum(CHANNELS))


def picture(seed: int, side: int = 32) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)


def distance_of(found: FoundWeights, name: str) -> Distance:
    """A metric with its files inside, as a function of two pictures."""

    def distance(sr: Picture, hr: Picture) -> float:
        return found.computes[name](Inputs(sr, hr), METRICS[name].convention)

    return distance


def test_matlab_and_numpy_hold_the_same_parameters(tmp_path: Path, parameters: Path) -> None:
    scipy_io = pytest.importorskip("scipy.io")
    own = own_parameters()
    path = tmp_path / "modelparameters.mat"
    scipy_io.savemat(path, {"mu_prisparam": own["mu"], "cov_prisparam": own["cov"]})
    one, other = niqe.load(path), niqe.load(parameters)
    np.testing.assert_array_equal(one.mean, other.mean)
    np.testing.assert_array_equal(one.covariance, other.covariance)
    scipy_io.savemat(tmp_path / "other.mat", {"mean": own["mu"]})
    (tmp_path / "text.mat").write_text("no matrix")
    for name in ("other.mat", "text.mat"):
        with pytest.raises(MetricError, match="not a file of NIQE parameters"):
            niqe.load(tmp_path / name)


def test_official_parameters_are_those_of_basicsr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(niqe, "in_basicsr", lambda: ())
    assert "--weights niqe=FILE" in found_weights({}, {"niqe"}, CPU).reasons["niqe"]
    with pytest.raises(MetricError, match="install basicsr"):
        found_weights({"niqe": "basicsr"}, {"niqe"}, CPU)


def test_what_is_missing_is_said_with_what_to_do() -> None:
    table = columns(("lpips_alex", "dists", "psnr_y"), 4)
    told = absent(table, found_weights({}, {"lpips_alex", "dists", "psnr"}, CPU))
    assert set(told) == {"lpips_alex", "dists"}
    for name, backbone in (("lpips_alex", "alexnet"), ("dists", "vgg16")):
        assert told[name].startswith("weights missing: ")
        assert BACKBONES[backbone].file in told[name]  # type: ignore[index]
        assert f"--weights {backbone}=FILE" in told[name]


def test_heads_come_with_an_extra(vgg: Path) -> None:
    files = {"squeezenet1_1": str(vgg)}
    reason = found_weights(files, {"lpips_squeeze"}, CPU).reasons["lpips_squeeze"]
    assert "realsr-toolkit[metrics]" in reason
    assert "--weights lpips_squeeze=FILE" in reason


@pytest.mark.parametrize(
    ("files", "match"),
    [
        ({"alexnet": "nowhere.pth"}, r"alexnet=nowhere\.pth: no such file"),
        ({"niqe": "nowhere.mat"}, r"niqe=nowhere\.mat: no such file"),
        ({"dists": "x"}, "no column that needs them"),
        ({"vgg16": "x"}, "add dists or lpips_vgg to the metrics"),
    ],
)
def test_files_that_cannot_serve_are_refused(files: dict[str, str], match: str) -> None:
    with pytest.raises(MetricError, match=match):
        found_weights(files, {"lpips_alex", "niqe"}, CPU)


def test_a_named_file_of_other_weights_is_an_error(vgg: Path, tmp_path: Path) -> None:
    with pytest.raises(MetricError, match="alpha and beta"):
        found_weights({"vgg16": str(vgg), "dists": str(vgg)}, {"dists"}, CPU)


def test_a_damaged_file_in_the_cache_is_missing_and_not_used(tmp_path: Path) -> None:
    cached = Path(torch.hub.get_dir()) / "checkpoints"
    cached.mkdir(parents=True)
    (cached / BACKBONES["vgg16"].file).write_bytes(b"half a file")
    own = heads(cached / "DISTS_weights.safetensors", even(), even())
    own.rename(cached / "DISTS_weights.pt")
    assert "damaged" in found_weights({}, {"dists"}, CPU).reasons["dists"]


def test_pooling_by_hand() -> None:
    """One square of 16 in a plane of zeros: seen by its own window at 1/4, and at 1/16 by the one after."""
    plane = torch.zeros(1, 1, 4, 4)
    plane[0, 0, 0, 0] = 4.0
    assert SquarePool()(plane)[0, 0].tolist() == pytest.approx(
        np.array([[2.0, 1e-6], [1e-6, 1e-6]])
    )
    plane[0, 0, 1, 1] = 4.0
    assert SquarePool()(plane)[0, 0, 1, 1].item() == pytest.approx(1.0)


def test_similarities_by_hand() -> None:
    """Means 2 and 4, variances 1 and 4, covariance 2."""
    first = torch.tensor([1.0, 3.0]).view(1, 1, 1, 2)
    texture, structure = similarities(first, 2 * first)
    assert texture.item() == pytest.approx(16 / 20, rel=1e-5)
    assert structure.item() == pytest.approx(4 / 5, rel=1e-5)


def test_dists_of_the_picture_alone_by_hand(vgg: Path, tmp_path: Path) -> None:
    """Weight on the texture of red alone: 1 - 2 a b / (a^2 + b^2) of the means."""
    alpha = torch.zeros(sum(CHANNELS))
    alpha[0] = 3.0
    network = DISTS(vgg, heads(tmp_path / "red.safetensors", alpha, torch.zeros_like(alpha)))
    first, second = torch.full((1, 3, 32, 32), 0.2), torch.full((1, 3, 32, 32), 0.4)
    assert network(first, second).item() == pytest.approx(1 - 0.16 / 0.2, rel=1e-4)


def test_dists_is_zero_for_equals_symmetric_and_grows_with_noise(vgg: Path, tmp_path: Path) -> None:
    network = DISTS(vgg, heads(tmp_path / "even.safetensors", even(), even()))
    image = torch.rand(1, 3, 40, 48, generator=torch.Generator().manual_seed(1))
    noise = torch.randn(image.shape, generator=torch.Generator().manual_seed(2))
    values = [network(image + s * noise, image).item() for s in (0.0, 0.05, 0.1, 0.3)]
    assert values[0] == pytest.approx(0.0, abs=1e-5)
    assert values == sorted(values)
    assert values[-1] > 0.01
    other = image + 0.1 * noise
    assert network(other, image).item() == pytest.approx(network(image, other).item(), abs=1e-6)


def test_heads_of_another_size_are_refused(vgg: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingWeightsError, match="1475"):
        DISTS(vgg, heads(tmp_path / "short.safetensors", torch.ones(3), torch.ones(3)))


def test_the_least_side_is_where_a_network_gives_up(vgg: Path, tmp_path: Path) -> None:
    files = {"vgg16": str(vgg), "lpips_vgg": str(lpips_heads(tmp_path))}
    distance = distance_of(found_weights(files, {"lpips_vgg"}, CPU), "lpips_vgg")
    least = 16
    assert distance(picture(1, least), picture(2, least)) > 0
    with pytest.raises(NotDefinedError, match=f"needs {least} each way"):
        distance(picture(1, least - 1), picture(2, least - 1))
    grey = picture(1)[:, :, :1]
    assert distance(grey, picture(2)[:, :, :1]) == distance(
        np.repeat(grey, 3, 2), np.repeat(picture(2)[:, :, :1], 3, 2)
    )


def lpips_heads(folder: Path, sizes: tuple[int, ...] = (64, 128, 256, 512, 512)) -> Path:
    tensors = {f"lin{n}.model.1.weight": torch.ones(1, c, 1, 1) for n, c in enumerate(sizes)}
    assert len(sizes) == len(LAYERS["vgg16"])
    path = folder / "heads.safetensors"
    save_file(tensors, path)
    return path


def test_heads_of_another_network_are_refused_before_any_work(vgg: Path, tmp_path: Path) -> None:
    """AlexNet's heads have as many names as VGG's, and other channels."""
    files = {"vgg16": str(vgg), "lpips_vgg": str(lpips_heads(tmp_path, (64, 192, 384, 256, 256)))}
    with pytest.raises(MetricError, match="do not fit one another"):
        found_weights(files, {"lpips_vgg"}, CPU)


def test_other_weights_are_other_columns(vgg: Path, tmp_path: Path) -> None:
    """A number is kept under the digest of its weights, and its convention shows it."""
    keys = set()
    for name, beta in (("one", even()), ("two", 2 * even())):
        files = {
            "vgg16": str(vgg),
            "dists": str(heads(tmp_path / f"{name}.safetensors", even(), beta)),
        }
        found = found_weights(files, {"dists", "psnr"}, CPU)
        [dists, psnr] = marked(columns(("dists", "psnr_y"), 4), found)
        assert f"weights {found.digests['dists']}" in dists.words
        assert "weights" not in psnr.words
        keys.add(dists.key)
    assert len(keys) == 2


def test_published_values_by_path(shared_data: Path) -> None:
    """LPIPS 0.1 on SqueezeNet: 0.394 and 0.200 for the examples of its authors."""
    folder = shared_data / "backbone"
    files = {
        "squeezenet1_1": str(folder / "squeezenet_v1.1_features_caffe.pth"),
        "lpips_squeeze": str(folder / "lpips_linear" / "v0.1" / "squeeze.pth"),
    }
    distance = distance_of(found_weights(files, {"lpips_squeeze"}, CPU), "lpips_squeeze")
    examples = shared_data / "golden" / "metrics" / "lpips_examples"
    reference, *others = (
        np.asarray(Image.open(examples / f"{name}.png").convert("RGB"))
        for name in ("ex_ref", "ex_p0", "ex_p1")
    )
    assert [distance(one, reference) for one in others] == pytest.approx([0.394, 0.200], abs=5e-4)


def test_installed_heads_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is looked up by name; its file is where the package keeps it."""
    file = tmp_path / "lpips" / "weights" / "v0.1" / "vgg.pth"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"")
    (tmp_path / "lpips" / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    trained = METRICS["lpips_vgg"].trained
    assert trained is not None
    assert [path for each in trained.files for path in each.usual()][-1] == file


@pytest.fixture
def hr(tmp_path: Path) -> Path:
    skimage = pytest.importorskip("skimage.data")
    save(tmp_path / "hr" / "cat.png", skimage.chelsea()[:200, :208])
    return tmp_path / "hr"


def test_the_command_line_takes_weights(hr: Path, tmp_path: Path, parameters: Path) -> None:
    """Parameters equal to our own give our own numbers, under the official name."""
    out = tmp_path / "out"
    arguments = ["--hr", str(hr), "--pipelines", "bicubic", "--out", str(out), "--workers", "1"]
    asked = ["--metrics", "niqe,niqe_own", "--weights", f"niqe={parameters}"]
    found = CliRunner().invoke(app, ["robustness", "run", *arguments, *asked])
    assert found.exit_code == 0, found.output
    [cell] = read_results(out).cells
    assert cell.scores["niqe"] == pytest.approx(cell.scores["niqe_own"], rel=1e-9)


@pytest.mark.parametrize("text", ["nique=x.mat", "niqe", "niqe="])
def test_the_command_line_refuses_other_names(hr: Path, tmp_path: Path, text: str) -> None:
    arguments = ["--hr", str(hr), "--pipelines", "bicubic", "--out", str(tmp_path / "out")]
    found = CliRunner().invoke(app, ["robustness", "run", *arguments, "--weights", text])
    assert found.exit_code == 2
    assert "expected NAME=FILE, NAME one of niqe, " in found.output


def test_a_study_names_weights_beside_it(tmp_path: Path, parameters: Path) -> None:
    study = tmp_path / "study.yaml"
    study.write_text("hr: .\npipelines: [bicubic]\nweights: {niqe: parameters.npz}\n")
    assert read_study(study).weights == {"niqe": str(parameters)}
    study.write_text("hr: .\npipelines: [bicubic]\nweights: {niqe: basicsr}\n")
    assert read_study(study).weights == {"niqe": "basicsr"}
    study.write_text("hr: .\npipelines: [bicubic]\nweights:\n  nique: basicsr\n")
    with pytest.raises(StudyError, match=r"study\.yaml:"):
        read_study(study)


def test_without_any_columns_nothing_is_missing() -> None:
    assert absent(columns(("psnr_y",), 4), FoundWeights()) == {}
