"""Names that spandrel knows and that do not train here, each with its reason."""

from __future__ import annotations

from types import MappingProxyType

OURS = MappingProxyType({"esrgan": "rrdbnet", "compact": "srvgg", "rcan": "rcan"})
"""spandrel's name of a network that is ours too, and our name."""

_LICENCE = "its licence is restrictive, so that spandrel keeps it in another package, which is not used here"
_LOW_LIGHT = "it brightens dark photographs, which no pipeline here makes"

REASONS = MappingProxyType(
    {
        "gfpgan": "it restores aligned faces of 512 pixels by the StyleGAN2 that it is given",
        "restoreformer": "it restores aligned faces of 512 pixels by a dictionary trained before it",
        "lama": "it fills holes, and takes their mask beside the picture",
        "aurasr": "it draws a style at random in every call, so that its output is no function of the LR",
        "ipt": "it takes squares of one size alone, and is run on their overlaps by a program around it",
        "drunet": "it is told the level of the noise as a channel beside the picture",
        "mixdehazenet": "it takes haze off, which no pipeline here makes",
        "retinexformer": _LOW_LIGHT,
        "hvicidnet": _LOW_LIGHT,
        **dict.fromkeys(
            (
                *("adacode", "codeformer", "ddcolor", "femasr", "m3snet", "mat", "mirnet2"),
                *("mprnet", "restormer", "srformer"),
            ),
            _LICENCE,
        ),
    }
)
