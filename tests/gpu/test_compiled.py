"""Triton's kernels compile for a GPU without one, which the interpreter does not show.

The forms run on the meta device, where a host read would raise; each launch is taken down and compiled to machine
code for each card's compute capability by the compiler that Triton brings, in a process and a cache of its own.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

KERNELS = {
    *("_move", "_make_psfs", "_correlate", "_make_taps", "_slots", "_field_longs", "_add_normals"),
    *("_mark", "_add_poisson", "_luma", "_chroma", "_decode", "_axis", "_mask", "_usm"),
    *("_expose", "_decide", "_develop", "_halftone", "_displace", "_unit_normals"),
    *("_weave", "_cover", "_down", "_gain", "_print", "_scan", "_subsample", "_change", "_copy"),
    *("_bilateral", "_thicken", "_halo", "_add_mixed"),
    *("_encode", "_band", "_carry", "_separate", "_shape", "_play"),
}
CAPABILITIES = {80, 90, 120}

PROGRAM = """
import sys, torch, triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from triton.runtime.jit import JITFunction
from degrade.execute.packed import run_program
from degrade.execute.program import program_of
from degrade.geometry import Size
from degrade.operators.table import OPERATORS
from tests.cases import CASES
from tests.contract.samples import planned

TYPES = {torch.float32: "*fp32", torch.float64: "*fp64", torch.int32: "*i32", torch.int64: "*i64",
         torch.uint8: "*u8"}
META, compiled, names_made = torch.device("meta"), set(), set()

def compile_launch(self, *args, grid, warmup, **options):
    signature, constants = {}, {}
    for place, (parameter, value) in enumerate(zip(self.params, args, strict=True)):
        constant = parameter.is_constexpr or value == 1 if isinstance(value, int) else False
        if constant:
            constants[(place,)] = value
        written = "i32" if isinstance(value, int) else TYPES[value.dtype]
        signature[parameter.name] = "constexpr" if constant else written
    key = (self.__name__, *signature.items(), *constants.items())
    if key in compiled:
        return
    # Every card once; what is told apart by its arguments, on one of them.
    capabilities = sys.argv[1:] if self.__name__ not in names_made else sys.argv[1:2]
    compiled.add(key)
    names_made.add(self.__name__)
    for capability in map(int, capabilities):
        source = ASTSource(self, signature, constants)
        made = triton.compile(source, target=GPUTarget("cuda", capability, 32), options=options)
        fused = "fma.rn.f32" in made.asm["ptx"]
        print(self.__name__, capability, len(made.asm["cubin"]), "fused" if fused else "separate")

JITFunction.run = compile_launch
names = ("sinc_blur", "resize", "gaussian_noise", "poisson_noise", "jpeg", "clamp", "uniform_noise",
         "matlab_bicubic", "oversharpen", "usm", "camera", "bayer_demosaic",
         "halftone", "channel_shift", "print_and_scan", "chroma_subsampling",
         "bilateral_blur", "line_thickening", "halo", "correlated_noise", "analogue_video")
cases = {case.op: case for case in CASES}
records = [(cases[name], cases[name].values) for name in names]
records.append((cases["resize"], [{"factor": 0.5, "light": "linear"}]))
for case, own in records:
    taken = OPERATORS[case.op].facts.channels or (3, 1)
    for channels in taken:
        sizes = [Size(24, 18 + number) for number in range(len(own))]
        plans = [planned(case, values, size) for values, size in zip(own, sizes)]
        program = program_of(plans, sizes, channels)
        run_program(program, [torch.empty((channels, *size), device=META) for size in sizes])
"""


@pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="triton is not installed")
def test_every_kernel_becomes_machine_code(tmp_path: Path) -> None:
    environment = {**os.environ, "TRITON_CACHE_DIR": str(tmp_path)}
    environment.pop("TRITON_INTERPRET", None)
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, sorted(CAPABILITIES))],
        env=environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    made = [line.split() for line in run.stdout.splitlines()]
    assert {(name, int(capability)) for name, capability, *_ in made} == {
        (name, capability) for name in KERNELS for capability in CAPABILITIES
    }
    # Elsewhere a fused multiply-add would change bits that torch's kernels promise.
    assert {name for name, *_, kind in made if kind == "fused"} == {"_correlate"}
