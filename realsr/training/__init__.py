"""Training: networks of realsr.models under objectives of realsr.losses, on any degradation.

config = realsr.training.read_config(recipe_file("espcn_t91"))
outcome = realsr.training.train(config, Path("out"))
network = realsr.training.load_model(outcome.model)
"""

from realsr.models.cards import ModelCard
from realsr.training.config import TrainingConfig
from realsr.training.config_file import parse_config, read_config
from realsr.training.errors import NotFiniteError, TrainingError
from realsr.training.loop import Outcome, train
from realsr.training.model_files import load_model, model_card

__all__ = [
    "ModelCard",
    "NotFiniteError",
    "Outcome",
    "TrainingConfig",
    "TrainingError",
    "load_model",
    "model_card",
    "parse_config",
    "read_config",
    "train",
]
