"""Neighbours: deepinv's physics, kornia's transforms on the HR, networks of spandrel, files that others open."""

from __future__ import annotations

from tools.mutants.mutant import Mutant

LINEAR = ("tests/contract/test_linear.py",)
DEEPINV = ("tests/interop/test_deepinv.py",)
KORNIA = ("tests/operators/test_kornia_stage.py",)
ELSEWHERE = ("tests/models/test_elsewhere.py",)
OPENED = ("tests/models/test_opened_by_spandrel.py",)


# fmt: off
ROWS = (
    Mutant("degrade/execute/linear.py", "(found,) = torch.autograd.grad(self.mapped(hr), hr, lr)", "(found,) = torch.autograd.grad(self.mapped(hr), hr, lr.flip(-1))", LINEAR),
    Mutant("degrade/execute/linear.py", "return _Adjoint.apply(gradients[0], ctx.owner), None", "return _Adjoint.apply(2.0 * gradients[0], ctx.owner), None", LINEAR),
    Mutant("degrade/execute/linear.py", "return _Map.apply(gradients[0], ctx.owner), None", "return None, None", LINEAR),
    Mutant("degrade/execute/linear.py", "if kind == 0 and (parts[1] or parts[2]):", "if kind == 0 and parts[1]:", LINEAR),
    Mutant("degrade/execute/linear.py", "drawn = {field: _key(rng) for field in fields}", "drawn = {}", LINEAR),
    Mutant("degrade/operators/resize.py", 'linear=lambda record: record.light != "linear"', "linear=always", LINEAR),
    Mutant("degrade/operators/camera.py", 'linear=lambda record: record.method != "menon"', "linear=lambda record: True", LINEAR),
    Mutant("realsr/interop/deepinv_physics.py", "self.rng_manual_seed(seed)", "pass", DEEPINV),
    Mutant("realsr/interop/deepinv_physics.py", "noise_model=Noise(degradation, rng), sensor_model=degradation.sensor", "noise_model=Noise(degradation, rng)", DEEPINV),
    Mutant("realsr/interop/deepinv_physics.py", "return self.degradation.noise(input, self.rng)", "return self.degradation.noise(input, rng)", DEEPINV),
    Mutant("degrade/functional/kornia_transforms.py", "each: float(low + (high - low) * share)", "each: float(low + (high + low) * share)", KORNIA),
    Mutant("degrade/functional/kornia_transforms.py", "centre = torch.tensor([[(width - 1) / 2.0, (height - 1) / 2.0]]", "centre = torch.tensor([[width / 2.0, height / 2.0]]", KORNIA),
    Mutant("degrade/operators/kornia_stage.py", "kind = (record.transform, words, size.height, size.width)", "kind = (record.transform, (), size.height, size.width)", KORNIA),
    Mutant("realsr/models/elsewhere/network.py", "return sr[..., : height * self.rules.scale, : width * self.rules.scale]", "return sr", ELSEWHERE),
    Mutant("realsr/models/elsewhere/network.py", "mirrored = (min(right, width - 1), min(down, height - 1))", "mirrored = (min(right, width), min(down, height))", ELSEWHERE),
    Mutant("realsr/models/elsewhere/rows.py", "network.register_state_dict_pre_hook(bring_up_to_date)", "(bring_up_to_date)", ELSEWHERE),
    Mutant("realsr/models/cards.py", 'torch.save({"params": _tensors(network)}, content)', 'torch.save({"weights": _tensors(network)}, content)', OPENED),
)
