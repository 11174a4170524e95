"""BSRGAN and its plus form, DiffBIR, traiNNer-redux, and the classical settings."""

from __future__ import annotations

from tests.degrade.published.second_order import END, SHARPENED, Rows, coded, gaussian

CV2 = "linear or cubic or area"


def cv2_resize(
    label: str, factor: str, *, of: str = "", modes: str = CV2, floor: bool = True
) -> Rows:
    return {
        label: "cv2_resize",
        f"{label}.factor": factor,
        **({f"{label}.of": of} if of else {}),
        f"{label}.filter": modes,
        **({f"{label}.rounding": "floor"} if floor else {}),
        f"{label}.eight_bit": "false",
    }


def blur(number: str, end: str, scale: int) -> Rows:
    """add_blur: variances of the axes U(0, 4 + s), or one deviation U(0, 2 + 0.2 s); begun at 1e-6."""
    name, found = f"blur_{number}{end}", Rows()
    for kind, sigma in (
        ("anisotropic", f"U^0.5 1e-06 {4 + scale}"),
        ("isotropic", f"U 1e-06 {2 + 0.2 * scale:g}"),
    ):
        label = f"{kind}_{number}{end}"
        found |= gaussian(label, sigma, "I 7..25 by 2") | {f"{name}>{label}": "0.5"}
        if kind == "anisotropic":
            found[f"{label}.angle"] = "U 0 pi"
    return found


def correlated(label: str) -> Rows:
    """The level drawn is ignored: 25; eigenvalues and a frame of U(0, 1)."""
    shares = [f"d_{i}" for i in "123"] + [f"m_{i}{j}" for i in "123" for j in "123"]
    found = {label: "bsrgan_correlated_noise", f"{label}.sigma_255": "25"}
    return found | {f"{label}.{each}": "U 0 1" for each in shares}


def levels(label: str, operator: str) -> Rows:
    return {label: operator, f"{label}.sigma_255": "I 2..25", f"{label}.grey": "true or false"}


def bsrgan_steps(end: str, scale: int) -> Rows:
    """The shuffled steps for a scale (degradation_bsrgan)."""
    names = ("blur_1", "blur_2", "down_2", "down_3", "noisy", "coded")
    return {
        f"steps{end}.before": str([[f"down_2{end}", f"down_3{end}"]]),
        f"steps{end}.shuffle": ", ".join(f"{name}{end}" for name in names),
        **blur("1", end, scale),
        **blur("2", end, scale),
        f"down_2{end}.group": f"reduction{end}, clamp_down_2{end}",
        f"reduction{end}>divide{end}": "0.75",
        **cv2_resize(f"divide{end}", f"U^-1 1 {2 * scale}"),
        f"reduction{end}>blur_to_decimate{end}": "0.25",
        f"blur_to_decimate{end}": "gaussian_blur",
        f"blur_to_decimate{end}.size": "25",
        f"blur_to_decimate{end}.sigma_x": f"U 0.1 {0.6 * scale:g}",
        f"blur_to_decimate{end}.sigma_y": "as sigma_x",
        f"decimate{end}": "resize",
        f"decimate{end}.factor": f"{1 / scale:g}",
        f"decimate{end}.filter": "bilinear",
        f"decimate{end}.antialias": "false",
        f"decimate{end}.rounding": "floor",
        f"clamp_down_2{end}": "clamp",
        f"down_3{end}.group": f"resize_to_target{end}, clamp_down_3{end}",
        **cv2_resize(f"resize_to_target{end}", "1", of="target"),
        f"clamp_down_3{end}": "clamp",
        f"noisy{end}.group": f"noise{end}, clamp_noise{end}",
        f"noise{end}>gaussian{end}": "0.8",
        f"noise{end}>correlated{end}": "0.2",
        **levels(f"gaussian{end}", "gaussian_noise"),
        **correlated(f"correlated{end}"),
        f"clamp_noise{end}": "clamp",
        f"coded{end}.maybe": "0.9",
        **coded(f"jpeg{end}", 30, 95),
    }


BSRGAN = {
    "scheme>steps": "0.75",
    **bsrgan_steps("", 4),
    "scheme>halve": "0.25",
    "halve>halve_cv2": "0.5",
    **cv2_resize("halve_cv2", "0.5"),
    "halve>halve_matlab": "0.5",
    "halve_matlab": "matlab_bicubic_double",
    "halve_matlab.factor": "0.5",
    "clamp_halved": "clamp",
    **bsrgan_steps("_halved", 2),
    **coded("last_jpeg", 30, 95),
}


def plus_half(number: str, end: str) -> Rows:
    """Blur, resize, and the noises, of which Poisson and speckle run in a tenth of the cases each."""
    at = f"{number}{end}"
    found = blur(number, end, 4)
    found |= {
        f"resized_{at}.group": f"resize_{at}, clamp_resize_{at}",
        f"clamp_resize_{at}": "clamp",
    }
    found |= cv2_resize(f"resize_{at}", "0.2 U 1 2 | 0.7 U 0.125 1 | 0.1 1")
    found |= {
        f"noisy_{at}.group": f"gaussian_kind_{at}, clamp_gaussian_{at}",
        f"gaussian_kind_{at}>gaussian_{at}": "0.8",
        f"gaussian_kind_{at}>gaussian_correlated_{at}": "0.2",
        **levels(f"gaussian_{at}", "gaussian_noise"),
        **correlated(f"gaussian_correlated_{at}"),
        f"clamp_gaussian_{at}": "clamp",
        f"shot_{at}.maybe": "0.1",
        f"clamp_shot_{at}": "clamp",
        f"quantise_shot_{at}": "quantise",
        f"poisson_{at}": "poisson_noise",
        f"poisson_{at}.count": "L 100 10000",
        f"poisson_{at}.grey": "true or false",
        f"clamp_poisson_{at}": "clamp",
        f"speckled_{at}.maybe": "0.1",
        f"clamp_to_speckle_{at}": "clamp",
        f"speckle_kind_{at}>speckle_{at}": "0.8",
        f"speckle_kind_{at}>speckle_correlated_{at}": "0.2",
        **levels(f"speckle_{at}", "speckle_noise"),
        **correlated(f"speckle_correlated_{at}"),
        f"speckle_correlated_{at}.speckle": "true",
        f"clamp_speckle_{at}": "clamp",
    }
    if end:
        noises = ", ".join(f"{name}_{at}" for name in ("noisy", "shot", "speckled"))
        found[f"noises_{number}.shuffle"] = noises
    return found


PLUS_STEPS = ("blur", "resized", "noisy", "shot", "speckled")
BSRGAN_PLUS = {
    **SHARPENED,
    "scheme>every_step": "0.5",
    "every_step.shuffle": ", ".join(
        [
            *(f"{each}_1" for each in PLUS_STEPS),
            "jpeg_between",
            *(f"{each}_2" for each in PLUS_STEPS),
        ]
    ),
    **plus_half("1", ""),
    **plus_half("2", ""),
    **coded("jpeg_between", 30, 95),
    "scheme>blur_1_in_order": "0.5",
    **plus_half("1", "_in_order"),
    **plus_half("2", "_in_order"),
    **coded("jpeg_between_in_order", 30, 95),
    **cv2_resize("resize_to_target", "1", of="target"),
    **coded("last_jpeg", 30, 95),
}

DIFFBIR = {
    "kernel>isotropic": "0.5",
    "kernel>anisotropic": "0.5",
    **gaussian("isotropic", "U 0.1 12", "41"),
    **gaussian("anisotropic", "U 0.1 12", "41"),
    **cv2_resize("shrink", "U^-1 1 12", of="input", modes="linear"),
    "gaussian_noise": "gaussian_noise",
    "gaussian_noise.sigma_255": "U 0 15",
    "clamp_noise": "clamp",
    **coded("jpeg", 30, 100),
    **cv2_resize("resize_back", "1", of="target", modes="linear", floor=False),
    **END,
}
"""A division by U(1, 12), then back to the target."""


def trainner_resize(label: str, factor: str, of: str, *, floor: bool = False) -> Rows:
    return {
        label: "resize",
        f"{label}.factor": factor,
        f"{label}.of": of,
        f"{label}.filter": "bilinear or bicubic or nearest or lanczos3",
        f"{label}.antialias": "true",
        **({f"{label}.rounding": "floor"} if floor else {}),
    }


TRAINNER_REDUX = {
    "resized_first.maybe": "0.9",
    **trainner_resize("resize_first", f"{2 / 9:.6g} U 1 1.5 | {7 / 9:.6g} U 0.4 1", "input"),
    "clamp_first": "clamp",
    **coded("jpeg_between", 75, 95),
    "resized_second.maybe": "0.7",
    **trainner_resize(
        "resize_second", f"{3 / 7:.6g} U 1 1.2 | {4 / 7:.6g} U 0.6 1", "target", floor=True
    ),
    "clamp_second": "clamp",
    "tail.shuffle": "resize_to_target, last_jpeg",
    **trainner_resize("resize_to_target", "1", "target"),
    **coded("last_jpeg", 75, 95),
    **END,
}
"""Up 0.2, down 0.7, keep 0.1, then 0.3, 0.4, 0.3: `keep` skips the step."""

MATLAB = {
    "matlab_bicubic": "matlab_bicubic",
    "matlab_bicubic.factor": "1",
    "matlab_bicubic.of": "target",
}


def strided(step: int, phase: int = 0) -> Rows:
    found = {"nearest_strided": "nearest_strided", "nearest_strided.step": str(step)}
    phases = {f"nearest_strided.phase_{axis}": str(phase) for axis in "yx"}
    return found | (phases if phase else {})


def blurred(size: int, sigma: str, sigma_y: str) -> Rows:
    return {
        "gaussian_blur": "gaussian_blur",
        "gaussian_blur.size": str(size),
        "gaussian_blur.sigma_x": sigma,
        "gaussian_blur.sigma_y": sigma_y,
        "gaussian_blur.angle": "0",
    }


CLASSICAL: dict[str, Rows] = {
    "bicubic": MATLAB,
    "dn_x3": {
        **MATLAB,
        "gaussian_noise": "gaussian_noise",
        "gaussian_noise.sigma_255": "30",
        **END,
    },
    "bd_x3": {
        **blurred(7, "1.6", "1.6"),
        "gaussian_blur.border": "replicate",
        **strided(3, 1),
        "quantise": "quantise",
    },
    "gaussian8": {
        **blurred(21, " or ".join(f"{1.8 + 0.2 * k:.6g}" for k in range(8)), "as sigma_x"),
        "resize": "resize",
        "resize.factor": "1",
        "resize.of": "target",
        "resize.filter": "bicubic",
        "resize.antialias": "true",
        **END,
    },
    "div2krk": {
        "noisy_kernel_blur": "noisy_kernel_blur",
        "noisy_kernel_blur.size": "11",
        "noisy_kernel_blur.sigma_x": "U^0.5 0.6 5",
        "noisy_kernel_blur.sigma_y": "U^0.5 0.6 5",
        "noisy_kernel_blur.angle": "U -pi pi",
        "noisy_kernel_blur.noise": "0.25",
        "noisy_kernel_blur.centre_y": "0.5",
        "noisy_kernel_blur.centre_x": "0.5",
        **strided(2),
        **END,
    },
}
"""BI, DN and BD (Zhang et al. 2018), Gaussian8 (IKC), DIV2KRK (KernelGAN)."""

OTHERS: dict[str, Rows] = {
    "bsrgan": BSRGAN,
    "bsrgan_plus": BSRGAN_PLUS,
    "diffbir": DIFFBIR,
    "trainner_redux": TRAINNER_REDUX,
    **CLASSICAL,
}
