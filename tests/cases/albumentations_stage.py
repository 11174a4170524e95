from __future__ import annotations

from tests.cases.case import KEY, OTHER_KEY, Case

CASES = (
    Case(
        "albumentations",
        (
            {"transform": "Affine", "arguments": '{"rotate":[-30,30]}', "key": KEY},
            {"transform": "HorizontalFlip", "key": KEY},
            {"transform": "RandomGamma", "arguments": '{"gamma_limit":[60,160]}', "key": OTHER_KEY},
            {"transform": "ElasticTransform", "arguments": '{"alpha":20}', "key": KEY},
        ),
        tolerance=0.0,
        differentiable=False,
    ),
)
