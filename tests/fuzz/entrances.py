"""Where bytes of files come in: every module that opens or decodes one, with the readers that hunt in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.seeds import ROOT

OPENING = frozenset(
    {"open_foreign", "read_foreign", "read_foreign_text", "read_text", "read_bytes", "fromfile"}
    | {"read_json", "read_json_lines", "read_tensors", "open_picture", "opened_still", "read_array"}
    | {"model_validate_json", "validate_json", "imdecode", "imread", "get_single_node", "ZipFile"}
    | {"TiffFile", "InferenceSession", "load_from_string", "safe_open", "load_file", "File"}
    | {"torch.load", "torch.jit.load", "np.load", "json.loads", "pickle.loads", "Image.open"}
    | {"PillowImage.open", "ImageCmsProfile", "loadmat", "literal_eval", "TarFile", "csv.reader"}
    | {"parquet.read_table", "tomllib.loads", "yaml.safe_load", "yaml.load", "fromstring", "XML"}
)
"""Names of calls, the last part alone or with what stands before it."""

HUNTED: dict[str, tuple[str, ...]] = {
    "degrade/foreign.py": ("pipeline", "manifest", "bank.npy"),
    "degrade/functional/banks.py": ("bank.npy", "bank.png", "noise"),
    "degrade/functional/downsamplers.py": ("downsampler", "learned"),
    "degrade/functional/hdf5_banks.py": ("bank-7.3",),
    "degrade/functional/kernel_bank.py": ("bank.npy", "bank.mat", "bank-7.3", "bank.png"),
    "degrade/functional/learned.py": ("learned",),
    "degrade/functional/noise_bank.py": ("noise",),
    "degrade/operators/base.py": ("arguments",),
    "degrade/pipeline/tree.py": ("pipeline",),
    "degrade/reader/yaml_source.py": ("pipeline", "study", "rules", "training", "trust"),
    "realsr/backbones/weights.py": ("backbone",),
    "realsr/cli/trusted.py": ("trust",),
    "realsr/conditions/labels.py": ("labels",),
    "realsr/files/json_lines.py": ("json-lines", "scores"),
    "realsr/files/archives.py": ("model.pth", "model.pt"),
    "realsr/files/tensors.py": ("model.pth", "backbone", "state"),
    "realsr/images/failures.py": ("records-of-pictures",),
    "realsr/images/own.py": ("records-of-pictures",),
    "realsr/images/png_stills.py": ("picture.png",),
    "realsr/images/profiles.py": ("picture.png", "picture.jpg"),
    "realsr/images/reading.py": ("picture.png", "picture-as-it-is", "picture-measured"),
    "realsr/images/tiff_layout.py": ("picture.tif",),
    "realsr/inference/foreign.py": ("model.pt", "model.onnx"),
    "realsr/inference/loading.py": ("model.pt", "model.pth", "model.safetensors"),
    "realsr/inference/pictures.py": ("picture-as-it-is",),
    "realsr/inference/record.py": ("request",),
    "realsr/interop/onnx_files.py": ("model.onnx",),
    "realsr/measuring/kept.py": ("measured",),
    "realsr/measuring/reading.py": ("picture-measured",),
    "realsr/metrics/niqe.py": ("niqe.npz", "niqe.mat"),
    "realsr/models/cards.py": ("model.safetensors",),
    "realsr/models/checkpoints.py": ("model.pth",),
    "realsr/pairs/manifest.py": ("manifest", "journal"),
    "realsr/pairs/store/packed.py": ("pairs.tar", "pairs.lmdb"),
    "realsr/pairs/store/lmdb_files.py": ("pairs.lmdb",),
    "realsr/pairs/store/parquet_files.py": ("pairs.parquet",),
    "realsr/pairs/store/tar_shards.py": ("pairs.tar",),
    "realsr/pairs/store/table.py": ("store-mark",),
    "realsr/rating/rater_file.py": ("ratings",),
    "realsr/robustness/cases/case_folder.py": ("cases",),
    "realsr/robustness/cases/freezing.py": ("frozen-set",),
    "realsr/robustness/results/store.py": ("run",),
    "realsr/robustness/results/sweeps.py": ("sweeps",),
    "realsr/robustness/running/cache.py": ("cache",),
    "realsr/robustness/running/changes.py": ("changes",),
    "realsr/robustness/running/pictures.py": ("kept-pictures",),
    "realsr/robustness/study/rules.py": ("rules",),
    "realsr/robustness/study/study.py": ("study",),
    "realsr/sheets/stored.py": ("sheet",),
    "realsr/training/checkpoints.py": ("state",),
    "realsr/training/config_file.py": ("training", "ranking"),
    "realsr/training/data_record.py": ("data-record",),
    "realsr/training/grading.py": ("scores",),
    "realsr/training/resuming.py": ("resumed",),
    "realsr/training/logs.py": ("log", "log-gone-on"),
}
"""By module: the readers whose hunts go through it."""

NOT_HUNTED = {
    "degrade/functional/albumentations_transform.py": "arguments that a manifest's trace holds, as text",
    "degrade/functional/kornia_transforms.py": "arguments that a manifest's trace holds, as text",
    "degrade/functional/codec.py": "what was encoded a moment before",
    "degrade/functional/pillow_file.py": "what was encoded a moment before",
    "degrade/functional/webp.py": "what was encoded a moment before",
    "degrade/pipeline/named.py": "pipelines of the package",
    "realsr/cli/actions/doctor.py": "what was encoded a moment before",
    "realsr/cli/actions/foreign_pipelines.py": "text that the readers of realesrgan and seal are given",
    "realsr/demos/photographs.py": "photographs of the package",
    "realsr/estimation/pair/encoding.py": "what was encoded a moment before",
    "realsr/estimation/single/network.py": "weights of the package, by their digest",
    "realsr/files/prints.py": "digests of bytes that nobody interprets",
    "realsr/inference/memory.py": "the system's own",
    "realsr/ganlab/lab/laboratory.py": "records of its own folder, by its own run",
    "realsr/training/post_mortem.py": "a record that a training of the same person left; faults: tests/training/test_post_mortem.py",
    "realsr/images/stored.py": "opens what realsr/images/reading.py decodes",
    "realsr/measuring/sampling.py": "opens what realsr/images/reading.py decodes",
    "realsr/measuring/summary.py": "text that was made a moment before",
    "realsr/pairs/changed.py": "digests of bytes that nobody interprets",
    "realsr/pairs/converting.py": "copies bytes that nobody interprets",
    "realsr/pairs/store/books.py": "compares bytes with its own",
    "realsr/rating/stimuli.py": "opens what realsr/images/reading.py decodes",
    "realsr/robustness/after/merge.py": "copies bytes that nobody interprets",
    "realsr/robustness/page/pictures.py": "opens what realsr/images/reading.py decodes",
    "realsr/robustness/running/contestants.py": "digests of bytes that nobody interprets",
    "realsr/rows.py": "a program that the person typed",
}
"""By module: why no hunt goes there."""


def entrances() -> Iterator[str]:
    """Every module that calls one of these names."""
    for library in ("degrade", "realsr"):
        for path in sorted((ROOT / library).rglob("*.py")):
            if OPENING & set(_called(path)):
                yield path.relative_to(ROOT).as_posix()


def _called(path: Path) -> Iterator[str]:
    """The names of all calls: `load`, and `torch.load`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            text = ast.unparse(node.func)
            yield text
            yield text.rpartition(".")[2]
