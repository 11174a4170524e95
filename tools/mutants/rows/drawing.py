"""What decides a random value, and how a pipeline becomes traces or their columns."""

from __future__ import annotations

from tools.mutants.mutant import Mutant

ADDRESS = "degrade/test_address"
DRAW = "degrade/test_draw"
DISTRIBUTIONS = "degrade/test_distributions"
COLUMNS = "degrade/test_columns"
PIPELINE = "degrade/test_pipeline"


def _row(file: str, old: str, new: str, *tests: str, lives: str = "") -> Mutant:
    return Mutant(
        f"degrade/{file}.py", old, new, tuple(f"tests/{each}.py" for each in tests), lives
    )


# fmt: off
ROWS = (
    _row("address", "head = f\"{seed}\\0{variant}\\0\".encode()", "head = f\"{seed}{variant}\\0\".encode()", ADDRESS),
    _row("address", "person=b\"degrade.sample\"", "person=b\"degrade.field\"", ADDRESS),
    _row("address", "f\"{label}\\0{field}\".encode()", "f\"{field}\\0{label}\".encode()", ADDRESS),
    _row("address", "bits = (words[0] >> 6 << 26) | (words[1] >> 6)", "bits = (words[0] >> 6 << 26) | (words[0] >> 6)", ADDRESS),
    _row("address", "(bits + 0.5) * 2.0**-52", "bits * 2.0**-52", ADDRESS),
    _row("address", "f\"{(high << 32) | low:016x}\"", "f\"{(low << 32) | high:016x}\"", ADDRESS, DRAW),
    _row("address", "return value & 0xFFFFFFFF, value >> 32", "return value >> 32, value & 0xFFFFFFFF", ADDRESS, DRAW),
    _row("address", "philox4x32_alike((*fields, *samples[2:]), (samples[0], samples[1]))", "philox4x32_alike((*fields, *samples[:2]), (samples[0], samples[1]))", COLUMNS),
    _row("address", "object.__setattr__(self, \"variant\", operator.index(self.variant) + 0)", "object.__setattr__(self, \"variant\", int(self.variant) + 0)", ADDRESS, DRAW),
    _row("pipeline/distributions", "return lambda u, earlier: rounded(min(max(math.exp(start + u * width), low), high))", "return lambda u, earlier: rounded(min(max(low + u * (high - low), low), high))", DISTRIBUTIONS),
    _row("pipeline/distributions", "value = rounded(low + u * width)", "value = low + u * width", DISTRIBUTIONS),
    _row("pipeline/distributions", "(low + u * (high - low)) ** self.uniform_power.power", "low**self.uniform_power.power + u * (high - low)", DISTRIBUTIONS),
    _row("pipeline/distributions", "part = min(max(below + u * (above - below), 2.0**-53), 1.0 - 2.0**-53)", "part = u", DISTRIBUTIONS),
    _row("pipeline/distributions", "return range(low, high + 1, step)", "return range(low, high, step) or range(low, high + 1)", DISTRIBUTIONS),
    _row("pipeline/distributions", "return lambda u, earlier: values[int(u * count)]", "return lambda u, earlier: values[int(u * (count - 1) + 0.5)]", DISTRIBUTIONS),
    _row("pipeline/values", "below += share\n", "below = share\n", DISTRIBUTIONS),
    _row("pipeline/values", "place = (u - start) / share", "place = u - start", DISTRIBUTIONS),
    _row("pipeline/values", "return float(f\"{value:.9g}\")", "return float(f\"{value:.8g}\")", DISTRIBUTIONS),
    _row("pipeline/values", "grid = 1e8 if value >= 1.0 else 1e9", "grid = 1e8", DISTRIBUTIONS),
    _row("pipeline/values", "copysign(whole / grid, values)", "copysign(whole / grid, sizes)", DISTRIBUTIONS, COLUMNS),
    _row("pipeline/drawn", "draws.chances[self.column] < self.probability", "draws.chances[self.column] > self.probability", DRAW, COLUMNS),
    _row("pipeline/drawn", "values[name] = at(chances[column], values)", "values[name] = at(chances[column], {})", DRAW, PIPELINE),
    _row("pipeline/drawn", "noise_key(low[index], high[index])", "noise_key(low[index], low[index])", DRAW, COLUMNS),
    _row("pipeline/drawn", "bisect_right(self.ends, draws.chances[self.column])", "bisect_right(self.ends[::-1], draws.chances[self.column])", DRAW, COLUMNS),
    _row("pipeline/orders", "waiting = {second for first, second in constraints if not done >> first & 1}", "waiting = {first for first, second in constraints if not done >> second & 1}", DRAW),
    _row("pipeline/orders", "rank -= ways", "rank -= 1", DRAW),
    _row("pipeline/nodes", "self.per_repeat[min(index, len(self.per_repeat) - 1)]", "self.per_repeat[index % len(self.per_repeat)]", DRAW, PIPELINE),
    _row("pipeline/spread", "samples[chances < node.probability]", "samples[chances <= 1.0 - node.probability]", COLUMNS),
    _row("pipeline/spread", "side=\"right\")\n        ordered", "side=\"left\")[::-1]\n        ordered", COLUMNS),
    _row("pipeline/spread", "samples[times > number]", "samples[times >= number]", COLUMNS),
    _row("pipeline/spread", "begins[order, sample] = own.cumsum(axis=0) - own", "begins[order, sample] = own.cumsum(axis=0)", COLUMNS),
    _row("pipeline/leaves", "given == equals if equals is not None else given <= up_to", "given == equals if equals is not None else given < up_to", COLUMNS),
    _row("pipeline/leaves", "for equals, up_to, leaf in reversed(tests[:-1]):", "for equals, up_to, leaf in tests[:-1]:", COLUMNS),
    _row("pipeline/leaves", "rest = (u - self.starts[row, part]) / self.shares[row, part]", "rest = u - self.starts[row, part]", COLUMNS),
    _row("pipeline/leaves", "self.add(Kind.LOG_UNIFORM, start, math.log(high) - start, low, high)", "self.add(Kind.LOG_UNIFORM, start, math.log(high), low, high)", COLUMNS),
    _row("pipeline/leaves", "values: Floats = low + step * np.floor(u * count)", "values: Floats = low + np.floor(u * count)", COLUMNS),
    _row("geometry", "self.scale * inner.shift + self.shift", "inner.scale * self.shift + inner.shift", "degrade/test_geometry"),
    _row("geometry", "return Axis(scale, 0.5 * scale - 0.5)", "return Axis(scale, 0.0)", "degrade/test_geometry"),
    _row("geometry", "return Axis(1.0 / factor, 0.5 / factor - 0.5)", "return Axis(1.0 / factor, 0.5 * factor - 0.5)", "degrade/test_geometry"),
    _row("geometry", "half = 0.5 if rounding == \"nearest\" else 0.0", "half = 0.5 if rounding == \"nearest\" else 1.0", "degrade/test_geometry"),
    _row("draw", "place = base + program.places[drawn]", "place = base + drawn % 2", COLUMNS),
    _row("draw", "return values, low | (high << np.uint64(32))", "return values, high | (low << np.uint64(32))", COLUMNS),
    _row("draw", "return LaterTraces(self.pipeline, self.keys[place])", "return LaterTraces(self.pipeline, self.keys)", "contract/test_execute", DRAW, COLUMNS),
    _row("online", "Key(self.seed, source, number)", "Key(number, source, self.seed)", "degrade/test_draw", "contract/test_execute"),
    _row("online", "with torch.set_grad_enabled(self.gradient != \"none\" and torch.is_grad_enabled()):", "with torch.set_grad_enabled(torch.is_grad_enabled()):", "contract/test_straight_through", "contract/test_execute"),
    _row("execute/plan", "frame.after[label] = frame.current = after", "frame.after[label] = after", "contract/test_execute", PIPELINE),
    _row("execute/plan", "MAX_PIXELS = 2**28", "MAX_PIXELS = 2**40", "contract/test_execute", "degrade/test_bounds"),
    _row("execute/placing", "after = every.take(place + count * moves, axis=0)", "after = every.take(place, axis=0)", COLUMNS),
    _row("execute/schedule", "waiting[place] += count", "waiting[place] = count", "degrade/test_schedule"),
    _row("execute/schedule", "later[place] -= count", "later[place] += count", "degrade/test_schedule"),
    _row("execute/straight_through", "made = made + (stand_in - stand_in.detach())", "made = made + stand_in", "contract/test_straight_through"),
    _row("execute/images", "SLACK = 1e-5", "SLACK = 1e-1", "contract/test_values"),
    _row("execute/moves", "ended = begins + launches % 2 * slots", "ended = begins + slots", "gpu/test_program"),
    _row("execute/singles", "for place, (sample, number) in enumerate(found):", "for place, (sample, number) in enumerate(found[::-1]):", "contract/test_execute", "contract/test_operators"),
)
