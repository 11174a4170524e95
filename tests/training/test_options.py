"""Options of a training that its other tests do not show: precision, inner outputs, weights, rankers, studies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
import yaml
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor, nn

from realsr.backbones.errors import MissingWeightsError
from realsr.cli.main import main
from realsr.inference.loading import load
from realsr.models.ranker import Ranker, RankerArguments
from realsr.training import TrainingError, load_model, train
from realsr.training.batches import TrainingBatch
from realsr.training.config import TrainingConfig
from realsr.training.config_file import config_text
from realsr.training.launch import launched
from realsr.training.matrix import matrix
from realsr.training.state import first_state
from realsr.training.steps import generator_step
from tests.models.matlab import weights
from tests.training.conftest import Make
from tests.training.kinds import of_kind
from tests.training.states import assert_equal, last_state


def test_fp16_is_refused_on_a_cpu(make: Make, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"fp16 needs a GPU; on a CPU take bf16 or 32"):
        train(make(precision="fp16"), tmp_path)


def test_bf16_computes_coarsely_and_keeps_float32(make: Make, tmp_path: Path) -> None:
    for precision in ("32", "bf16"):
        train(make(precision=precision, steps=1), tmp_path / precision)
    fine, coarse = (
        of_kind(tmp_path / name, "generator")[0]["raw"]["l1"]  # type: ignore[index]
        for name in ("32", "bf16")
    )
    assert fine != coarse
    assert coarse == pytest.approx(fine, rel=2e-2)
    assert all(
        w.dtype == torch.float32 for w in last_state(tmp_path / "bf16")["generator"].values()
    )


def test_bf16_resumes_exactly(make: Make, tmp_path: Path) -> None:
    config = make(precision="bf16", steps=4)
    train(config, tmp_path / "whole")
    train(config, tmp_path / "parts", stop_at=2)
    train(config, tmp_path / "parts")
    assert_equal(last_state(tmp_path / "whole"), last_state(tmp_path / "parts"))


@pytest.mark.parametrize(("wanted", "expected"), [(True, "high"), (False, "highest")])
def test_fast_matmul_ends_with_the_training(
    make: Make, tmp_path: Path, wanted: bool, expected: str
) -> None:
    seen: set[str] = set()

    def tell(sentence: str) -> None:
        seen.add(torch.get_float32_matmul_precision())

    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    train(make(fast_matmul=wanted, steps=1), tmp_path, tell=tell)
    assert seen == {expected}
    assert (torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32) == before


SUPERVISED = [
    ({"name": "drcn", "scale": 2, "features": 4, "recursions": 3}, 3),
    ({"name": "lapsrn", "scale": 4, "features": 4, "depth": 1}, 1),
    ({"name": "ms_lapsrn", "scale": 4, "features": 4, "depth": 1, "recursions": 1}, 1),
    ({"name": "prosr_s", "scale": 4, "start": 4, "growth": 2, "units": [[1], [1]]}, 1),
]


def of(config: TrainingConfig) -> tuple[nn.Module, float, TrainingBatch]:
    state = first_state(config, launched(config))
    lr = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    hr = lr.repeat_interleave(config.model.scale, 2).repeat_interleave(config.model.scale, 3)
    batch = TrainingBatch(hr, lr)
    network = load_copy(state.generator, config)
    return network, float(generator_step(state, batch).raw["mse"]), batch


def load_copy(network: nn.Module, config: TrainingConfig) -> nn.Module:
    copy = first_state(config, launched(config)).generator
    copy.load_state_dict(network.state_dict())
    return copy


@pytest.mark.parametrize(("model", "inner"), SUPERVISED, ids=lambda each: str(each)[:20])
def test_inner_outputs_are_supervised(make: Make, model: dict[str, Any], inner: int) -> None:
    config = make(model=model, objective=[{"name": "mse", "levels": True}])
    network, loss, batch = of(config)
    outputs = network.outputs(batch.lr)  # type: ignore[operator]
    assert len(outputs) == inner + 1

    def distance(image: Tensor) -> float:
        hr, size = batch.hr, image.shape[-2:]
        if size != hr.shape[-2:]:
            matrix = torch.from_numpy(weights(hr.shape[-1], size[-1])).float()
            hr = torch.einsum("iy,bcyx,jx->bcij", matrix, hr, matrix)
        return float((image.detach() - hr).square().mean())

    assert loss == pytest.approx(sum(map(distance, outputs)), rel=1e-4)


def test_prosr_meets_all_its_scales(make: Make, tmp_path: Path) -> None:
    model = {"name": "prosr_s", "scale": 4, "start": 4, "growth": 2, "units": [[1], [1]]}
    data = make().data.model_dump(mode="json") | {"scales": [2, 4], "batch": 1}
    train(make(model=model, data=data, steps=1), tmp_path, stop_at=1)
    before = last_state(tmp_path)["generator"]
    train(make(model=model, data=data, steps=8), tmp_path)
    after = last_state(tmp_path)["generator"]
    heads = [name for name in before if name.startswith("heads")]
    assert all(not torch.equal(before[name], after[name]) for name in heads)


def test_absent_perceptual_weights_are_named_before_the_first_step(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rival = {"discriminator": {"name": "vgg", "features": 4}}
    out, absent = tmp_path / "out", tmp_path / "vgg19.pth"
    given = {"objective": "esrgan", "weights": str(absent)}
    with pytest.raises(
        MissingWeightsError, match=r"^no weights at .*vgg19\.pth: put the file there"
    ):
        train(make(**rival, objective=given), out)
    assert not (out / "log.jsonl").exists()
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    monkeypatch.setattr(torch.hub, "download_url_to_file", _offline)
    with pytest.raises(MissingWeightsError, match=r"vgg19-dcbb9e9d\.pth.*put it there"):
        train(make(**rival, objective="esrgan"), out)
    assert not (out / "log.jsonl").exists()


def _offline(*_: object, **__: object) -> None:
    raise OSError("no network")


def test_a_ranker_ranks_and_stays_as_it_is(make: Make, tmp_path: Path) -> None:
    torch.manual_seed(0)
    ranker = Ranker(RankerArguments())
    path = tmp_path / "ranker.safetensors"
    save_file(ranker.state_dict(), path)
    terms = [{"name": "l1"}, {"name": "rank_content", "weight": 0.03}]
    with pytest.raises(TrainingError, match=r"give `ranker`, the weights of a trained ranker"):
        train(make(objective=terms, steps=1), tmp_path / "without")
    log = {"every": 1, "gradients_every": 1, "tensorboard": False}
    train(make(objective=terms, ranker=str(path), steps=1, log=log), tmp_path / "with")
    (line,) = of_kind(tmp_path / "with", "generator")
    assert 0 < line["raw"]["rank_content"] < 4  # type: ignore[index]
    assert line["gradient_norms"]["rank_content"] > 0  # type: ignore[index]
    state = first_state(make(objective=terms, ranker=str(path)), launched(make()))
    assert state.ranker is not None
    assert not state.ranker.training
    for name, weight in state.ranker.state_dict().items():
        assert torch.equal(weight, ranker.state_dict()[name])


def test_a_study_is_read_where_models_are_read_and_enlarges(
    make: Make, photographs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sets = [{"name": "own", "hr": [str(photographs)], "limit": 1}]
    path, out = tmp_path / "tiny.yaml", tmp_path / "out"
    path.write_text(config_text(make(steps=1, validation={"sets": sets})))
    command = ["train", str(path), "--out", str(out), "--seeds", "2"]
    assert main([*command, "--grid", "data.pipeline=bicubic,second_order"]) == 0
    told = capsys.readouterr().err
    assert "dB against bicubic  own" in told
    lr = torch.rand(1, 3, 9, 7, generator=torch.Generator().manual_seed(0))
    for model in yaml.safe_load((out / "study.yaml").read_text())["models"]:
        found = load(out / model["path"])
        expected = load_model(out / model["path"])(lr)
        torch.testing.assert_close(found(lr), expected, rtol=0, atol=1e-6)
    small = tmp_path / "small"
    small.mkdir()
    Image.fromarray(np.full((10, 12, 3), 90, np.uint8)).save(small / "grey.png")
    trained = str(out / "bicubic-seed0" / "model.safetensors")
    enlarge = ["upscale", str(small), "--out", str(tmp_path / "large"), "--device", "cpu"]
    assert main([*enlarge, "--model", trained]) == 0
    large = cv2.imread(str(tmp_path / "large" / "grey.png"))
    assert large is not None
    assert large.shape == (20, 24, 3)


def test_a_grids_matrix_by_hand() -> None:
    runs = [("a", {"x": 1.0, "y": 0.0}), ("a", {"x": 2.0}), ("longer", {"y": -0.5})]
    assert matrix(runs) == [
        "dB against bicubic  x              y    ",
        "a                   +1.50 +- 0.71  +0.00",
        "longer              -              -0.50",
    ]
    assert matrix([("a", {})]) == []
