"""The faces of packages: every name is there, and none costs anything before it is asked for."""

from __future__ import annotations

import subprocess
import sys

FACES = (
    "degrade",
    "degrade.pipeline",
    "realsr.backbones",
    "realsr.files",
    "realsr.images",
    "realsr.interop",
    "realsr.losses",
    "realsr.metrics",
    "realsr.models",
    "realsr.pairs",
    "realsr.robustness",
    "realsr.statistics",
)


def run(program: str) -> None:
    subprocess.run([sys.executable, "-c", program], check=True, timeout=300)


def test_a_face_loads_nothing_until_it_is_asked() -> None:
    run(f"import sys, {', '.join(FACES)}; assert not {{'torch', 'pydantic'}} & set(sys.modules)")


def test_every_name_of_a_face_is_there() -> None:
    run(
        f"import {', '.join(FACES)}\n"
        f"for face in ({', '.join(FACES)}):\n"
        "    assert set(dir(face)) == set(face.__all__), face\n"
        "    for name in face.__all__: getattr(face, name)"
    )


def test_a_name_stays_itself_where_a_module_is_called_the_same() -> None:
    run(
        "import degrade.draw, degrade.versions, degrade\n"
        "assert callable(degrade.draw) and callable(degrade.versions)"
    )


def test_the_list_of_models_builds_no_network_and_loads_no_reader() -> None:
    run(
        "import sys\n"
        "from realsr.cli.main import main\n"
        "assert main(['models', 'list']) == 0\n"
        "heavy = {'spandrel', 'torchvision', 'cv2', 'degrade.operators', 'realsr.inference.loading'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
