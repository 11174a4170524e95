"""Reading between pixels."""

from __future__ import annotations

import numpy as np
import torch

from degrade.functional.sampling import cubic_weights, read_along


def test_weights_sum_to_one_and_have_their_first_two_moments_right() -> None:
    t = torch.linspace(0, 1, 101, dtype=torch.float64)
    weights = torch.stack(cubic_weights(t), dim=-1)
    place = torch.tensor([-1.0, 0.0, 1.0, 2.0], dtype=torch.float64)
    for power in (0, 1, 2):
        assert torch.allclose((weights * place**power).sum(-1), t**power, atol=1e-14), power


def test_whole_positions_are_copied_and_the_border_is_repeated() -> None:
    image = torch.rand((1, 2, 5, 6), generator=torch.Generator().manual_seed(1))
    for dim, length in ((2, 5), (3, 6)):
        place = torch.arange(length, dtype=torch.float64) - 2
        view = (1, 1, -1, 1) if dim == 2 else (1, 1, 1, -1)
        out = read_along(image, dim, place.view(view), torch.tensor([length]))
        index = place.long().clamp(0, length - 1)
        assert torch.equal(out, image.index_select(dim, index))


def test_a_parabola_is_read_exactly_and_only_inside_its_own_length() -> None:
    x = torch.arange(20, dtype=torch.float64)
    canvas = ((x - 7) ** 2 / 100).expand(1, 1, 4, 20).clone()
    canvas[..., 12:] = 99.0
    place = torch.from_numpy(np.linspace(1.0, 10.0, 20)).view(1, 1, 1, -1)
    out = read_along(canvas, 3, place, torch.tensor([12]))
    inside = place[0, 0, 0] <= 10.0
    expected = (place[0, 0, 0] - 7) ** 2 / 100
    assert torch.allclose(out[0, 0, 0][inside], expected[inside], atol=1e-12)
    beyond = read_along(canvas, 3, place + 50, torch.tensor([12]))
    assert torch.allclose(beyond, canvas[..., 11:12].expand_as(beyond))
