"""The family of Real-ESRGAN: one scheme, whose numbers each paper's options set anew."""

from __future__ import annotations

from typing import Any

Rows = dict[str, str]
Pair = tuple[Any, Any]

ODD = "I 7..21 by 2"
MODES = "adaptive_area or bilinear or bicubic_075"
CV2 = "area or linear or cubic"
GREY = "0.4 true | 0.6 false"
SIX = {
    "isotropic": 0.45,
    "anisotropic": 0.25,
    "generalised_isotropic": 0.12,
    "generalised_anisotropic": 0.03,
    "plateau_isotropic": 0.12,
    "plateau_anisotropic": 0.03,
}
"""kernel_list and kernel_prob of the released options."""
OPERATORS = {"generalised": "generalised_gaussian_blur", "plateau": "plateau_blur"}


def rounds(key: str, value: Any) -> Rows:
    """A row a round where there are two values."""
    if isinstance(value, tuple):
        return {f"{key}.{number}": str(each) for number, each in enumerate(value, 1)}
    return {key: str(value)}


def spread(low: float, highs: Any) -> Any:
    """U low high, for each round."""
    return (
        tuple(f"U {low} {high}" for high in highs)
        if isinstance(highs, tuple)
        else f"U {low} {highs}"
    )


def flip(low: float, high: float) -> str:
    """The coin flip between the two sides of 1 (random_generalized_Gaussian, random_plateau)."""
    below = "1" if low == 1 else f"U {low:g} 1"
    return f"0.5 {below} | 0.5 U 1 {high:g}"


def kernels(
    sigma: Any, size: Any = ODD, *, generalised: str = flip(0.5, 4), plateau: str = flip(1, 2)
) -> Rows:
    """The six kernels by 0.9 of their chances, and the sinc by 0.1."""
    found: Rows = {}
    for kind, chance in SIX.items():
        family = kind.rpartition("_")[0]
        found |= gaussian(kind, sigma, size, operator=OPERATORS.get(family, "gaussian_blur"))
        found[f"kernel>{kind}"] = f"{0.9 * chance:.6g}"
        if family:
            found[f"{kind}.beta"] = generalised if family == "generalised" else plateau
    found |= {"kernel>sinc": "0.1", "sinc": "sinc_blur", **rounds("sinc.size", size)}
    return found | {"sinc.cutoff": "by size: to 11 U pi/3 pi, U pi/5 pi"}


def gaussian(kind: str, sigma: Any, size: Any, *, operator: str = "gaussian_blur") -> Rows:
    """A rotated Gaussian of two sigmas, or a round one."""
    found = {kind: operator, **rounds(f"{kind}.size", size), **rounds(f"{kind}.sigma_x", sigma)}
    if "anisotropic" in kind:
        return found | rounds(f"{kind}.sigma_y", sigma) | {f"{kind}.angle": "U -pi pi"}
    return found | {f"{kind}.sigma_y": "as sigma_x", f"{kind}.angle": "0"}


def factor(chances: tuple[float, float, float], low: float, high: float) -> str:
    """resize_prob (up, down, keep) and resize_range."""
    up, down, keep = (f"{each:g}" for each in chances)
    return f"{up} U 1 {high:g} | {down} U {low:g} 1 | {keep} 1"


def noise(sigma: Any, scale: Any) -> Rows:
    """gaussian_noise_prob 0.5, gray_noise_prob 0.4."""
    return {
        "noise>gaussian_noise": "0.5",
        "noise>poisson_noise": "0.5",
        "gaussian_noise": "gaussian_noise",
        "gaussian_noise.grey": GREY,
        "poisson_noise": "poisson_noise",
        "poisson_noise.grey": GREY,
        "poisson_noise.count": "distinct",
        "clamp_noise": "clamp",
        **rounds("gaussian_noise.sigma_255", spread(1, sigma)),
        **rounds("poisson_noise.scale", spread(0.05, scale)),
    }


def coded(label: str, low: int, high: int, operator: str = "jpeg") -> Rows:
    return {
        label: operator,
        f"{label}.quality": f"I {low}..{high}",
        f"{label}.subsampling": "4:2:0",
    }


def sized(label: str = "resize_to_target", modes: str = MODES) -> Rows:
    """The resize to the LR's size."""
    return {
        label: "resize",
        f"{label}.factor": "1",
        f"{label}.of": "target",
        f"{label}.filter": modes,
        f"{label}.antialias": "false",
    }


END = {"clamp": "clamp", "quantise": "quantise"}
SHARPENED = {"usm": "usm", "quantise_hr": "quantise"}


def last_sinc(size: str) -> Rows:
    return {
        "ringing.maybe": "0.8",
        "last_sinc": "sinc_blur",
        "last_sinc.size": size,
        "last_sinc.cutoff": "U pi/3 pi",
    }


def second_order(
    blurs: Rows,
    *,
    blur_2: float = 0.8,
    factors: Pair = ((0.15, 1.5), (0.3, 1.2)),
    sigma: Pair = (30, 25),
    scale: Pair = (3, 2.5),
    jpeg: Pair = ((30, 95), (30, 95)),
    last_size: str = ODD,
    repeat: str = "2",
    sharpened: bool = True,
) -> Rows:
    """Two rounds, the first's floored resize with unrounded coordinates, and the tail's coin flip."""
    first, second = factors
    resized = (factor((0.2, 0.7, 0.1), *first), factor((0.3, 0.4, 0.3), *second))
    return {
        **(SHARPENED if sharpened else {}),
        "round.repeat": repeat,
        **rounds("blurred.maybe", (1, blur_2)),
        **blurs,
        "resize": "resize",
        **rounds("resize.factor", resized),
        **rounds("resize.of", ("input", "target")),
        "resize.filter": MODES,
        "resize.antialias": "false",
        "resize.rounding": "floor",
        **rounds("resize.coordinates", ("factor", "size")),
        **noise(sigma, scale),
        **rounds("saved_between.maybe", (1, 0)),
        **coded("jpeg_between", *jpeg[0]),
        "tail.shuffle": "finish, last_jpeg",
        "finish.group": "resize_to_target, ringing",
        **sized(),
        **last_sinc(last_size),
        **coded("last_jpeg", *jpeg[1]),
        **END,
    }


MILD = {
    "blur_2": 0.5,
    "factors": ((0.3, 1.5), (0.6, 1.2)),
    "sigma": (15, 12),
    "scale": (2, 1),
    "jpeg": ((60, 95), (60, 100)),
}
"""StableSR's, PASD's and SeeSR's."""


def dasr_kernels(sigma: Any) -> Rows:
    """Isotropic and anisotropic alone; sizes begin at 9, since rounding never draws 7."""
    return {
        "kernel>isotropic": "0.65",
        "kernel>anisotropic": "0.35",
        **gaussian("isotropic", sigma, "I 9..21 by 2"),
        **gaussian("anisotropic", sigma, "I 9..21 by 2"),
    }


def dasr(sigma: float, resized: str, strength: float, scale: float, quality: int) -> Rows:
    """One round, and the resize behind its JPEG."""
    return {
        **SHARPENED,
        **dasr_kernels(f"U 0.2 {sigma}"),
        "resize": "resize",
        "resize.factor": resized,
        "resize.of": "input",
        "resize.filter": MODES,
        "resize.antialias": "false",
        "resize.rounding": "floor",
        "resize.coordinates": "factor",
        **noise(strength, scale),
        **coded("jpeg", quality, 95),
        **sized(),
        **END,
    }


SIGMA = ("U 0.2 3", "U 0.2 1.5")

FAMILY: dict[str, Rows] = {
    "realesrgan": second_order(kernels(SIGMA)),
    "resshift": second_order(
        kernels(SIGMA, ("I 3..19 by 2", "I 3..13 by 2")),
        last_size="I 3..13 by 2",
        repeat="I 1..2",
        sharpened=False,
    ),
    "stablesr": second_order(
        kernels(("U 0.2 1.5", "U 0.2 1"), generalised=flip(0.5, 2), plateau=flip(1, 1.5)), **MILD
    ),
    "seesr": second_order(kernels(SIGMA), sharpened=False, **MILD),
    "dasr_severe": second_order(dasr_kernels(SIGMA), last_size="I 9..21 by 2"),
    "dasr_standard": dasr(1.5, factor((0.3, 0.4, 0.3), 0.5, 1.2), 20, 1.5, 50),
    "dasr_weak": dasr(0.8, factor((0.1, 0.2, 0.7), 0.85, 1.2), 10, 0.5, 90),
}


def mmagic() -> Rows:
    """Real-ESRGAN in mmagic: cv2 by the size at hand, even betas, noise counted on 0..255, the last JPEG from 5."""
    rows = FAMILY["realesrgan"] | kernels(SIGMA, generalised="U 0.5 4", plateau="U 1 2")
    gone = (
        "clamp_noise",
        "resize.antialias",
        "resize.coordinates.",
        "resize.of.",
        "resize_to_target.antialias",
    )
    root = 255**0.5
    return {key: value for key, value in rows.items() if not key.startswith(gone)} | {
        **rounds("rounded.maybe", (0, 1)),
        "quantise_blurred": "quantise",
        "resize": "cv2_resize",
        "resize.of": "input",
        "resize.filter": CV2,
        **rounds("resize.eight_bit", ("false", "true")),
        **rounds(
            "poisson_noise.scale",
            tuple(f"U {0.05 / root:.5g} {high / root:.6g}" for high in (3, 2.5)),
        ),
        **{
            f"swap_{at}": "swap_red_blue" for at in ("between", "back_between", "last", "back_last")
        },
        "tail.shuffle": "finish, saved_last",
        "saved_last.group": "swap_last, last_jpeg, swap_back_last",
        "resize_to_target": "cv2_resize",
        "resize_to_target.filter": CV2,
        "resize_to_target.eight_bit": "false",
        "last_jpeg.quality": "I 5..50",
    }


def apisr() -> Rows:
    """Kernels and noise are Real-ESRGAN's; the resize wanders, and the codecs are several."""
    rows = FAMILY["realesrgan"]
    kept = (
        "isotropic",
        "anisotropic",
        "generalised",
        "plateau",
        "sinc",
        "kernel",
        "noise",
        "gaussian",
    )
    kept = (
        *kept,
        "poisson",
        "blurred",
        "round",
        "saved_between",
        "clamp",
        "quantise",
        "resize_to",
        "resize",
    )
    found = {k: v for k, v in rows.items() if k.startswith(kept) and k != "quantise_hr"}
    chances = (0.2, 0.7, 0.1)
    found |= rounds("resize.factor", (factor(chances, 0.1, 1.2), factor(chances, 0.15, 1.2)))
    found |= {
        "wandering.before": "[['blurred', 'noised']]",
        "wandering.shuffle": "resize, blurred, noised",
        "noised.group": "noise, clamp_noise",
        "codec_between>jpeg_between": "0.4",
        "codec_between>webp_between": "0.6",
        **coded("jpeg_between", 20, 95),
        "webp_between": "webp",
        "webp_between.quality": "I 20..95",
        **coded("last_jpeg", 20, 95),
        "last_webp": "webp",
        "last_webp.quality": "I 20..95",
        **coded("last_avif", 20, 95, "avif"),
    }
    chance = {
        "jpeg": 0.06,
        "webp": 0.1,
        "avif": 0.1,
        "mpeg2": 0.12,
        "mpeg4": 0.12,
        "h264": 0.3,
        "h265": 0.2,
    }
    found |= {f"last_codec>last_{name}": f"{each:g}" for name, each in chance.items()}
    for name, ends in {
        "mpeg2": "8..31",
        "mpeg4": "8..31",
        "h264": "23..38",
        "h265": "28..42",
    }.items():
        at = f"last_{name}"
        found |= {at: "video_frame", f"{at}.codec": name, f"{at}.quantiser": f"I {ends}"}
    return found


FAMILY |= {"mmagic_realesrgan": mmagic(), "apisr": apisr()}
