"""Finding sources and naming them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from realsr.files.errors import RequestError
from realsr.images.sources import discover, why_unsafe


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def ids(*roots: Path) -> list[str]:
    return [source.id for source in discover(roots).sources]


def test_ids_are_paths_below_their_root_without_extension(tmp_path: Path) -> None:
    for name in ("z.PNG", "a.jpg", "b/c.Tiff", "b/d.e.webp", "B.bmp"):
        touch(tmp_path / name)
    assert ids(tmp_path) == ["B", "a", "b/c", "b/d.e", "z"]
    assert [source.stem for source in discover([tmp_path]).sources][2] == "b__c"


def test_a_file_goes_by_its_name(tmp_path: Path) -> None:
    assert ids(touch(tmp_path / "deep" / "x.png"), touch(tmp_path / "a.jpeg")) == ["a", "x"]


def test_others_and_hidden_files_are_counted(tmp_path: Path) -> None:
    for name in ("a.png", "notes.txt", "b.gif", "._a.png", ".hidden/c.png", "none"):
        touch(tmp_path / name)
    found = discover([tmp_path])
    assert [source.id for source in found.sources] == ["a"]
    assert found.ignored == 5


def test_a_directory_named_like_an_image_is_a_source_and_not_entered(tmp_path: Path) -> None:
    touch(tmp_path / "x.png" / "inside.png")
    assert ids(tmp_path) == ["x"]


def test_the_output_folder_is_not_a_source(tmp_path: Path) -> None:
    touch(tmp_path / "a.png")
    out = touch(tmp_path / "out" / "hr" / "a.png").parents[1]
    assert [source.id for source in discover([tmp_path], leave_out=out).sources] == ["a"]


def test_a_link_in_a_circle_ends(tmp_path: Path) -> None:
    touch(tmp_path / "a.png")
    (tmp_path / "again").symlink_to(tmp_path)
    assert ids(tmp_path) == ["a"]


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [("a.png", "a.jpg", "source id"), ("a/b.png", "a__b.png", "key")],
)
def test_clashes_name_both_paths(tmp_path: Path, first: str, second: str, kind: str) -> None:
    paths = touch(tmp_path / first), touch(tmp_path / second)
    with pytest.raises(RequestError, match=kind) as caught:
        discover([tmp_path])
    assert all(str(path) in str(caught.value) for path in paths)


def test_two_roots_clash(tmp_path: Path) -> None:
    touch(tmp_path / "one" / "a.png")
    touch(tmp_path / "two" / "a.png")
    with pytest.raises(RequestError, match="the same source id 'a'"):
        discover([tmp_path / "one", tmp_path / "two"])


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a\nb.png", "cannot be printed"),
        ("a\\b.png", "path separator"),
        ("x" * 200 + ".png", "longer than 180 bytes"),
        ("ä" * 100 + ".png", "longer than 180 bytes"),
    ],
)
def test_names_that_cannot_be_keys_say_why(tmp_path: Path, name: str, why: str) -> None:
    touch(tmp_path / name)
    touch(tmp_path / "sound.png")
    faults = {source.path.name: source.fault for source in discover([tmp_path]).sources}
    assert faults.pop("sound.png") is None
    assert why in str(faults[name])


def test_undecodable_names_say_why(tmp_path: Path) -> None:
    (tmp_path / "bad\udcff.png").write_bytes(b"x")
    [source] = discover([tmp_path]).sources
    assert "cannot be printed" in str(source.fault)


@pytest.mark.parametrize(
    "name",
    [
        "Screenshot 2024-01-01 at 3.04.05\u202fPM",
        "a\u00a0b",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "12:30",
        "späße 日本",
    ],
)
def test_common_names_can_be_keys(tmp_path: Path, name: str) -> None:
    touch(tmp_path / f"{name}.png")
    [source] = discover([tmp_path]).sources
    assert source.fault is None


@pytest.mark.parametrize(
    "key", ["", ".a", "..", "a/b", "../a", "/a", "a\\b", "a\0b", "a\u202eb", "a\u2028b", "\udcff"]
)
def test_unsafe_keys(key: str) -> None:
    assert why_unsafe(key)


def test_a_colon_is_refused_where_it_names_a_drive(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("realsr.images.sources.os.name", "nt")
        reason = why_unsafe("c:a")
    assert "a drive or a stream" in str(reason)


def test_a_link_to_itself_is_passed_over_or_fails_by_name(tmp_path: Path) -> None:
    touch(tmp_path / "a.png")
    (tmp_path / "self.png").symlink_to("self.png")
    (tmp_path / "self").symlink_to("self")
    found = discover([tmp_path])
    assert [source.id for source in found.sources] == ["a", "self"]
    assert found.ignored == 1


def test_a_root_that_is_a_broken_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(RequestError, match="is a broken link"):
        discover([tmp_path / "link"])


def test_a_root_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="does not exist"):
        discover([tmp_path / "absent"])


def test_our_own_results_are_no_photographs(tmp_path: Path) -> None:
    for name in (
        "a.png",
        "pairs/hr/b.png",
        "run/images/c.png",
        "big/d.png",
        "inner/e.png",
        "f_x4.png",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    for mark in (
        "pairs/manifest.jsonl",
        "pairs/pipeline.yaml",
        "run/.realsr.lock",
        "big/upscale.json",
    ):
        (tmp_path / mark).touch()
    beside = tmp_path / ".realsr-upscale_x4"
    beside.mkdir()
    (beside / "results.jsonl").write_text(
        '{"source":"f","sha256":"","file":"f_x4.png","bytes":0}\n{"sour'
    )
    found = discover([tmp_path])
    assert [source.id for source in found.sources] == ["a", "inner/e"]
    assert found.ignored == 4
    assert [source.id for source in discover([tmp_path / "big"]).sources] == ["d"]
    assert [source.id for source in discover([tmp_path / "pairs" / "hr"]).sources] == ["b"]
    with pytest.raises(RequestError, match=r"a folder of pairs that make-pairs wrote; give .*hr"):
        discover([tmp_path / "pairs"])


def test_a_subfolder_that_cannot_be_listed_is_a_source_that_fails_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    (tmp_path / "a.png").touch()
    real = os.scandir

    def scandir(path: Path | str) -> object:
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = {source.id: source.fault for source in discover([tmp_path]).sources}
    assert found["a"] is None
    assert "cannot be listed" in str(found["closed/"])
    with pytest.raises(RequestError, match="cannot list"):
        discover([closed])
