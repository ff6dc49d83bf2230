"""The HTML twin in a headless browser: on a phone and on a desk, in the light and in the dark."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dipmaster.report import pages
from tests.report.browser import Browser, find_browser, running_browser
from tests.report.states import STATES

pytestmark = pytest.mark.slow

PHONE, DESK = 390, 1280
SORT_A_COLUMN = """
(() => {
  const cells = ["3", "20", "−4", "–", "1,000", "+0.5"];
  const rows = cells.map((cell) => `<tr><td>${cell}</td><td>a</td></tr>`).join("");
  const box = document.createElement("div");
  box.innerHTML = `<table class="data"><thead><tr><th>n</th><th>w</th></tr></thead>
    <tbody>${rows}</tbody></table>`;
  document.querySelector("main").append(box);
  makeSortable(box.firstChild);
  const read = () => [...box.querySelectorAll("td:first-child")].map((cell) => cell.textContent);
  const orders = [read()];
  for (let click = 0; click < 3; click++) {
    box.querySelector("button").click();
    orders.push(read());
  }
  return orders;
})()
"""
FIND_CURVE = """
(() => {
  all("details.fold").forEach((part) => (part.open = true));
  const chart = all("svg[data-axes]").find((one) => one.dataset.axes.includes('"date"'));
  chart.scrollIntoView({ block: "center" });
  const [left, top, width, height] = JSON.parse(chart.dataset.axes)[0];
  const middle = new DOMPoint(left + width / 2, top + height / 2);
  const { x, y } = middle.matrixTransform(chart.getScreenCTM());
  return [x, y];
})()
"""
OPEN_ALL = "all('details').forEach((part) => (part.open = true))"
OVERFLOWING = "all('.scroll').filter((box) => box.scrollWidth > box.clientWidth).length"
LINES_ABOVE = """
(() => {
  const boxes = all("figure > .scroll");
  const line = (box) => getComputedStyle(box.parentElement, "::before").content;
  return [
    boxes.map((box) => box.scrollWidth > box.clientWidth),
    boxes.map((box) => line(box).includes("Scroll sideways")),
    boxes.map((box) => box.firstChild.getScreenCTM().a * 72 / 96),
  ];
})()
"""
TWO_FRAMES = "new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
OUT_OF_BOX = "all('table, svg[role]').filter((one) => !one.closest('.scroll')).length"
DEAD_LINKS = "all('#navigation a').filter((link) => !document.querySelector(link.hash)).length"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole report of a made run, charts painted."""
    file = tmp_path_factory.mktemp("screen") / "phase_gate.html"
    file.write_text(pages.html(STATES["phase 2"]()), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = find_browser()
    if program is None:
        pytest.skip("no Chromium or Chrome on PATH: apt-get install chromium")
    with running_browser(program, tmp_path_factory.mktemp("profile")) as running:
        yield running


def read_lines_above(browser: Browser) -> Any:
    """Of every chart: whether its box scrolls, whether a line says so, its size over print's."""
    browser.call("Runtime.evaluate", expression=TWO_FRAMES, awaitPromise=True)
    return browser.evaluate(LINES_ABOVE)


def is_shown(browser: Browser, selector: str) -> Any:
    return browser.evaluate(f"document.querySelector({selector!r}).checkVisibility()")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_no_complaint_no_request_and_no_overflow(
    browser: Browser, page: Path, width: int, scheme: str
) -> None:
    """With the appendix folded and with every part of it open."""
    browser.open(page, width, scheme)
    for expression in ("0", OPEN_ALL):
        browser.evaluate(expression)
        assert browser.evaluate("document.documentElement.scrollWidth") == width
    assert browser.requests == [page.as_uri()]
    assert browser.complaints == []
    assert browser.evaluate("getComputedStyle(document.body).fontSize") == "16px"
    paper = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 20, 20)"}[scheme]


def test_what_is_wide_scrolls_in_its_own_box(browser: Browser, page: Path) -> None:
    browser.open(page, PHONE)
    wide = "[...document.querySelectorAll('.scroll')].filter((b) => b.scrollWidth > b.clientWidth)"
    assert browser.evaluate(f"{wide}.length") > 3
    outside = (
        "[...document.querySelectorAll('table, svg[role]')].filter((t) => !t.closest('.scroll'))"
    )
    assert browser.evaluate(f"{outside}.length") == 0


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_line_above_a_chart_says_whether_it_scrolls(
    browser: Browser, page: Path, width: int
) -> None:
    """And no word in a chart is smaller than in print."""
    browser.open(page, width)
    browser.evaluate(OPEN_ALL)
    scrolls, is_told, scales = read_lines_above(browser)
    assert is_told == scrolls
    assert all(scrolls) if width == PHONE else not any(scrolls)
    assert round(min(scales), 3) >= 1.0


def test_a_chart_narrower_than_a_phone_is_shown_whole(browser: Browser, page: Path) -> None:
    browser.open(page, PHONE)
    browser.evaluate("document.querySelector('figure svg').setAttribute('width', '200pt')")
    scrolls, is_told, _ = read_lines_above(browser)
    assert scrolls[:2] == is_told[:2] == [False, True]


def test_a_finding_has_most_of_a_phones_width(browser: Browser, page: Path) -> None:
    browser.open(page, PHONE)
    width = "document.querySelector('table.findings td:last-child').clientWidth"
    assert browser.evaluate(width) > PHONE / 2


def test_names_of_figures_stay_while_phases_scroll(browser: Browser, page: Path) -> None:
    browser.open(page, PHONE)
    scrolled = """(() => {
      const table = document.querySelector('#risk table.phases');
      const box = table.closest('.scroll');
      box.scrollLeft = 60;
      const at = (one) => one.getBoundingClientRect().left;
      return [box.scrollLeft, at(table.querySelector('td')) - at(box)];
    })()"""
    assert browser.evaluate(scrolled) == [60, 0]


def test_names_of_groups_and_lines_stay_side_by_side(browser: Browser, page: Path) -> None:
    browser.open(page, PHONE)
    browser.evaluate(OPEN_ALL)
    edges = """(() => {
      const table = document.querySelector('#sensitivity_tables table.grouped');
      const box = table.closest('.scroll');
      box.scrollLeft = 20;
      const cells = [...all('tbody td', table).slice(0, 2), table.rows[2].cells[0]];
      const start = box.getBoundingClientRect().left;
      const places = cells.map((one) => one.getBoundingClientRect());
      return [box.scrollLeft, ...places.flatMap((one) => [one.left - start, one.right - start])];
    })()"""
    scrolled, left, name_ends, line, line_ends, next_line, next_ends = browser.evaluate(edges)
    assert (scrolled, left, line) == (20, 0, name_ends)
    assert (next_line, next_ends) == (line, line_ends)


@pytest.mark.parametrize(("row", "position"), [(1, "sticky"), (2, "static")])
def test_of_all_gates_only_the_metric_stays(
    browser: Browser, page: Path, row: int, position: str
) -> None:
    browser.open(page, PHONE)
    cell = f"document.querySelector('#gates table.gates').rows[{row}].cells[0]"
    assert browser.evaluate(f"getComputedStyle({cell}).position") == position


def test_the_table_of_drawdowns_fits_a_desk(browser: Browser, page: Path) -> None:
    browser.open(page, DESK)
    spare = """(() => {
      const box = document.querySelector('#risk table.phases').closest('.scroll');
      return box.clientWidth - box.scrollWidth;
    })()"""
    assert browser.evaluate(spare) == 0


@pytest.mark.parametrize("table", ["table.matrix", "#gates table.gates"])
def test_page_one_and_all_gates_fit_a_desk(browser: Browser, page: Path, table: str) -> None:
    browser.open(page, DESK)
    box = f"document.querySelector({table!r}).closest('.scroll')"
    assert browser.evaluate(f"{box}.scrollWidth - {box}.clientWidth") == 0


def test_a_mark_stays_beside_its_verdict(browser: Browser, page: Path) -> None:
    for width in (PHONE, DESK):
        browser.open(page, width)
        wraps = "all('table.matrix .line').filter((one) => one.querySelector('.mark'))"
        spaces = f"{wraps}.map((one) => getComputedStyle(one).whiteSpace)"
        assert set(browser.evaluate(spaces)) == {"nowrap"}


def test_a_phone_shows_measured_phases_first(browser: Browser, page: Path) -> None:
    for width, is_seen in ((PHONE, False), (DESK, True)):
        browser.open(page, width)
        assert is_shown(browser, "table.matrix td.stated") is is_seen


def test_contents_stay_on_top_and_open_where_there_is_room(browser: Browser, page: Path) -> None:
    for width, is_open in ((PHONE, False), (DESK, True)):
        browser.open(page, width)
        assert browser.evaluate("document.querySelector('#navigation details').open") is is_open
        browser.evaluate("scrollTo(0, 3000)")
        assert browser.evaluate("scrollY") == 3000
        top = "document.querySelector('#navigation').getBoundingClientRect().top"
        assert browser.evaluate(top) == 0
    assert browser.evaluate(DEAD_LINKS) == 0
    assert browser.evaluate("all('#navigation a').length") > 20


def test_a_link_into_the_appendix_opens_it(browser: Browser, page: Path) -> None:
    browser.open(page, DESK)
    assert not is_shown(browser, "#provenance")
    browser.evaluate("location.hash = 'provenance'; openTarget()")
    assert is_shown(browser, "#provenance")
    assert not is_shown(browser, "#definitions")


def test_headings_link_to_themselves(browser: Browser, page: Path) -> None:
    browser.open(page, DESK)
    hashes = "all('.anchor').map((link) => link.hash)"
    assert {"#gates", "#provenance"} <= set(browser.evaluate(hashes))


def test_numbers_sort_as_numbers_and_missing_ones_stand_last(browser: Browser, page: Path) -> None:
    browser.open(page, DESK)
    given, rising, falling, again = browser.evaluate(SORT_A_COLUMN)
    assert rising == ["−4", "+0.5", "3", "20", "1,000", "–"]
    assert falling == ["1,000", "20", "3", "+0.5", "−4", "–"]
    assert again == given


def test_tables_of_the_report_can_be_sorted(browser: Browser, page: Path) -> None:
    browser.open(page, DESK)
    assert browser.evaluate("all('table.data th button').length") > 20


def test_a_chart_tells_date_and_value_at_the_pointer(browser: Browser, page: Path) -> None:
    browser.open(page, DESK)
    assert browser.evaluate("document.querySelector('#tip').hidden")
    browser.move_to(*browser.evaluate(FIND_CURVE))
    words = browser.evaluate("document.querySelector('#tip').innerText")
    assert any(line[:3] == "202" and len(line) == 10 for line in words.split("\n")), words
    assert not browser.evaluate("document.querySelector('#tip').hidden")
    assert browser.evaluate("all('svg[data-axes] > title').length") == 0


def test_paper_shows_everything_and_no_navigation(browser: Browser, page: Path) -> None:
    browser.open(page, DESK)
    browser.call("Emulation.setEmulatedMedia", media="print")
    browser.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert not is_shown(browser, "#navigation")
    assert is_shown(browser, "#provenance")
    assert is_shown(browser, "#contents")
