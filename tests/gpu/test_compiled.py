"""Triton's kernels compile for a GPU without one, which the interpreter does not show.

The operators' GPU forms run on the meta device, where a host read would raise; each launch is taken down and
compiled to machine code by the compiler that Triton brings, in a process and a cache of its own.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

KERNELS = {"_correlate", "_apply_taps", "_add_normals", "_field_longs", "_code"}

PROGRAM = """
import torch, triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from triton.runtime.jit import JITFunction
from degrade.operators.base import Group
from degrade.operators.table import OPERATORS
from tests.cases import CASES
from tests.contract.test_operators import SIZES, planned

TYPES = {torch.float32: "*fp32", torch.float64: "*fp64", torch.int32: "*i32", torch.int64: "*i64"}
META = torch.device("meta")
compiled = set()

def compile_launch(self, *args, grid, warmup, **options):
    signature, constants = {}, {}
    for place, (parameter, value) in enumerate(zip(self.params, args, strict=True)):
        constant = parameter.is_constexpr or value == 1 if isinstance(value, int) else False
        if constant:
            constants[(place,)] = value
        written = "i32" if isinstance(value, int) else TYPES[value.dtype]
        signature[parameter.name] = "constexpr" if constant else written
    key = (self.__name__, *signature.items(), *constants.items())
    if key not in compiled:
        source = ASTSource(self, signature, constants)
        made = triton.compile(source, target=GPUTarget("cuda", 90, 32), options=options)
        fused = "fma.rn.f32" in made.asm["ptx"]
        print(self.__name__, len(made.asm["cubin"]), "fused" if fused else "separate")
        compiled.add(key)

JITFunction.run = compile_launch
for name in ("sinc_blur", "resize", "gaussian_noise", "poisson_noise", "jpeg"):
    case = next(case for case in CASES if case.op == name)
    sizes = [SIZES[number % len(SIZES)] for number in range(len(case.values))]
    steps = [planned(case, values, size)[0] for values, size in zip(case.values, sizes)]
    columns = ([getattr(step, field) for step in steps] for field in ("record", "size", "placement"))
    OPERATORS[name].device_kernel(torch.empty((len(steps), 3, 40, 48), device=META), Group(*columns, META))
"""


@pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="triton is not installed")
def test_every_kernel_becomes_machine_code(tmp_path: Path) -> None:
    environment = {**os.environ, "TRITON_CACHE_DIR": str(tmp_path)}
    environment.pop("TRITON_INTERPRET", None)
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    rounding = {line.split()[0]: line.split()[2] for line in run.stdout.splitlines()}
    assert rounding.keys() == KERNELS
    # Elsewhere a fused multiply-add would change bits that torch's kernels promise.
    assert {name for name, kind in rounding.items() if kind == "fused"} == {"_correlate"}
