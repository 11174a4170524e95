"""Losses: factors, reductions, signs, and on which side a gradient is cut."""

from __future__ import annotations

from tools.mutants.mutant import Mutant

_AT = "realsr/losses/"
ADVERSARIAL = ("tests/losses/test_adversarial.py",)
ARTEFACTS = ("tests/losses/test_artefacts.py",)
FEATURES = ("tests/losses/test_features.py",)
FREQUENCY = ("tests/losses/test_frequency.py",)
GRADIENTS = ("tests/losses/test_gradients.py",)
PENALTIES = ("tests/losses/test_penalties.py",)
PERCEPTUAL = ("tests/losses/test_perceptual.py",)
PIXEL = ("tests/losses/test_pixel.py",)
RANKING = ("tests/losses/test_ranking.py",)
SIMILARITY = ("tests/losses/test_similarity.py",)
SCHEDULES = ("tests/losses/test_schedules.py",)
OBJECTIVE = ("tests/losses/test_objective.py",)
OBJECTIVES = ("tests/losses/test_objectives.py",)


def _row(file: str, old: str, new: str, tests: tuple[str, ...], lives: str = "") -> Mutant:
    return Mutant(f"{_AT}{file}.py", old, new, tests, lives)


# fmt: off
ROWS = (
    _row("adversarial", "return 0.5 * (f - 1.0).square().mean()", "return (f - 1.0).square().mean()", ADVERSARIAL),
    _row("adversarial", "functional.relu(1.0 - r).mean() + functional.relu(1.0 + f).mean()", "functional.relu(1.0 - r).mean() + functional.relu(1.0 - f).mean()", ADVERSARIAL),
    _row("adversarial", "return f.mean() - r.mean()", "return r.mean() - f.mean()", ADVERSARIAL),
    _row("adversarial", "return _is_fake(r - f.mean()) + _is_real(f - r.mean())", "return _is_fake(r - f.mean().detach()) + _is_real(f - r.mean())", ADVERSARIAL),
    _row("adversarial", "return 0.5 if self.reduction == \"half\" else 1.0", "return 1.0", ADVERSARIAL),
    _row("adversarial", "for r, f in zip(real, fake, strict=True)]).mean()", "for r, f in zip(real, fake, strict=True)]).sum()", ADVERSARIAL),
    _row("artefacts", "EXPONENT = 1 / 5", "EXPONENT = 1 / 2", ARTEFACTS),
    _row("artefacts", "torch.where(error < steadier, 0.0,", "torch.where(error > steadier, 0.0,", ARTEFACTS),
    _row("artefacts", "return squares.var(dim=(-1, -2))", "return squares.var(dim=(-1, -2), correction=0)", ARTEFACTS),
    _row("classes", "(losses * counted).sum() / counted.sum().clamp(min=1.0)", "(losses * counted).mean()", ("tests/losses/test_classes.py",)),
    _row("consistency", "return distance(again, lr, a.criterion)", "return distance(again, lr, \"l1\")", ("tests/losses/test_consistency.py",)),
    _row("features", "distance(f, r.detach(), criterion)", "distance(f, r, criterion)", FEATURES),
    _row("features", "for f, r in pairs]).mean()", "for f, r in pairs]).sum()", FEATURES),
    _row("frequency", "norm=\"ortho\"", "norm=\"backward\"", FREQUENCY),
    _row("frequency", "size = power.detach().sqrt() ** alpha", "size = power.detach() ** alpha", FREQUENCY),
    _row("frequency", "size = power.detach().sqrt() ** alpha", "size = power.sqrt() ** alpha", FREQUENCY),
    _row("frequency", "size.amax(dim=(2, 3), keepdim=True)", "size.amax(dim=(1, 2, 3), keepdim=True)", FREQUENCY),
    _row("gradients", "down = images[..., 2:, 1:-1] - images[..., :-2, 1:-1]", "down = images[..., 1:-1, 1:-1] - images[..., :-2, 1:-1]", GRADIENTS),
    _row("gradients", "+ eps * eps)", "+ eps)", GRADIENTS),
    _row("gradients", "return across + down", "return (across + down) / 2", GRADIENTS),
    _row("wavelets", "coarser = _smoothed(smooth, 2**level)", "coarser = _smoothed(smooth, level + 1)", ("tests/losses/test_wavelets.py",)),
    _row("wavelets", "a.high * torch.stack(fine).sum()", "a.high * torch.stack(fine).mean()", ("tests/losses/test_wavelets.py",)),
    _row("autoencoded", "hr = through(batch.hr)", "hr = batch.hr", ("tests/losses/test_autoencoded.py",)),
    _row("penalties", "return logits.flatten(1).mean(dim=1) if", "return logits.flatten(1).sum(dim=1) if", PENALTIES),
    _row("penalties", ".square().sum(dim=1).mean()", ".square().mean(dim=1).mean()", PENALTIES),
    _row("penalties", "return (length - 1.0).square().mean()", "return length.square().mean()", PENALTIES),
    _row("penalties", "share * real + (1.0 - share) * fake", "share * fake + (1.0 - share) * real", PENALTIES),
    _row("discriminator", "\"r1\": 0.5 * self.r1 * self.every", "\"r1\": self.r1 * self.every", PENALTIES),
    _row("discriminator", "\"r2\": 0.5 * self.r2 * self.every", "\"r2\": 0.5 * self.r2", PENALTIES),
    _row("discriminator", "raw[\"r2\"] = zero_centred(on_fake, fake)", "raw[\"r2\"] = zero_centred(on_real, real)", PENALTIES),
    _row("perceptual", "SRGAN_FEATURES = 1 / 12.75", "SRGAN_FEATURES = 1 / 12.75**2", (*PERCEPTUAL, *OBJECTIVES)),
    _row("perceptual", "total = total + weight * self.compared(", "total = total + self.compared(", PERCEPTUAL),
    _row("perceptual", "features.mean(dim=(1, 2, 3), keepdim=True)", "features.mean(dim=(2, 3), keepdim=True)", PERCEPTUAL),
    _row("pixel", "return torch.sqrt(difference * difference + eps * eps)", "return torch.sqrt(difference * difference + eps)", PIXEL),
    _row("pixel", "delta * (size - 0.5 * delta)", "delta * (size - delta)", PIXEL),
    _row("pixel", "values.sum() / values.shape[0]", "values.sum() / values.shape[1]", PIXEL),
    _row("ranking", "margin - order * (first - second)", "margin + order * (first - second)", RANKING),
    _row("ranking", "SCORE_LIMIT = 5.0", "SCORE_LIMIT = 50.0", RANKING),
    _row("similarity", "C1, C2 = 0.01**2, 0.03**2", "C1, C2 = 0.01, 0.03", SIMILARITY),
    _row("similarity", "(window - 1) / 2", "window / 2", SIMILARITY),
    _row("similarity", "chosen = full if scale == len(weights) - 1 else contrast", "chosen = full", SIMILARITY),
    _row("similarity", ".clamp(min=LEAST) ** weight", ".clamp(min=LEAST) * weight", SIMILARITY),
    _row("texture", "\"positions\": height * width", "\"positions\": channels * height", PERCEPTUAL),
    _row("texture", "permute(0, 2, 4, 1, 3, 5)", "permute(0, 2, 4, 1, 5, 3)", PERCEPTUAL),
    _row("texture", "permute(0, 2, 4, 1, 3, 5)", "permute(0, 2, 3, 1, 4, 5)", PERCEPTUAL),
    _row("schedules", "(place - start) / (end - start)", "(place - start) / end", SCHEDULES),
    _row("schedules", "bisect_right(self._places, place)", "bisect_right(self._places, place + 1)", (*SCHEDULES, *OBJECTIVE)),
    _row("objective", "return torch.stack(values).mean()", "return torch.stack(values).sum()", SCHEDULES),
    _row("objective", "and weights[term.label] != 0", "", OBJECTIVE),
    _row("objectives", "_squared(\"recursions\", (0.5, 0.0), \"alone\")", "_squared(\"recursions\", (1.0, 0.0), \"alone\")", SCHEDULES),
)
