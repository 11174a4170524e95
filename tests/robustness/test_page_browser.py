"""The page in a real browser, from disk: what a reader does with mouse and keyboard, on a thousand pictures."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from realsr.robustness.page import render
from tests.robustness.page_study import with_cases, write_study


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of 1,008 pictures."""
    return render(write_study(tmp_path_factory.mktemp("browser") / "run #1", images=21, side=64))


@pytest.fixture(scope="module")
def cased(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study whose four sets stand for a hundred draws."""
    out = write_study(tmp_path_factory.mktemp("cased") / "run", 5, ("content",), side=64)
    record = json.loads((out / "record.json").read_text())
    for test, size in zip(record["sets"], (10, 40, 30, 20), strict=True):
        words = [f"what {test['name']} does"]
        test["case"] = {"size": size, "pool": 100, "of": "space", "words": words}
    record["models"][-1] |= {"trained_on": None, "loss": None, "seed": None}
    (out / "record.json").write_text(json.dumps(record))
    return render(out)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of two sets, one in two draws, and thirty representative cases."""
    pipelines = ("bicubic", "gaussian8")
    out = write_study(tmp_path_factory.mktemp("many") / "run", 6, ("content",), pipelines, 64)
    cells = [json.loads(line) for line in (out / "cells.jsonl").read_text().splitlines()]
    drawn = [cell for cell in cells if cell["set"] == "gaussian8"]
    cells += [{**cell, "variant": 1} for cell in drawn]
    (out / "cells.jsonl").write_text("".join(json.dumps(cell) + "\n" for cell in cells))
    for folder in list((out / "images" / "gaussian8").iterdir()):
        shutil.copytree(folder, folder / "1")
    return render(with_cases(out, 30))


class Opened:
    """A page with everything that it complained about or asked for."""

    def __init__(self, browser: Any, index: Path, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda request: self.complaints.append(request.url))
        self.page.on("request", lambda request: self.asked.append(request.url))
        started = time.perf_counter()
        self.page.goto(index.as_uri())
        self.seconds = time.perf_counter() - started

    def text(self, selector: str) -> str:
        return str(self.page.locator(selector).first.inner_text())

    def style(self, selector: str, name: str) -> str:
        script = "(node, name) => getComputedStyle(node).getPropertyValue(name)"
        return str(self.page.locator(selector).first.evaluate(script, name))


@pytest.fixture
def opened(browser: Any, index: Path) -> Iterator[Opened]:
    found = Opened(browser, index, viewport={"width": 1280, "height": 900}, color_scheme="light")
    yield found
    assert found.complaints == []
    assert all(url.startswith(("file://", "data:", "blob:")) for url in found.asked)
    found.context.close()


def test_opens_quickly_and_leaves_far_pictures_alone(opened: Opened, index: Path) -> None:
    assert len(list((index.parent / "images").rglob("*.png"))) == 1008
    assert opened.seconds < 3
    assert len([url for url in opened.asked if url.endswith(".png")]) < 200


def test_tabs_change_the_matrix_by_mouse_and_by_keyboard(opened: Opened) -> None:
    before = opened.text("#grid")
    opened.page.locator("#view [data-value=gain]").click()
    assert opened.text("#grid") != before
    assert "+" in opened.text("#grid")
    opened.page.keyboard.press("ArrowRight")
    assert opened.page.locator("#view [aria-selected=true]").get_attribute("data-value") == "below"
    assert "%" in opened.text("#grid td b")
    content = opened.text("#grid")
    opened.page.locator("#loss [data-value=gan]").click()
    assert opened.text("#grid") != content
    opened.page.locator("#metric").select_option("ssim_y")
    opened.page.locator("#view [data-value=absolute]").click()
    assert opened.text("#grid td b").startswith("0.")
    assert "SSIM (Y)" in opened.text("#standings")


def test_arrows_walk_the_matrix_and_a_cell_shows_its_pictures(opened: Opened) -> None:
    opened.page.locator("#grid [data-row='0'][data-column='0']").click()
    assert opened.text("#cell h3") == "Trained on bicubic, tested on bicubic"
    opened.page.keyboard.press("ArrowDown")
    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("ArrowRight")
    assert opened.text("#cell h3") == "Trained on gaussian8, tested on second_order"
    assert opened.page.locator("#cell .thumb").count() == 21
    gaps = opened.page.locator("#cell .gap").all_text_contents()
    numbers = [float(gap.split("(")[1].rstrip(")").replace("−", "-")) for gap in gaps]
    assert numbers == sorted(numbers)


def test_the_case_plot_opens_the_chosen_case(opened: Opened) -> None:
    opened.page.locator("#cell svg").focus()
    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("Enter")
    assert opened.page.locator("#viewer").is_visible()
    opened.page.keyboard.press("Escape")
    assert not opened.page.locator("#viewer").is_visible()


def test_zoom_and_pan_move_all_pictures_together(opened: Opened) -> None:
    opened.page.locator("#gallery .subject").first.click()
    panes = opened.page.locator("#stage .window img")
    assert panes.count() >= 6
    opened.page.keyboard.press("+")
    opened.page.keyboard.press("+")
    opened.page.keyboard.press("ArrowRight")
    script = "nodes => nodes.map(node => getComputedStyle(node).transform.split(',')[0])"
    assert set(panes.evaluate_all(script)) == {"matrix(2.25"}
    box = opened.page.locator("#stage .window").first.bounding_box()
    before = opened.style("#stage", "--x")
    opened.page.mouse.move(box["x"] + 90, box["y"] + 90)
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + 60, box["y"] + 90)
    opened.page.mouse.up()
    assert float(opened.style("#stage", "--x")) < float(before)
    opened.page.mouse.wheel(0, -200)
    opened.page.wait_for_function("parseFloat(document.getElementById('zoom').value) > 2.3")
    opened.page.keyboard.press("0")
    assert opened.text("#zoom") == "1×"


def test_slider_and_difference_lay_two_pictures_over_each_other(opened: Opened) -> None:
    opened.page.locator("#gallery .subject").first.click()
    opened.page.locator("#mode [data-value=slider]").click()
    opened.page.locator("#split").focus()
    before = opened.style("#stage .top", "clip-path")
    opened.page.keyboard.press("ArrowLeft")
    assert opened.style("#stage .top", "clip-path") != before
    opened.page.locator("#left").select_option("hr")
    assert opened.text("#stage figcaption").startswith("HR | ")
    opened.page.locator("#mode [data-value=difference]").click()
    assert opened.style("#stage .top", "mix-blend-mode") == "difference"
    assert opened.page.locator("#about code").inner_text().startswith("realsr robustness replay")


def test_walking_goes_to_the_next_case_and_back(opened: Opened) -> None:
    opened.page.locator("#gallery .subject").first.click()
    first = opened.text("#viewer-title")
    opened.page.keyboard.press("n")
    assert opened.text("#viewer-title") != first
    opened.page.keyboard.press("p")
    assert opened.text("#viewer-title") == first


def test_charts_are_saved_as_svg(opened: Opened, tmp_path: Path) -> None:
    with opened.page.expect_download() as saving:
        opened.page.locator("#sweeps .save").first.click()
    saving.value.save_as(tmp_path / "chart.svg")
    text = (tmp_path / "chart.svg").read_text()
    assert text.startswith("<svg")
    assert "var(--" not in text


def test_dark_follows_the_system_and_the_button(browser: Any, index: Path) -> None:
    dark = Opened(browser, index, color_scheme="dark")
    ground = dark.style("body", "background-color")
    assert ground != "rgb(255, 255, 255)"
    dark.page.locator("#theme").click()
    assert dark.style("body", "background-color") == "rgb(255, 255, 255)"
    assert dark.complaints == []
    dark.context.close()


def test_acceptance_follows_the_metric_and_leads_to_its_worst_case(opened: Opened) -> None:
    before = opened.text("#panels h3")
    opened.page.locator("#metric").select_option("gmsd")
    assert opened.text("#panels h3") != before
    link = opened.page.locator("#panels .below .link").first
    case, name = link.inner_text(), opened.text("#panels tbody td")
    link.click()
    loss, _, trained = name.partition("-")
    assert opened.text("#cell h3") == f"Trained on {trained}, tested on {case}"
    assert opened.text("#loss [aria-selected=true]") == loss
    opened.page.locator("#panels .below .link").nth(3).click()
    assert opened.page.locator("#viewer").is_visible()


def test_maps_that_failed_are_marked_in_gallery_and_viewer(opened: Opened, index: Path) -> None:
    cards = json.loads((index.parent / "data.js").read_text()[len("window.REPORT = ") : -2])
    trusted = [card["map"]["trusted"] for card in cards["gallery"]]
    assert opened.page.locator("#gallery small.distrust").count() == trusted.count(False)
    for place, found in enumerate(trusted):
        opened.page.locator("#gallery .subject").nth(place).click()
        assert opened.page.locator("#stage .distrust").count() == (not found)
        opened.page.keyboard.press("Escape")


def test_representative_cases_sort_by_any_column(browser: Any, cased: Path) -> None:
    found = Opened(browser, cased, viewport={"width": 1280, "height": 900})
    rows = found.page.locator("#representative tbody th")
    assert rows.all_inner_texts() == ["gaussian8", "second_order", "camera_phone", "bicubic"]
    found.page.locator("#representative [data-sort=bicubic]").click()
    numbers = found.page.locator("#representative tbody td:nth-child(6)").all_inner_texts()
    assert numbers == sorted(numbers, key=float)
    assert "what second_order does" in found.text("#representative")
    found.page.keyboard.press("Tab")
    found.page.locator("#representative tbody .score").first.click()
    assert found.text("#cell h3").startswith("Trained on bicubic, tested on")
    found.page.locator("#representative tbody tr:first-child .score").nth(3).click()
    hardest = found.text("#representative tbody th")
    assert found.text("#cell h3") == f"content-second_order on {hardest}"
    assert found.text("#panels h3").startswith("Over the representative cases, weighted")
    assert found.complaints == []
    found.context.close()


def test_thirty_cases_are_two_columns_and_each_can_be_seen(browser: Any, many: Path) -> None:
    found = Opened(browser, many, viewport={"width": 1280, "height": 900})
    assert found.page.locator("#grid thead th").count() == 6
    assert found.page.locator("#methods details").count() == 1
    found.page.locator("#grid [data-row='0'][data-column='3']").click()
    title = "Trained on bicubic, tested on representative cases (30), each once"
    assert found.text("#cell h3") == title
    names = found.page.locator("#cell .thumb span:first-of-type").all_text_contents()
    assert len(names) == 6
    assert all(name.endswith(" · case_000") for name in names)
    found.page.locator("#view [data-value=below]").click()
    assert "of the draws" in found.text("#grid [data-row='0'][data-column='2'] small")
    found.page.locator("#representative [data-sort=bicubic]").click()
    hardest = found.text("#representative tbody th")
    value = found.page.locator("#representative tbody .score").first
    number = value.inner_text()
    value.click()
    assert found.text("#cell h3") == f"Trained on bicubic, tested on {hardest}"
    assert number in found.text("#cell .note")
    assert found.complaints == []
    found.context.close()


def test_thumbnails_name_the_draw_where_a_picture_has_several(browser: Any, many: Path) -> None:
    found = Opened(browser, many, viewport={"width": 1280, "height": 900})
    for column, drawn in ((0, [""]), (1, [" · variant 0", " · variant 1"])):
        found.page.locator(f"#grid [data-row='0'][data-column='{column}']").click()
        names = found.page.locator("#cell .thumb span:first-of-type").all_text_contents()
        images = {name.partition(" · ")[0] for name in names}
        assert sorted(names) == sorted(image + draw for image in images for draw in drawn)
    assert found.complaints == []
    found.context.close()


def test_sure_gains_are_marked_in_matrix_and_table(opened: Opened) -> None:
    opened.page.locator("#view [data-value=gain]").click()
    script = "node => JSON.stringify(REPORT.grids[`psnr_y/${REPORT.losses[0]}`].entries.flat())"
    entries = json.loads(opened.page.locator("body").evaluate(script))
    sure = sum(
        (entry["gain_holm"] or 1.0) < 0.05 and entry["gain"] is not None for entry in entries
    )
    none = sum(entry["gain_holm"] is None for entry in entries)
    assert 0 < sure <= len(entries) - none
    marked = opened.page.locator("#grid button.sure")
    assert marked.count() == opened.page.locator("#gains tr.sure").count() == sure
    assert "gain: Holm p " in str(marked.first.get_attribute("title"))
    assert opened.style("#grid button.sure b", "position") == "relative"


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_representative_cases_run_over_no_side(browser: Any, cased: Path, width: int) -> None:
    found = Opened(browser, cased, viewport={"width": width, "height": 844})
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    found.context.close()


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_runs_over_the_side(browser: Any, index: Path, width: int) -> None:
    found = Opened(browser, index, viewport={"width": width, "height": 844})
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    found.page.locator("#gallery .subject").first.click()
    assert found.page.evaluate("document.getElementById('stage').scrollWidth") <= width
    assert found.complaints == []
    found.context.close()


def test_prints(opened: Opened, tmp_path: Path) -> None:
    opened.page.pdf(path=tmp_path / "page.pdf", format="A4")
    opened.page.emulate_media(media="print", color_scheme="dark")
    assert opened.style("body", "background-color") == "rgb(255, 255, 255)"
    assert not opened.page.locator("nav").first.is_visible()
