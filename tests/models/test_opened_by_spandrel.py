"""Files of ours opened as chaiNNer opens them: by spandrel's loader from the file, with equal results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from realsr.models.cards import ModelCard, model_bytes, pth_bytes
from realsr.models.checkpoints import load_weights
from realsr.models.elsewhere.refused import OURS
from realsr.models.table import build
from tests.models.elsewhere import LEAST, SMALL

spandrel = pytest.importorskip("spandrel", reason="the extra interop is not installed")

CASES: dict[str, dict[str, Any]] = {
    "rrdbnet x4": {"scale": 4, "features": 8, "blocks": 2},
    "rrdbnet x2": {"scale": 2, "features": 8, "blocks": 1},
    "srvgg x4": {"scale": 4, "features": 8, "convolutions": 3},
    "srvgg x2": {"scale": 2, "features": 16, "convolutions": 4},
    "spandrel/span x2": {"scale": 2, **SMALL["span"]},
    "spandrel/realplksr x4": {"scale": 4, **SMALL["realplksr"]},
    "spandrel/swinir x2": {"scale": 2, **SMALL["swinir"]},
    "spandrel/omnisr x2": {"scale": 2, **SMALL["omnisr"]},
    "spandrel/nafnet x1": {"scale": LEAST["nafnet"], **SMALL["nafnet"]},
}


def network(case: str) -> tuple[nn.Module, ModelCard]:
    name = case.split()[0]
    torch.manual_seed(0)
    made, scale = build(name, **CASES[case]).eval(), CASES[case]["scale"]
    arguments = {key: value for key, value in CASES[case].items() if key != "scale"}
    return made, ModelCard(architecture=name, arguments=arguments, scale=scale, colour="rgb")


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
@pytest.mark.parametrize("case", CASES)
def test_a_file_opens_as_it_is(tmp_path: Path, case: str, suffix: str) -> None:
    made, card = network(case)
    path = tmp_path / f"model{suffix}"
    path.write_bytes(pth_bytes(made) if suffix == ".pth" else model_bytes(made, card))
    found = spandrel.ModelLoader().load_from_file(path)
    assert found.scale == card.scale
    picture = torch.rand(1, 3, 48, 48, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        ours = made(picture.clone()).clamp(0, 1)
    assert ours.std() > 1e-3
    torch.testing.assert_close(found(picture), ours, rtol=0, atol=1e-6)


def test_every_network_that_spandrel_has_too_is_opened_but_rcan_whose_weights_have_our_names() -> (
    None
):
    tried = {case.split()[0] for case in CASES if "/" not in case}
    assert set(OURS.values()) - tried == {"rcan"}
    made = build("rcan", scale=2, groups=2, blocks=2, features=16, reduction=4)
    with pytest.raises(spandrel.UnsupportedModelError):
        spandrel.ModelLoader().load_from_state_dict(made.state_dict())


def test_a_torch_file_holds_tensors_alone_and_reads_back(tmp_path: Path) -> None:
    made, _ = network("srvgg x2")
    path = tmp_path / "model.pth"
    path.write_bytes(pth_bytes(made))
    assert path.read_bytes() == pth_bytes(made)
    state = torch.load(path, weights_only=True)
    assert state.keys() == {"params"}
    again, _ = network("srvgg x2")
    nn.init.zeros_(next(again.parameters()))
    assert load_weights(again, path).complete
    for name, value in made.state_dict().items():
        assert torch.equal(again.state_dict()[name], value), name
