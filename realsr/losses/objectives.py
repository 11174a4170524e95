"""Objectives by name, as their papers have them, and objectives read from YAML."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, Self

from pydantic import ValidationError, model_validator

from degrade.reader.near import meant_or_known
from degrade.table import Table
from realsr.backbones.networks import Backbone
from realsr.backbones.settings import Settings
from realsr.losses.adversarial import GanArguments, GanKind
from realsr.losses.base import Loss
from realsr.losses.discriminator import DiscriminatorObjective
from realsr.losses.errors import LossError
from realsr.losses.objective import Objective
from realsr.losses.perceptual import SRGAN_FEATURES
from realsr.losses.table import LOSSES
from realsr.losses.terms import LossTerm, read_error


class Recipe(Settings):
    """A generator's terms and the discriminator that plays against them, where one does."""

    terms: tuple[LossTerm, ...]
    discriminator: DiscriminatorObjective | None = None
    source: str = ""

    @model_validator(mode="after")
    def _one_game(self) -> Self:
        """Both sides play the same game: a mismatch would train, and to nothing."""
        if not self.terms:
            raise ValueError("no terms: expected at least one loss")
        for term in self.terms:
            ours = term.arguments
            if not isinstance(ours, GanArguments):
                continue
            theirs = self.discriminator
            if theirs is None or (ours.kind, ours.reduction) != (theirs.kind, theirs.reduction):
                raise ValueError(
                    f"the term {term.label} plays {ours.kind} ({ours.reduction}): give the discriminator "
                    "the same kind and reduction"
                )
        return self

    def objective(self, training: int | None = None) -> Objective:
        """The generator's objective; weights of backbones load at its first use, or at `prepare`. training: its
        steps in all, for weights that run over shares of them.
        """
        return Objective(self.terms, training)

    def replacing(self, label: str, term: LossTerm) -> Recipe:
        """The same recipe with another term in place of one, say feature matching for VGG's features."""
        labels = [each.label for each in self.terms]
        if label not in labels:
            raise LossError(f"no term {label!r}{meant_or_known(label, labels)}")
        terms = [term if each.label == label else each for each in self.terms]
        return Recipe(terms=tuple(terms), discriminator=self.discriminator, source=self.source)

    def with_weights(self, weights: str, sha256: str | None = None) -> Recipe:
        """The same recipe, every backbone's weights read from a path."""
        terms = [_reweighted(term, weights, sha256) for term in self.terms]
        return Recipe(terms=tuple(terms), discriminator=self.discriminator, source=self.source)


def _reweighted(term: LossTerm, weights: str, sha256: str | None) -> LossTerm:
    backbone = getattr(term.arguments, "backbone", None)
    if not isinstance(backbone, Backbone):
        return term
    moved = Backbone(name=backbone.name, weights=weights, sha256=sha256)
    return term.model_copy(
        update={"arguments": term.arguments.model_copy(update={"backbone": moved})}
    )


def _term(name: str, weight: float = 1.0, **arguments: Any) -> LossTerm:
    return LossTerm.model_validate({"name": name, "weight": weight, "arguments": arguments})


def _squared(label: str, weights: tuple[float, float], levels: Literal["alone", False]) -> LossTerm:
    """The squared error of a sample, its weight running over the training."""
    return LossTerm.model_validate(
        {
            "name": "mse",
            "label": label,
            "weight": {"shares": [0, 1], "values": weights},
            "levels": levels,
            "arguments": {"reduction": "sample_sum"},
        }
    )


def _adversarial(weight: float, kind: GanKind = "vanilla") -> LossTerm:
    return _term("adversarial", weight, kind=kind)


def _recipe(source: str, *terms: LossTerm, kind: GanKind | None = None) -> Recipe:
    rival = None if kind is None else DiscriminatorObjective(kind=kind)
    return Recipe(terms=terms, discriminator=rival, source=source)


REAL_ESRGAN_LAYERS = {
    "conv1_2": 0.1,
    "conv2_2": 0.1,
    "conv3_4": 1.0,
    "conv4_4": 1.0,
    "conv5_4": 1.0,
}

_REAL_ESRGAN = (_term("l1"), _term("perceptual", layers=REAL_ESRGAN_LAYERS), _adversarial(0.1))

OBJECTIVES: Mapping[str, Recipe] = MappingProxyType(
    {
        "l1": _recipe("EDSR, RDN, RCAN, CARN", _term("l1")),
        "mse": _recipe("SRCNN, FSRCNN, ESPCN, SRResNet", _term("mse")),
        "charbonnier": _recipe("mean over everything, eps 1e-3", _term("charbonnier")),
        "vdsr": _recipe(
            "VDSR, Kim et al., CVPR 2016: half the squared error, summed over a sample; its learning rate of "
            "0.1 with adjustable clipping is made for that sum",
            _term("mse", 0.5, reduction="sample_sum"),
        ),
        "lapsrn": _recipe(
            "LapSRN, Lai et al., CVPR 2017, equation 1: Charbonnier summed over a sample and over the levels",
            LossTerm.model_validate(
                {
                    "name": "charbonnier",
                    "levels": True,
                    "arguments": {"eps": 1e-3, "reduction": "sample_sum"},
                }
            ),
        ),
        "drcn": _recipe(
            "DRCN, Kim, Lee and Lee, CVPR 2016, section 3.3: alpha times the recursions' mean, 1 - alpha "
            "times the ensemble's half squared error; alpha, of which the paper says that it decays, falls "
            "linearly from 1 to 0",
            _squared("recursions", (0.5, 0.0), "alone"),
            _squared("ensemble", (0.0, 0.5), False),
        ),
        "srgan_paper": _recipe(
            "SRGAN, Ledig et al., CVPR 2017: VGG54 after the ReLU, squared, features / 12.75; 1e-3 -log D, "
            "here the mean over the batch as the content term is",
            _term(
                "perceptual", layers={"relu5_4": 1.0}, criterion="l2", feature_scale=SRGAN_FEATURES
            ),
            _adversarial(1e-3),
            kind="vanilla",
        ),
        "srgan_basicsr": _recipe(
            "the preset of that name in BasicSR, which is not the paper's loss",
            _term("l1", 1e-2),
            _term("perceptual"),
            _adversarial(5e-3),
            kind="vanilla",
        ),
        "enhancenet_pat": _recipe(
            "EnhanceNet-PAT, Sajjadi et al., ICCV 2017, supplementary table 2",
            _term(
                "perceptual", layers={"pool2": 0.2, "pool5": 0.02}, criterion="l2", mean_one=True
            ),
            _term("patch_gram"),
            _adversarial(2.0),
            kind="vanilla",
        ),
        "esrgan": _recipe(
            "ESRGAN, Wang et al., ECCVW 2018, equation 3: the relativistic terms are summed as in the paper; "
            "reduction half gives the loss of trainers that halve them",
            _term("perceptual"),
            _adversarial(5e-3, "relativistic_average"),
            _term("l1", 1e-2),
            kind="relativistic_average",
        ),
        "ranksrgan": _recipe(
            "RankSRGAN, Zhang et al., ICCV 2019, and its authors' options",
            _term("perceptual"),
            _adversarial(5e-3),
            _term("rank_content", 3e-2),
            kind="vanilla",
        ),
        "sftgan": Recipe(
            source="SFT-GAN, Wang et al., CVPR 2018, and its authors' PyTorch options",
            terms=(_term("perceptual"), _adversarial(5e-3), _term("auxiliary_class", 5e-3)),
            discriminator=DiscriminatorObjective(kind="vanilla", auxiliary=1.0),
        ),
        "real_esrgan": _recipe(
            "Real-ESRGAN, Wang et al., ICCVW 2021, and its authors' options",
            *_REAL_ESRGAN,
            kind="vanilla",
        ),
        "ldl": _recipe(
            "LDL, Liang et al., CVPR 2022, on Real-ESRGAN's terms",
            *_REAL_ESRGAN,
            _term("ldl"),
            kind="vanilla",
        ),
    }
)
"""Terms and weights as published. Perceptual terms take VGG19 with torchvision's weights by default."""


def named(name: str) -> Recipe:
    """A row of OBJECTIVES. Raises LossError."""
    if name not in OBJECTIVES:
        raise LossError(f"no objective {name!r}{meant_or_known(name, OBJECTIVES)}")
    return OBJECTIVES[name]


class Variation(Settings):
    """{objective: esrgan, weights: vgg19.pth, replace: {perceptual: {name: feature_matching}}}."""

    objective: str
    weights: str | None = None
    sha256: str | None = None
    replace: Mapping[str, LossTerm] = {}

    def recipe(self) -> Recipe:
        """The named recipe with what was asked for."""
        found = named(self.objective)
        for label, term in self.replace.items():
            found = found.replacing(label, term)
        return found if self.weights is None else found.with_weights(self.weights, self.sha256)


def read_objective(config: str | Mapping[str, Any], losses: Table[Loss[Any]] = LOSSES) -> Recipe:
    """A name, a variation of a named objective, or terms written out. Raises LossError.

    losses: what terms may be of (`LOSSES.with_rows([...])` has a caller's own among them).
    """
    if isinstance(config, str):
        return named(config)
    context = {"losses": losses}
    try:
        if "objective" in config:
            return Variation.model_validate(dict(config), context=context).recipe()
        return Recipe.model_validate(dict(config), context=context)
    except ValidationError as error:
        raise read_error(error) from error
