import contextlib
import io
import sys

import pytest

from realsr.cli.main import main
from realsr.models import ARCHITECTURES
from realsr.models.recognition import recognised, skeleton
from realsr.training import parse_config

row = ARCHITECTURES["one_layer"]


def said(*words: str) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert main(list(words)) == 0
    return out.getvalue()


assert "one_layer" in said("models", "list")
assert "kernel = 5  side of the convolution" in said("models", "show", "one_layer")
config = parse_config(
    "model: {name: one_layer, scale: 2, kernel: 3}\ndata: {hr: [photographs], crop: 32}\nsteps: 1\n"
)
assert config.model.row is row
fit = recognised(skeleton(row, 3, 3).state_dict(), None, "weights")
assert fit is not None
assert (fit.architecture, fit.scale) == ("one_layer", 3)

tests = [
    "tests/models/test_contract.py",
    "tests/models/test_table.py",
    "tests/models/test_overfit.py",
]
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-n", "0", "-k", "one_layer", *tests]))
