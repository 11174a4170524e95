"""Networks: what a published block adds, scales, activates and concatenates."""

from __future__ import annotations

from tools.mutants.mutant import Mutant

_AT = "realsr/models/"
LAYERS = ("tests/models/test_layers.py",)
PAPERS = ("tests/models/test_by_hand.py",)
STRUCTURE = ("tests/models/test_structure.py",)
UPSAMPLING = ("tests/models/test_upsampling.py",)
PROGRESSIVE = ("tests/models/test_progressive.py",)
BASICSR = ("tests/models/test_against_basicsr.py",)
CONDITIONED = ("tests/models/test_conditioned.py",)
INITIAL = ("tests/models/test_initialisation.py",)
DISCRIMINATORS = ("tests/models/test_discriminators.py",)
GENERATORS = ("tests/models/test_perceptual_generators.py",)


def _row(file: str, old: str, new: str, tests: tuple[str, ...], lives: str = "") -> Mutant:
    return Mutant(f"{_AT}{file}.py", old, new, tests, lives)


# fmt: off
ROWS = (
    _row("edsr", "residual_block(features, weight=weight)", "residual_block(features)", PAPERS),
    _row("sftgan", "x * (scale + 1.0) + shift", "x * scale + shift", PAPERS),
    _row("sftgan", "functional.relu(self.conv1(self.sft1(x, condition)))", "self.conv1(self.sft1(x, condition))", PAPERS),
    _row("sftgan", "shallow + self.last_conv(", "x + self.last_conv(", PAPERS),
    _row("espcn", "conv(arguments.channels, first, 5),\n            nn.Tanh(),", "conv(arguments.channels, first, 5),\n            nn.Identity(),", PAPERS),
    _row("espcn", "conv(first, second, 3),\n            nn.Tanh(),", "conv(first, second, 3),\n            nn.ReLU(),", PAPERS),
    _row("srdensenet", "nn.Sequential(conv_relu(inputs, growth), Dense(*later))", "nn.Sequential(conv(inputs, growth), Dense(*later))", PAPERS),
    _row("srdensenet", "[transposed(features, features, factor, 3), nn.ReLU()]", "[transposed(features, features, factor, 3), nn.Identity()]", PAPERS),
    _row("prosr", "x + self.residual * units", "x + units", PAPERS),
    _row("prosr", "deep = self.body(x) + x if self.skip else self.body(x)", "deep = self.body(x)", PAPERS),
    _row("prosr", "blend * newest + (1.0 - blend) * below", "(1.0 - blend) * newest + blend * below", PROGRESSIVE),
    _row("prosr", "self.heads[levels - 1](", "self.heads[0](", PAPERS),
    _row("prosr", "(features) / self.colours.full)", "(features))", PAPERS),
    _row("ms_lapsrn", "x = features + self.block(x)", "x = x + self.block(x)", PAPERS),
    _row("ms_lapsrn", "he_(chain, gain=0.1)", "he_(chain)", INITIAL),
    _row("laplacian", "enlarged + self.residual(features)", "enlarged - self.residual(features)", PAPERS),
    _row("laplacian", "functional.leaky_relu(self.head(lr), 0.2), lr", "self.head(lr), lr", PAPERS),
    _row("laplacian", "return len(steps_of(4 if scale == 3 else scale))", "return len(steps_of(scale))", PROGRESSIVE),
    _row("layers", "return x + (change if self.weight == 1.0 else self.weight * change)", "return x + change", LAYERS),
    _row("layers", "torch.cat([x, layer(x)], dim=1)", "torch.cat([layer(x), x], dim=1)", PAPERS),
    _row("layers", "return x * weights", "return x * weights + x", LAYERS),
    _row("layers", "nn.AdaptiveAvgPool2d(1)", "nn.AdaptiveMaxPool2d(1)", LAYERS),
    _row("rcan", "Skip(*blocks, conv(features, features))", "nn.Sequential(*blocks, conv(features, features))", PAPERS),
    _row("carn", "self.blocks[step % len(self.blocks)](state)", "self.blocks[step % len(self.blocks)](x)", STRUCTURE),
    _row("carn", "return nn.Sequential(residual_block(features), nn.ReLU())", "return nn.Sequential(residual_block(features), nn.Identity())", PAPERS),
    _row("rrdbnet", "residual: Tensor = self.conv5(seen)\n        return x + 0.2 * residual", "residual: Tensor = self.conv5(seen)\n        return x + residual", BASICSR),
    _row("rrdbnet", "residual: Tensor = self.rdb3(self.rdb2(self.rdb1(x)))\n        return x + 0.2 * residual", "residual: Tensor = self.rdb3(self.rdb2(self.rdb1(x)))\n        return 0.2 * residual", BASICSR),
    _row("rrdbnet", 'mode="replicate"', 'mode="constant"', GENERATORS),
    _row("drcn", "state = torch.relu(self.inference(state))", "state = self.inference(state)", PAPERS),
    _row("drcn", "answers.append(images + self.reconstruction(state))", "answers.append(self.reconstruction(state))", PAPERS),
    _row("drrn", "state = entry + self.second(", "state = state + self.second(", STRUCTURE),
    _row("drrn", "affine=False", "affine=True", ("tests/models/test_table.py",)),
    _row("rdn", "features = shallow + self.fusion(", "features = state + self.fusion(", STRUCTURE),
    _row("fsrcnn", "gaussian_(self.upsampler, 1e-3)", "gaussian_(self.upsampler, 1e-2)", INITIAL),
    _row("vdsr", "Skip(conv_relu(channels, features)", "nn.Sequential(conv_relu(channels, features)", INITIAL),
    _row("mdsr", "(residual_block(features, 5) for _ in range(2))", "(residual_block(features, 5) for _ in range(1))", ("tests/models/test_table.py",)),
    _row("mdsr", "self.body(entry(self.head(", "self.body((self.head(", ("tests/models/test_contract.py",)),
    _row("noise_srvgg", "x = x + next(injections)(z)", "x = x + next(injections)(z.abs())", PAPERS),
    _row("noise_srvgg", "return temperature * z.to(lr)", "return z.to(lr)", CONDITIONED),
    _row("srvgg", "functional.pixel_shuffle(residual, self.scale) + base", "functional.pixel_shuffle(residual, self.scale)", BASICSR),
    _row("enhancenet", "return enlarge(lr, self.scale) + residual", "return residual", GENERATORS),
    _row("enhancenet", "functional.relu(self.hr(self.upsampler(x)))", "self.hr(self.upsampler(x))", PAPERS),
    _row("msrresnet", "functional.leaky_relu(x, 0.1)", "functional.leaky_relu(x, 0.2)", BASICSR),
    _row("srresnet", "return (symmetric + 1.0) / 2.0", "return symmetric / 2.0", GENERATORS),
    _row("srresnet", "self.upsampler(shallow + self.body(shallow))", "self.upsampler(self.body(shallow))", PAPERS),
    _row("colour_range", "return images / self.full + self.mean", "return (images + self.mean) / self.full", LAYERS),
    _row("colour_range", "[sum(mean) / len(mean)] * channels", "[mean[0]] * channels", LAYERS),
    _row("texture_prior", "return xx + yy, xx - yy, 2.0 * xy", "return xx + yy, xx - yy, xy", CONDITIONED),
    _row("texture_prior", "count_include_pad=False", "count_include_pad=True", CONDITIONED),
    _row("upsampling", "extra = factor - kernel + 2 * padding", "extra = 0", UPSAMPLING),
    _row("upsampling", "- centre).abs() / factor", "- centre).abs() / kernel", UPSAMPLING),
    _row("upsampling", "first.repeat_interleave(factor**2, dim=0)", "first.repeat(factor**2, 1, 1, 1)", UPSAMPLING),
    _row("upsampling", "(torch.arange(scale, dtype=torch.float64) + 0.5) / scale - 0.5", "torch.arange(scale, dtype=torch.float64) / scale", UPSAMPLING),
    _row("upsampling", "weight = cubic(0.75 * distance)", "weight = cubic(distance)", PROGRESSIVE),
    _row("upsampling", "torch.minimum(index, 2 * length - 1 - index)", "torch.minimum(index, 2 * length - 2 - index).abs()", UPSAMPLING),
    _row("upsampling", "*(active + behind if before_shuffle else behind + active)", "*(behind + active)", UPSAMPLING),
    _row("initialisation", "layer.weight.mul_(gain)", "layer.weight.mul_(gain**2)", INITIAL),
    _row("discriminators/chain", "nn.LeakyReLU(plan.slope),\n        nn.Linear(plan.hidden, outputs)", "nn.ReLU(),\n        nn.Linear(plan.hidden, outputs)", BASICSR),
    _row("discriminators/chain", "normalised = plan.normalised and not first", "normalised = plan.normalised", ("tests/models/test_discriminators.py", *BASICSR)),
    _row("discriminators/unet", "return decoded + beside if self.skips else decoded", "return decoded", BASICSR),
    _row("discriminators/unet", 'mode="bilinear"', 'mode="nearest"', BASICSR),
    _row("discriminators/patch", "stride = 2 if index < arguments.layers else 1", "stride = 2", DISCRIMINATORS),
    _row("scales", "return enlarge(lr, self.scale if scale is None else scale)", "return enlarge(lr, self.scale)", ("tests/models/test_scales.py",)),
)
