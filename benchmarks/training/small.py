"""Small networks of every kind whose code is spandrel's: arguments as spandrel reads them back from a file."""

from __future__ import annotations

from typing import Any

from realsr.models.elsewhere.entries import ENTRIES

_ONE_LAYER: dict[str, Any] = {"embed_dim": 12, "depths": [2], "num_heads": [2], "window_size": 4}
_U: dict[str, Any] = {
    "width": 8,
    "middle_blk_num": 1,
    "enc_blk_nums": [1, 1],
    "dec_blk_nums": [1, 1],
}

SMALL: dict[str, dict[str, Any]] = {
    "atd": {**_ONE_LAYER, "num_tokens": 8, "reducted_dim": 4},
    "craft": {
        "embed_dim": 12,
        "depths": [1],
        "num_heads": [2],
        "split_size_0": 4,
        "split_size_1": 4,
    },
    "dat": {"embed_dim": 16, "depth": [2], "num_heads": [2], "split_size": [4, 8]},
    "dctlsa": {"nf": 10},
    "ditn": {"dim": 12, "ITL_blocks": 1, "SAL_blocks": 1},
    "drct": {"embed_dim": 12, "depths": [6], "num_heads": [2], "window_size": 4, "gc": 4},
    "fdat": {
        "embed_dim": 16,
        "num_groups": 1,
        "depth_per_group": 1,
        "num_heads": 2,
        "window_size": 4,
        "mid_dim": 16,
    },
    "grl": {
        "embed_dim": 36,
        "depths": [2],
        "num_heads_window": [2],
        "num_heads_stripe": [2],
        "mlp_ratio": 1.0,
        "local_connection": False,
    },
    "hat": {
        "embed_dim": 24,
        "depths": [1],
        "num_heads": [2],
        "window_size": 4,
        "num_feat": 16,
        "squeeze_factor": 4,
    },
    "mmrealsr": {
        "num_feat": 16,
        "num_block": 1,
        "num_grow_ch": 8,
        "num_feats": [8, 8, 8, 512],
        "num_blocks": [1, 1, 1, 1],
    },
    "moesr": {"dim": 16, "n_blocks": 1, "n_block": 1},
    "mosr": {"dim": 16, "n_block": 1},
    "omnisr": {"num_feat": 16, "res_num": 1, "window_size": 4},
    "plksr": {"dim": 16, "n_blocks": 1, "kernel_size": 5},
    "realplksr": {"dim": 16, "n_blocks": 1, "kernel_size": 5},
    "realcugan": {},
    "rgt": {"embed_dim": 12, "depth": [2], "num_heads": [2], "split_size": [4, 8]},
    "safmn": {"dim": 16, "n_blocks": 1},
    "seemore": {"embedding_dim": 16, "num_layers": 1, "num_experts": 3},
    "span": {"feature_channels": 12},
    "swiftsrgan": {"num_channels": 16, "num_blocks": 1},
    "swin2sr": _ONE_LAYER,
    "swinir": _ONE_LAYER,
    "dncnn": {"nc": 12, "nb": 4},
    "fbcnn": {"nc": [8, 8, 8, 512], "nb": 2},
    "fftformer": {"dim": 8, "num_blocks": [1, 1, 1], "num_refinement_blocks": 1},
    "kbnet_s": _U,
    "kbnet_l": {
        "dim": 24,
        "ffn_expansion_factor": 1.0,
        "num_blocks": [1, 1, 1, 1],
        "num_refinement_blocks": 1,
    },
    "nafnet": _U,
    "safmnbcie": {"dim": 16, "n_blocks": 1, "num_layers": 1},
    "scunet": {"config": [1] * 7},
    "uformer": {"embed_dim": 8, "depths": [1] * 9},
}

LEAST = {
    entry.name: min(s for s in (*entry.scales, 9) if s > 1 or entry.scales == (1,))
    for entry in ENTRIES
}
"""The least scale by which each enlarges; 1 of those that keep the size."""
