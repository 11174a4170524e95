import sys

import pytest
import torch

from realsr.losses import LOSSES, Batch, LossError, read_objective
from realsr.training import parse_config

assert "log_cosh" in LOSSES
recipe = read_objective({"terms": [{"name": "log_cosh", "arguments": {"sharpness": 2}}]})
sr, hr = torch.full((1, 3, 4, 4), 0.75), torch.full((1, 3, 4, 4), 0.25)
total = recipe.objective().evaluate(Batch(sr, hr)).total
assert abs(float(total) - float(torch.log(torch.cosh(torch.tensor(1.0))))) < 1e-6

config = parse_config(
    "model: {name: espcn, scale: 2}\ndata: {hr: [photographs], crop: 32}\nsteps: 1\n"
    "objective: {terms: [{name: log_cosh}]}\n"
)
assert config.objective_name == "log_cosh"
with pytest.raises(LossError, match="did you mean 'log_cosh'"):
    read_objective({"terms": [{"name": "log_cosch"}]})

tests = ["tests/losses/test_gradcheck.py", "-k", "log_cosh or left_out"]
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-n", "0", *tests]))
