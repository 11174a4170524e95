"""Kernel banks: files of every kind, centring, the declared shift, and what is refused."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from scipy import io, ndimage

from degrade.errors import TraceError
from degrade.functional.banks import bank_digest
from degrade.functional.kernel_bank import centred_kernel, read_bank
from degrade.geometry import Frame, Size
from degrade.operators.kernel_bank import KERNEL_BANK_BLUR, KernelBankBlurParameters
from tests.cases import BANK, BANK_DIGEST
from tests.forms import fast

SIZE = Size(64, 64)


def record(index: int, **more: Any) -> KernelBankBlurParameters:
    values = {"folder": BANK, "digest": BANK_DIGEST, "index": index, **more}
    return KernelBankBlurParameters(**values)


def blob(row: float, column: float) -> np.ndarray:
    y, x = np.mgrid[:64, :64]
    spot = np.exp(-((y - row) ** 2 + (x - column) ** 2) / 18.0)
    return spot[..., None].astype(np.float32)


def centroid(image: np.ndarray) -> np.ndarray:
    y, x = np.mgrid[:64, :64]
    plane = image[..., 0].astype(np.float64)
    return np.array([(plane * y).sum(), (plane * x).sum()]) / plane.sum()


@pytest.mark.parametrize("index", [0, 1, 2])
@pytest.mark.parametrize("subpixel", [True, False])
def test_the_declared_shift_is_the_measured_one(index: int, subpixel: bool) -> None:
    one = record(index, subpixel=subpixel)
    place = KERNEL_BANK_BLUR.facts.place(one, Frame(SIZE, SIZE))
    image = blob(31.3, 30.8)
    shifts = np.array([place.y.shift, place.x.shift])
    assert np.abs(shifts).max() <= 0.5
    assert subpixel == (np.abs(shifts).max() == 0.0)
    # Output pixel i shows input position i + shift.
    found = centroid(image) - centroid(fast(KERNEL_BANK_BLUR, image, one))
    np.testing.assert_allclose(found, shifts, atol=1e-4)


def test_a_stored_kernel_is_the_picture_of_a_point() -> None:
    stored = read_bank(BANK)[2]
    image = np.zeros((64, 64, 1), np.float32)
    image[30, 30] = 1.0
    seen = fast(KERNEL_BANK_BLUR, image, record(2, subpixel=False))[..., 0]
    expected = np.zeros((64, 64))
    expected[30, 30] = 1.0
    expected = ndimage.convolve(expected, stored / stored.sum(), mode="mirror")
    shifts = [
        (dy, dx)
        for dy in range(-4, 5)
        for dx in range(-4, 5)
        if np.abs(np.roll(expected, (dy, dx), (0, 1)) - seen).max() < 1e-6
    ]
    assert len(shifts) == 1


def test_an_even_kernel_of_equal_values_has_no_shift() -> None:
    kernel, shift = centred_kernel(np.ones((4, 4)), subpixel=True)
    assert shift == (0.0, 0.0)
    np.testing.assert_allclose(kernel[2], np.array([0.5, 1, 1, 1, 0.5]) / 16)


def test_files_of_every_kind(tmp_path: Path) -> None:
    kernels = np.random.default_rng(0).random((3, 5, 7))
    np.save(tmp_path / "a.npy", kernels[:2])
    cells = np.empty((1, 1), object)
    cells[0, 0] = kernels[2]
    io.savemat(tmp_path / "b.mat", {"kernels": cells})
    (tmp_path / "notes.txt").write_text("not a kernel")
    found = read_bank(str(tmp_path))
    assert len(found) == 3
    np.testing.assert_array_equal(np.stack(found), kernels)
    assert bank_digest(found) == bank_digest(list(kernels))
    assert bank_digest(found[::-1]) != bank_digest(found)


def test_what_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match=BANK_DIGEST):
        fast(KERNEL_BANK_BLUR, blob(3, 3), record(0, digest="0" * 64))
    with pytest.raises(TraceError, match="expected 0 to 2"):
        fast(KERNEL_BANK_BLUR, blob(3, 3), record(3))
    with pytest.raises(TraceError, match="no such file"):
        fast(KERNEL_BANK_BLUR, blob(3, 3), record(0, folder=str(tmp_path / "none.npy")))
    with pytest.raises(TraceError, match="no kernels found"):
        fast(KERNEL_BANK_BLUR, blob(3, 3), record(0, folder=str(tmp_path)))
    with pytest.raises(ValueError, match="sum 0"):
        centred_kernel(np.zeros((3, 3)), subpixel=True)
    with pytest.raises(ValueError, match="crop"):
        centred_kernel(np.ones((200, 200)), subpixel=True)
    np.save(tmp_path / "pickle.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(TraceError):
        fast(KERNEL_BANK_BLUR, blob(3, 3), record(0, folder=str(tmp_path)))


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("kair/kernels_12.mat", 12),
        ("kair/kernels_bicubicx234.mat", 3),
        ("kair/k_large_1.png", 1),
        ("kair/k_large_2.png", 1),
        ("kair/Levin09.mat", 8),
        ("dpsr", 56),
    ],
)
def test_published_banks(shared_data: Path, name: str, count: int) -> None:
    path = str(shared_data / "golden" / "kernels" / name)
    kernels = read_bank(path)
    assert len(kernels) == count
    digest = bank_digest(kernels)
    image = blob(32.0, 31.0)
    for index in range(0, count, 5):
        values = {"folder": path, "digest": digest, "index": index}
        out = fast(KERNEL_BANK_BLUR, image, KernelBankBlurParameters(**values))
        kernel = centred_kernel(kernels[index], subpixel=True)[0]
        offsets = np.arange(len(kernel)) - len(kernel) // 2
        assert kernel.sum() == pytest.approx(1.0, abs=1e-12)
        assert abs((kernel.sum(0) * offsets).sum()) < 1e-9
        assert abs((kernel.sum(1) * offsets).sum()) < 1e-9
        if len(kernel) < 30:
            np.testing.assert_allclose(centroid(out), centroid(image), atol=0.01)


def test_a_picture_has_bounds_before_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(
        ">IIBBBBB", 30_000, 30_000, 16, 0, 0, 0, 0
    )
    (tmp_path / "large.png").write_bytes(head)
    with pytest.raises(ValueError, match="30000x30000"):
        read_bank(str(tmp_path / "large.png"))
    sound = cv2.imencode(".png", np.ones((3, 3), np.uint16))[1].tobytes()
    for kind in (b"IDAT", b"tEXt"):  # 4 GB of it, says the chunk
        (tmp_path / "long.png").write_bytes(sound[:33] + b"\xff" * 4 + kind + sound[41:])
        with monkeypatch.context() as patch:
            patch.setattr(cv2, "imdecode", None)
            with pytest.raises(ValueError, match="expected a grey PNG"):
                read_bank(str(tmp_path / "long.png"))
    other = cv2.imencode(".tif", np.ones((3, 3), np.uint8))[1].tobytes()
    (tmp_path / "other.png").write_bytes(other)
    with pytest.raises(ValueError, match="expected a grey PNG"):
        read_bank(str(tmp_path / "other.png"))
