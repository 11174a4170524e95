"""Training: networks of realsr.models under objectives of realsr.losses, on any degradation.

config = realsr.training.read_config(realsr.training.recipe_file("espcn_t91"))
outcome = realsr.training.train(config, Path("out"))
network = realsr.training.load_model(outcome.model)
"""

from typing import TYPE_CHECKING

from degrade.faces import lazy

if TYPE_CHECKING:
    from realsr.models.cards import ModelCard
    from realsr.training.config import TrainingConfig
    from realsr.training.config_file import parse_config, read_config
    from realsr.training.errors import NotFiniteError, TrainingError
    from realsr.training.grid import cells, train_grid
    from realsr.training.launch import first_process
    from realsr.training.logs import read_log
    from realsr.training.loop import TrainingOutcome, train
    from realsr.training.model_files import load_model, model_card
    from realsr.training.probing import ProbedGenerator, probe
    from realsr.training.ranking import RankerOutcome, train_ranker
    from realsr.training.ranking_config import RankingConfig, is_ranking, read_ranking
    from realsr.training.recipes import recipe_file
    from realsr.training.replaying import RepeatedStep, replay_step

__all__ = [
    "ModelCard",
    "NotFiniteError",
    "ProbedGenerator",
    "RankerOutcome",
    "RankingConfig",
    "RepeatedStep",
    "TrainingConfig",
    "TrainingError",
    "TrainingOutcome",
    "cells",
    "first_process",
    "is_ranking",
    "load_model",
    "model_card",
    "parse_config",
    "probe",
    "read_config",
    "read_log",
    "read_ranking",
    "recipe_file",
    "replay_step",
    "train",
    "train_grid",
    "train_ranker",
]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "ModelCard": "realsr.models.cards",
        "NotFiniteError": "realsr.training.errors",
        "ProbedGenerator": "realsr.training.probing",
        "probe": "realsr.training.probing",
        "RankerOutcome": "realsr.training.ranking",
        "RankingConfig": "realsr.training.ranking_config",
        "TrainingConfig": "realsr.training.config",
        "TrainingError": "realsr.training.errors",
        "TrainingOutcome": "realsr.training.loop",
        "cells": "realsr.training.grid",
        "first_process": "realsr.training.launch",
        "is_ranking": "realsr.training.ranking_config",
        "load_model": "realsr.training.model_files",
        "model_card": "realsr.training.model_files",
        "parse_config": "realsr.training.config_file",
        "read_config": "realsr.training.config_file",
        "read_log": "realsr.training.logs",
        "read_ranking": "realsr.training.ranking_config",
        "recipe_file": "realsr.training.recipes",
        "RepeatedStep": "realsr.training.replaying",
        "replay_step": "realsr.training.replaying",
        "train": "realsr.training.loop",
        "train_grid": "realsr.training.grid",
        "train_ranker": "realsr.training.ranking",
    },
)
