"""Neighbours: deepinv's physics, kornia's transforms on the HR, networks of spandrel, files that others open."""

from __future__ import annotations

from tools.mutants.mutant import Mutant

_LINEAR = "tests/contract/test_linear.py::test_"
PRODUCTS = (f"{_LINEAR}inner_products_of_any_trace",)
GRADIENTS = (f"{_LINEAR}gradients_of_any_order_pass_both",)
REFUSED = (f"{_LINEAR}what_is_none_of_it_is_refused",)
KEYS = (f"{_LINEAR}noise_of_a_generator_is_new_for_every_image_and_call_and_repeats_with_it",)
SUMS = (f"{_LINEAR}what_says_so_keeps_sums_and_multiples_and_what_does_not_breaks_them",)
DEEPINV = ("tests/interop/test_deepinv.py::test_noise_is_the_traces_own_or_a_generators",)
SENSOR = ("tests/interop/test_deepinv.py::test_named_pipelines_of_linear_steps",)
KORNIA = ("tests/operators/test_kornia_stage.py",)
ANY_SIZE = ("tests/models/test_elsewhere.py::test_any_size_any_batch",)
EXTENDED = ("tests/models/test_elsewhere.py::test_pictures_are_extended_as_spandrel_extends",)
SAVED = ("tests/models/test_elsewhere.py::test_a_saved_state_depends_on_the_weights_alone",)
OPENED = ("tests/models/test_opened_by_spandrel.py",)


# fmt: off
ROWS = (
    Mutant("degrade/execute/linear.py", "(found,) = torch.autograd.grad(self.mapped(hr), hr, lr)", "(found,) = torch.autograd.grad(self.mapped(hr), hr, lr.flip(-1))", PRODUCTS),
    Mutant("degrade/execute/linear.py", "return _Adjoint.apply(gradients[0], ctx.owner), None", "return _Adjoint.apply(2.0 * gradients[0], ctx.owner), None", GRADIENTS),
    Mutant("degrade/execute/linear.py", "return _Map.apply(gradients[0], ctx.owner), None", "return None, None", GRADIENTS),
    Mutant("degrade/execute/linear.py", "if kind == 0 and (parts[1] or parts[2]):", "if kind == 0 and parts[1]:", REFUSED),
    Mutant("degrade/execute/linear.py", "drawn = {field: _key(rng) for field in fields}", "drawn = {}", KEYS),
    Mutant("degrade/operators/resize.py", 'linear=lambda record: record.light != "linear"', "linear=lambda record: True", SUMS),
    Mutant("degrade/operators/camera.py", 'linear=lambda record: record.method != "menon"', "linear=lambda record: True", SUMS),
    Mutant("realsr/interop/deepinv_physics.py", "self.rng_manual_seed(seed)", "pass", DEEPINV),
    Mutant("realsr/interop/deepinv_physics.py", "noise_model=Noise(degradation, rng), sensor_model=degradation.sensor", "noise_model=Noise(degradation, rng)", SENSOR),
    Mutant("realsr/interop/deepinv_physics.py", "return self.degradation.noise(input, self.rng)", "return self.degradation.noise(input, rng)", DEEPINV),
    Mutant("degrade/functional/kornia_transforms.py", "each: float(low + (high - low) * share)", "each: float(low + (high + low) * share)", KORNIA),
    Mutant("degrade/functional/kornia_transforms.py", "centre = torch.tensor([[(width - 1) / 2.0, (height - 1) / 2.0]]", "centre = torch.tensor([[width / 2.0, height / 2.0]]", KORNIA),
    Mutant("degrade/operators/kornia_stage.py", "kind = (record.transform, words, size.height, size.width)", "kind = (record.transform, (), size.height, size.width)", KORNIA),
    Mutant("realsr/models/elsewhere/network.py", "return sr[..., : height * self.rules.scale, : width * self.rules.scale]", "return sr", ANY_SIZE),
    Mutant("realsr/models/elsewhere/network.py", "mirrored = (min(right, width - 1), min(down, height - 1))", "mirrored = (min(right, width), min(down, height))", EXTENDED),
    Mutant("realsr/models/elsewhere/rows.py", "network.register_state_dict_pre_hook(bring_up_to_date)", "(bring_up_to_date)", SAVED),
    Mutant("realsr/models/cards.py", 'torch.save({"params": _tensors(network)}, content)', 'torch.save({"weights": _tensors(network)}, content)', OPENED),
)
