"""SEAL's second-order strings, made of their words."""

from __future__ import annotations

ROUND = (
    "Blur_1_0_9_{kind}_1.5_0.7_0.6_1.8_-0.4_0_Resize_1_0.5_{mode}_Noise_1_{grey}_{normal}_12.5_1.25"
)
SECOND = (
    "FisrtOrder_{first}_JPEG_{coded}_50.25_SecondOrder_{second}_FinalOrder_Final_{order}_{sinc}"
    "_Resize_bicubic_JPEG_64.5_.png"
)


def rounds(kind: int = 0, mode: str = "area", grey: int = 0, normal: int = 1) -> str:
    return ROUND.format(kind=kind, mode=mode, grey=grey, normal=normal)


def second(first: str = "", more: str = "", **changed: object) -> str:
    words: dict[str, object] = {"coded": 1, "order": 0, "sinc": "0_0_0"}
    return SECOND.format(first=first or rounds(), second=more or rounds(), **words | changed)
