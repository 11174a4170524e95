from __future__ import annotations

from tests.cases.case import KEY, OTHER_KEY, Case

CASES = (
    Case(
        "analogue_video",
        (
            {"key": KEY},
            {
                "composite": 1.0,
                "peaking": 0.8,
                "jitter_px": 0.7,
                "hue_sigma": 0.2,
                "luma_noise_255": 6.0,
                "chroma_noise_255": 9.0,
                "key": OTHER_KEY,
            },
            {
                "luma_cutoff": 0.4,
                "chroma_cutoff": 0.1,
                "composite": 0.5,
                "subcarrier_px": 3.0,
                "subcarrier_phase": 0.3,
                "chroma_delay_px": 1.7,
                "jitter_px": 0.2,
                "key": KEY,
            },
            {
                "peaking": 2.0,
                "hue_sigma": 0.5,
                "jitter_px": 1.5,
                "luma_noise_255": 12.0,
                "key": OTHER_KEY,
            },
        ),
    ),
)
