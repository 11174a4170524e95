from __future__ import annotations

from tests.cases.case import KEY, OTHER_KEY, Case

CASES = (
    Case(
        "bayer_demosaic",
        (
            {"pattern": "rggb", "method": "menon"},
            {"pattern": "bggr", "method": "malvar"},
            {"pattern": "grbg", "method": "bilinear"},
            {"pattern": "gbrg", "method": "menon"},
        ),
    ),
    Case(
        "camera",
        (
            {"log_shot": -9.2, "log_read": -18.0, "key": KEY, "method": "menon"},
            {
                "log_shot": -4.5,
                "log_read": -8.6,
                "key": OTHER_KEY,
                "exposure": 1.1,
                "pattern": "gbrg",
                "tone": False,
            },
            {
                "log_shot": -6.0,
                "log_read": -12.0,
                "key": KEY,
                "red_gain": 1.2,
                "nexus_6p": 0.0,
                "pattern": "bggr",
                "method": "bilinear",
                "clip": False,
            },
            {
                "log_shot": -7.0,
                "log_read": -14.0,
                "key": OTHER_KEY,
                "exposure": 0.5,
                **dict.fromkeys(("nexus_6p", "sony_a7r", "olympus_em10", "sony_rx100"), 0.0),
                "pattern": "grbg",
                "method": "menon",
            },
        ),
    ),
)
