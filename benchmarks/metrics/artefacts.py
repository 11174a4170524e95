"""Which map finds which planted artefact: areas under the ROC curve, on scikit-image's photographs.

python -m benchmarks.metrics.artefacts. Artefacts are planted into a sharpened answer to an LR of half the size;
the sibling, against which the maps are drawn, is bicubic interpolation of the same LR.
"""

from __future__ import annotations

import numpy as np

from realsr.metrics.interpolation import cut_to_multiple, enlarged, reduced
from realsr.metrics.planes import Picture
from realsr.metrics.planted_gan import ALL_MAPS, FINDERS, GAN_PLANTINGS, found_by_maps

PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket")
AMPLITUDES = (8.0, 16.0, 32.0)


def answers(hr: Picture) -> tuple[Picture, Picture]:
    """A sharpened answer and its sibling."""
    lr = reduced(cut_to_multiple(hr, 4), 2)
    sibling = enlarged(lr, 2)
    sharper = np.clip(1.3 * sibling - 0.3 * enlarged(reduced(lr, 2), 4), 0, 255)
    return sharper.astype(np.uint8), sibling


def areas(kind: str, amplitude: float, pictures: list[Picture]) -> dict[str, float]:
    """Of every map the least over the pictures."""
    found = [found_by_maps(kind, *answers(hr), amplitude) for hr in pictures]
    return {name: min(one[name] for one in found) for name in ALL_MAPS}


def main() -> None:
    """Prints a table; an asterisk marks the maps that must find a kind at amplitude 16."""
    from skimage import data

    pictures = [getattr(data, name)()[:240, :280] for name in PHOTOGRAPHS]
    print(f"{'planted':14}{'levels':>7}" + "".join(f"{name:>14}" for name in ALL_MAPS))
    for kind in GAN_PLANTINGS:
        for amplitude in AMPLITUDES:
            row = areas(kind, amplitude, pictures)
            told = (
                f"{value:.3f}{'*' if name in FINDERS[kind] else ' '}" for name, value in row.items()
            )
            print(f"{kind:14}{amplitude:7g}" + "".join(f"{word:>14}" for word in told))


if __name__ == "__main__":
    main()
