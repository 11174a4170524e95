from __future__ import annotations

from tests.cases.case import KEY, OTHER_KEY, Case

BENT = '{"degrees":[-30,30],"scale":[0.8,1.2],"shear_x":[-5,5],"padding_mode":"reflection"}'

CASES = (
    Case(
        "kornia",
        (
            {"transform": "RandomAffine", "arguments": BENT, "key": KEY},
            {"transform": "RandomAffine", "arguments": BENT, "key": OTHER_KEY},
            {"transform": "RandomHorizontalFlip", "key": KEY},
            {"transform": "RandomGamma", "arguments": '{"gamma":[0.6,1.6]}', "key": OTHER_KEY},
            {"transform": "RandomPerspective", "key": KEY},
        ),
        tolerance=0.0,
        differentiable=False,
    ),
)
