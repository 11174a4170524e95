"""deepinv: frozen degradations of ours as the physics of its reconstruction methods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from degrade import Operator, Trace
from degrade.errors import MissingExtraError
from degrade.execute.linear import LinearDegradation
from degrade.trust import NOTHING, Trust

if TYPE_CHECKING:
    from deepinv.physics import LinearPhysics


def physics(
    traces: Trace | Sequence[Trace],
    *,
    rng: torch.Generator | None = None,
    rows: Iterable[Operator[Any]] = (),
    trust: Trust | Iterable[str] = NOTHING,
    **solver: Any,
) -> LinearPhysics:
    """The LR steps of traces as deepinv's `LinearPhysics`: y = sensor(noise(A x)), x the HR, y the LR.

    traces: one for all images of a batch, or one an image. `A` is their linear steps, `A_adjoint` its exact
    transpose, `noise_model` the random steps behind it and `sensor_model` what clamps and rounds at the end.
    rng: without it every call has the traces' own noise, so that `physics(hr)` is the LR that they make; with
    it every call has noise of new keys, drawn from it as deepinv's noise models draw. rows, trust: as
    `degrade.apply` takes them. solver: `max_iter`, `tol`, `solver` and the like, handed on.
    Raises TraceError where a step is not linear, noise or rounding, or stands out of that order;
    MissingExtraError without deepinv.
    """
    degradation = LinearDegradation(traces, rows=rows, trust=trust)
    found: LinearPhysics = _physics_class()(degradation, rng, **solver)
    return found


@cache
def _physics_class() -> Any:
    """Our class under deepinv's, which exists only where deepinv does."""
    try:
        import deepinv
    except ImportError as error:
        raise MissingExtraError("reconstruction by deepinv", "deepinv") from error

    class Noise(deepinv.physics.NoiseModel):  # type: ignore[misc]
        def __init__(self, degradation: LinearDegradation, rng: torch.Generator | None) -> None:
            super().__init__(rng=rng)
            self.degradation = degradation

        def forward(self, input: Tensor, seed: int | None = None, **_: Any) -> Tensor:  # noqa: A002
            if seed is not None:
                self.rng_manual_seed(seed)
            return self.degradation.noise(input, self.rng)

    class Physics(deepinv.physics.LinearPhysics):  # type: ignore[misc]
        def __init__(
            self, degradation: LinearDegradation, rng: torch.Generator | None, **solver: Any
        ) -> None:
            super().__init__(
                noise_model=Noise(degradation, rng), sensor_model=degradation.sensor, **solver
            )
            self.degradation = degradation

        def A(self, x: Tensor, **_: Any) -> Tensor:  # noqa: N802
            return self.degradation(x)

        def A_adjoint(self, y: Tensor, **_: Any) -> Tensor:  # noqa: N802
            return self.degradation.adjoint(y)

    return Physics
