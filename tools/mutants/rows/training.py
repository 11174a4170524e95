"""Training: batches, steps, rates, averages, validation, what a discriminator sees, states."""

from __future__ import annotations

from tools.mutants.mutant import Mutant

TRAINING = "test_training"
RESUME = "test_resume"
OPTIONS = "test_options"
PARTS = "test_parts"
SIDE = "test_discriminator_side"
HEART = "test_overfitting"
REMEDIES = "test_remedies"
DEAD = "test_post_mortem"
PROBE = "test_probing"


def _row(file: str, old: str, new: str, *tests: str, lives: str = "") -> Mutant:
    return Mutant(
        f"realsr/training/{file}.py",
        old,
        new,
        tuple(f"tests/training/{each}.py" for each in tests),
        lives,
    )


# fmt: off
ROWS = (
    _row("validation", "degrade.draw(self.pipeline, [Key(FROZEN_SEED, source.id, 0)])", "degrade.draw(self.pipeline, [Key(self.training.seed, source.id, 0)])", "test_validation"),
    _row("validation", "hr.mul(255).round().byte()", "hr.mul(255).byte()", "test_validation", lives="HR are levels of 255, which float32 gives back whole"),
    _row("validation", "self.border = self.scale if border is None else border", "self.border = 0 if border is None else border", "test_validation"),
    _row("batches", "total = self.config.data.batch * self.share.world\n", "total = self.config.data.batch\n", PARTS, TRAINING, RESUME),
    _row("batches", "before, after = int(position * share), int((position + 1) * share)", "before, after = round(position * share), round((position + 1) * share)", PARTS),
    _row("batches", "Key(self.config.seed, \"scale\", step)", "Key(self.config.seed, \"scale\", step // 2)", "test_published"),
    _row("batches", "self._scale(step) == newest else 1.0", "self._scale(step) == newest else 0.0", "test_published"),
    _row("batches", "maps.sum(dim=(2, 3)).argmax(dim=1)", "maps.amax(dim=(2, 3)).argmax(dim=1)", "test_maps"),
    _row("batches", "hr[online], lr[online] = made.hr, made.lr", "lr[online] = made.lr", PARTS),
    _row("batches", "noise_map(sample.key, self.noise, *sides)", "noise_map(samples[0].key, self.noise, *sides)", "test_conditions"),
    _row("moving_average", "return min(decay, (1 + step) / (10 + step))", "return decay", PARTS),
    _row("moving_average", "list(network.parameters()), 1.0 - decay)", "list(network.parameters()), decay)", PARTS),
    _row("pausing", "torch.stack([(real > below).float().mean(), (fake < above).float().mean()])", "torch.stack([(real > above).float().mean(), (fake < below).float().mean()])", SIDE, PARTS),
    _row("pausing", "smaller, keep = float(accuracies.min()), self.config.smoothing", "smaller, keep = float(accuracies.mean()), self.config.smoothing", SIDE, PARTS),
    _row("pausing", "_BORDER: dict[str, float] = {\"vanilla\": 0.0, \"hinge\": 0.0, \"lsgan\": 0.5}", "_BORDER: dict[str, float] = {\"vanilla\": 0.0, \"hinge\": 0.0, \"lsgan\": 0.0}", SIDE, PARTS),
    _row("schedule", "schedule.factor ** bisect_right(sorted(schedule.at), step)", "schedule.factor ** bisect_right(sorted(schedule.at), step + 1)", PARTS),
    _row("schedule", "(step + 1) / schedule.warm_up", "step / schedule.warm_up", PARTS),
    _row("schedule", "schedule.floor + (1.0 - schedule.floor) * cosine", "schedule.floor + cosine", PARTS),
    _row("schedule", "(step - ends[index] + periods[index]) / periods[index]", "step / periods[index]", PARTS),
    _row("optimisers", "config.weight_decay if group.weight_decay is None else group.weight_decay", "config.weight_decay", PARTS, OPTIONS),
    _row("optimisers", "return theta / rate if rate else None", "return theta * rate if rate else None", PARTS, OPTIONS),
    _row("optimisers", "rate = config.lr * group.lr_scale", "rate = config.lr", PARTS, OPTIONS),
    _row("samples", "turn, flip = divmod(int(8 * number), 2)", "turn, flip = divmod(int(4 * number), 2)", PARTS),
    _row("samples", "hr, lr = turned(hr, key), turned(lr, key)", "hr = turned(hr, key)", PARTS),
    _row("samples", "labels = None if labels is None else turned(labels, key)", "labels = labels", "test_maps"),
    _row("samples", "key = Key(self.config.seed, self.sources[index].id, epoch)", "key = Key(self.config.seed, self.sources[index].id, 0)", PARTS, TRAINING),
    _row("steps", "state.fabric.backward(losses.total / len(parts))\n        else:", "state.fabric.backward(losses.total)\n        else:", OPTIONS, PARTS),
    _row("steps", "replace(batch, ema=part.enlarged_by(state.ema))", "replace(batch, ema=part.enlarged_by(state.generator))", OPTIONS, TRAINING),
    _row("steps", "self.state.config.discriminator_bands, self.view(images))", "self.state.config.discriminator_bands, images)", SIDE),
    _row("steps", "rival.pause.see(right)", "rival.pause.see(1 - right)", SIDE),
    _row("views", "rows, columns = _places(images, -shift)", "rows, columns = _places(images, shift)", SIDE),
    _row("views", "images + 0.5 * brightness", "images + brightness", SIDE),
    _row("views", "blotted(moved(seen, self.shift * unit), self.corner * unit, self.hole * unit)", "blotted(moved(seen, self.shift * unit), self.corner, self.hole * unit)", SIDE),
    _row("views", "return mean + (1 + 0.5 * contrast) * (images - mean)", "return mean + (1 + contrast) * (images - mean)", SIDE),
    _row("checkpoints", "for old in states(folder)[:-keep]:", "for old in states(folder)[: -keep - 1]:", RESUME, PARTS),
    _row("holding", "share = max(1, round((of.held_out or 0.0) * photographs))", "share = round((of.held_out or 0.0) * photographs)", "test_holding"),
    _row("holding", "return min(share, photographs - 1, of.limit or photographs)", "return min(share, photographs, of.limit or photographs)", "test_holding"),
    _row("state", "pause.running = None if running is None else float(running)", "pause.running = None", SIDE, RESUME),
    _row("state", "torch.manual_seed(config.seed)\n        generator", "torch.manual_seed(0)\n        generator", TRAINING, RESUME, PARTS),
    _row("config_steps", "return 1 + sum(progress > start for start in self.growing[::2])", "return 1 + sum(progress > start for start in self.growing[1::2])", "test_published"),
    _row("overfitting", "return (train.mean - held_out.mean) / gap", "return (held_out.mean - train.mean) / gap", "test_telling", TRAINING),
    _row("areas", "won = (away > 0) + 0.5 * (away == 0)", "won = (away > 0) + 0.0 * (away == 0)", HEART),
    _row("areas", "for n, name in enumerate(dict.fromkeys([*below.sources, *above.sources]))", "for n, name in enumerate([*below.sources, *above.sources])", HEART),
    _row("areas", "math.hypot(first.value - first.low, second.high - second.value)", "math.hypot(first.value - first.low, second.value - second.low)", HEART),
    _row("watched", "if own.digest == each.pipeline.digest:", "if own.digest != each.pipeline.digest:", HEART),
    _row("watched", "yield \"content\", held, own", "yield \"content\", held, each.pipeline", HEART),
    _row("memory", "return 2.0 * float(right[0]) - 1.0", "return 2.0 * float(right[1]) - 1.0", HEART),
    _row("memory", "\"apart\": train.above(each)", "\"apart\": each.above(train)", HEART),
    _row("alarm", "gap[\"value\"] > GAP and gap[\"low\"] > 0", "gap[\"value\"] > GAP", HEART),
    _row("alarm", "for check in reversed(checks):", "for check in checks:", HEART),
    _row("watching", "if self.log.lines(step, KIND):", "if self.log.lines(step - 1, KIND):", HEART),
    _row("adapting", "above = self.total / self.seen - self.config.target", "above = self.config.target - self.total / self.seen", REMEDIES),
    _row("adapting", "step = self.batch * self.seen / self.config.images", "step = self.batch / self.config.images", REMEDIES),
    _row("state", "adaptation.total = float(found[\"adaptation\"][\"total\"])", "adaptation.total = 0.0", REMEDIES),
    _row("views", "shift = shift * made[:, :1]", "shift = shift", REMEDIES),
    _row("views", "corner = torch.where(made[:, 1:2], corner, -hole)", "corner = torch.where(made[:, :1], corner, -hole)", REMEDIES),
    _row("steps", "if (state.step + 1) % config.generator_every:", "if state.step % config.generator_every:", REMEDIES),
    _row("steps", "apart.add(losses, 1 / len(parts))", "apart.add(losses, 1.0)", REMEDIES),
    _row("steps", "judged = network.judge(seen, self.lr)", "judged = network.judge(self.view(images), self.lr)", REMEDIES),
    _row("surgery", "along / square[other]", "along / square[other].sqrt()", REMEDIES),
    _row("surgery", "opposed = (along < 0)", "opposed = (along > 0)", REMEDIES),
    _row("surgery", "torch.dot(row, rows[other])", "torch.dot(rows[number], rows[other])", REMEDIES),
    _row("autoencoding", "and not path.exists():", "and path.exists():", REMEDIES),
    _row("levels", "times = abs(float(value)) / mean", "times = float(value) / mean", DEAD),
    _row("levels", "KEEPS * self.means.get(key, size)", "KEEPS * self.means.get(key, 0.0)", DEAD),
    _row("post_mortem", "found[name] = _with(found[name], buffers)", "found[name] = dict(found[name])", DEAD),
    _row("post_mortem", "found[\"adaptation\"] = {\"share\": before.share}", "pass", DEAD),
    _row("post_mortem", "found[\"sr\"] = report.sr.detach()", "found[\"sr\"] = report.sr.detach() * 0.5", DEAD),
    _row("replaying", "batches.at(record.step - 1,", "batches.at(record.step,", DEAD),
    _row("replaying", "(digest(batch.hr), digest(batch.lr)) == (record.hr, record.lr)", "True", DEAD),
    _row("guarding", "self.state.skipped += 1", "self.state.skipped += 2", DEAD),
    _row("probing", "functional.softplus(-judge(batch.hr)).mean() + functional", "functional.softplus(judge(batch.hr)).mean() + functional", PROBE),
    _row("probing", "half = Ranged(0.5, 0.5, 0.5)", "half = Ranged(0.0, 0.0, 0.0)", PROBE),
    _row("probing", "torch.manual_seed(seed)", "torch.manual_seed(0)", PROBE),
    _row("probing", "state.generator = load_model(run.model, rows).to", "state.generator = state.generator.to", PROBE),
    _row("logs", "if _step(line, path, number) <= step", "if _step(line, path, number) < step", RESUME, TRAINING),
)
