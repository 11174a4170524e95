"""The rating page in a real browser: from the first picture to the analysis, closed, killed, two at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from realsr.cli.main import app
from tests.rating.exhibits import GRADES, MODELS, write_folders
from tests.rating.opened import OpenedStudy, opened_study

WAIT = 30_000
"""Milliseconds: a busy machine is no finding."""


class Rater:
    """A person at the page, who uses the keyboard alone. asked: addresses of all requests."""

    def __init__(self, browser: Any, address: str, **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(WAIT)
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(address)

    def begin(self, name: str) -> None:
        self.page.keyboard.type(name)
        self.page.keyboard.press("Enter")
        self.page.locator("#start").wait_for(state="hidden")

    def ready(self) -> None:
        """Until an answer can be given; answers within a quarter of a second are taken for a slip."""
        self.page.locator("#answers button:not([disabled])").first.wait_for()
        self.page.wait_for_timeout(300)

    def place(self) -> int:
        return int(self.page.locator("#place").inner_text().split()[0])

    def press(self, key: str) -> None:
        """An answer, until the next is shown."""
        self.ready()
        before = self.place()
        self.page.keyboard.press(key)
        done = self.page.locator("#done:not([hidden])")
        moved = self.page.locator("#place").filter(has_not_text=re.compile(rf"^{before} of"))
        moved.or_(done).first.wait_for(state="attached")

    @property
    def done(self) -> bool:
        return bool(self.page.locator("#done").is_visible())


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    return write_folders(tmp_path / "pictures", (*MODELS, "hr"), pictures=2, side=48)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def study(folders: list[Path], tmp_path: Path) -> Iterator[OpenedStudy]:
    with opened_study(*folders, "--out", tmp_path / "out", "--repeats", "1") as found:
        yield found


def test_from_the_first_picture_to_the_analysis_by_keyboard(
    browser: Any, study: OpenedStudy, tmp_path: Path
) -> None:
    rater = Rater(browser, study.address)
    rater.begin("ann")
    assert not [word for word in MODELS if word in rater.page.locator("#stage").inner_html()]
    header = lines(tmp_path / "out" / "ann.acr.ratings.jsonl")[0]
    for trial in header["trials"]:
        rater.press(str(GRADES[trial["models"][0]]))
    assert rater.done
    assert "All 9 answers are saved." in rater.page.locator("#done").inner_text()
    assert rater.complaints == []
    base = study.address
    assert all(url.startswith((base, "data:")) for url in rater.asked)
    assert not [word for word in (*MODELS, "/hr") if word in " ".join(rater.asked)]
    found = CliRunner().invoke(app, ["rate", "analyse", str(tmp_path / "out"), "--json"])
    models = {one["model"]: one["mos"]["value"] for one in json.loads(found.stdout)["models"]}
    assert models == {"hr": 5.0, "good": 4.0, "poor": 2.0, "bicubic": 1.0}
    rater.context.close()


def test_a_closed_page_and_a_killed_server_go_on_where_they_were(
    browser: Any, folders: list[Path], tmp_path: Path
) -> None:
    arguments = (*folders, "--out", tmp_path / "out", "--repeats", "0")
    path = tmp_path / "out" / "ann.acr.ratings.jsonl"
    with opened_study(*arguments) as first:
        rater = Rater(browser, first.address)
        rater.begin("ann")
        rater.press("3")
        rater.press("4")
        rater.context.close()
        again = Rater(browser, first.address)
        again.begin("ann")
        assert again.place() == 3
        again.press("5")
        again.ready()
        first.kill()
        again.page.keyboard.press("1")
        said = again.page.locator("#said")
        said.filter(has_text="The server does not answer").wait_for()
        assert again.place() == 4
        again.context.close()
    assert [one["answer"] for one in lines(path)[1:]] == ["3", "4", "5"]
    with opened_study(*arguments) as second:
        last = Rater(browser, second.address)
        last.begin("ann")
        assert last.place() == 4
        last.press("2")
        last.context.close()
    assert [one["answer"] for one in lines(path)[1:]] == ["3", "4", "5", "2"]


def test_two_raters_at_once_each_have_their_own(
    browser: Any, study: OpenedStudy, tmp_path: Path
) -> None:
    raters = {name: Rater(browser, study.address) for name in ("ann", "bob")}
    for name, rater in raters.items():
        rater.begin(name)
    while not all(rater.done for rater in raters.values()):
        for name, rater in raters.items():
            rater.press("4" if name == "ann" else "2")
    for name, grade in (("ann", "4"), ("bob", "2")):
        answers = lines(tmp_path / "out" / f"{name}.acr.ratings.jsonl")[1:]
        assert [one["answer"] for one in answers] == [grade] * 9
        assert [one["trial"] for one in answers] == list(range(9))
        raters[name].context.close()


def test_pairs_are_zoomed_together_and_answered_by_arrows(
    browser: Any, folders: list[Path], tmp_path: Path
) -> None:
    with opened_study(*folders, "--out", tmp_path / "out", "--pairs", "--most", "3") as study:
        rater = Rater(browser, f"{study.address}#cy")
        rater.page.keyboard.press("Enter")
        rater.ready()
        images = rater.page.locator("#stage img")
        assert images.count() == 2
        rater.page.keyboard.press("+")
        rater.page.keyboard.press("+")
        rater.page.keyboard.press("Shift+ArrowRight")
        shapes = [
            images.nth(side).evaluate("node => getComputedStyle(node).transform") for side in (0, 1)
        ]
        assert shapes[0] == shapes[1] != "none"
        assert shapes[0].startswith("matrix(2.25")
        box = rater.page.locator(".window").nth(1).bounding_box()
        rater.page.mouse.move(box["x"] + 60, box["y"] + 60)
        rater.page.mouse.down()
        rater.page.mouse.move(box["x"] + 40, box["y"] + 50)
        rater.page.mouse.up()
        moved = [
            images.nth(side).evaluate("node => getComputedStyle(node).transform") for side in (0, 1)
        ]
        assert moved[0] == moved[1] != shapes[0]
        rater.press("ArrowLeft")
        assert rater.page.locator("#zoom").inner_text() == "1×"
        rater.press("ArrowDown")
        rater.press("Backspace")
        pressed = rater.page.locator("#answers [aria-pressed=true]")
        assert pressed.get_attribute("data-answer") == "same"
        rater.press("ArrowRight")
        rater.press("ArrowRight")
        assert rater.done
        answers = lines(tmp_path / "out" / "cy.pairs.ratings.jsonl")[1:]
        assert [(one["trial"], one["answer"]) for one in answers] == [
            (0, "left"),
            (1, "same"),
            (1, "right"),
            (2, "right"),
        ]
        assert rater.complaints == []
        rater.context.close()


@pytest.mark.parametrize(
    ("kind", "width", "scheme"),
    [("acr", 390, "dark"), ("pairs", 390, "light"), ("pairs", 1280, "dark")],
)
def test_nothing_runs_over_the_side(
    browser: Any, folders: list[Path], tmp_path: Path, kind: str, width: int, scheme: str
) -> None:
    more = ["--pairs"] if kind == "pairs" else []
    with opened_study(*folders, "--out", tmp_path / "out", *more) as study:
        size = {"width": width, "height": 844}
        rater = Rater(browser, study.address, viewport=size, color_scheme=scheme)
        ground = rater.page.locator("body").evaluate(
            "node => getComputedStyle(node).backgroundColor"
        )
        assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
        for begun in (False, True):
            if begun:
                rater.begin("ann")
                rater.ready()
            wide = rater.page.locator("html").evaluate("node => node.scrollWidth")
            assert wide <= width
        box = rater.page.locator("#answers").bounding_box()
        assert box["y"] + box["height"] <= 844
        sizes = rater.page.locator("#stage img").evaluate_all(
            "all => all.map(one => one.width % 48)"
        )
        assert set(sizes) == {0}
        assert rater.complaints == []
        rater.context.close()
