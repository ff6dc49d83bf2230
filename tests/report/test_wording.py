"""The report is written as an analyst writes: no odd wording in templates, charts and reasons."""

import re
from pathlib import Path

import pytest

from dipmaster.core.params import ParamsFile
from dipmaster.report.registry import chapters
from tests.report.conftest import unpainted
from tests.report.printed import print_chapter
from tests.report.states import STATES
from tests.report.wording import (
    REFUSED,
    Refused,
    find_refused,
    text_of_page,
    text_of_template,
    texts_of_module,
)

PROJECT = Path(__file__).parents[2]
REPORT = PROJECT / "dipmaster" / "report"
TEMPLATES = sorted(REPORT.rglob("*.j2"))
PRINTED = sorted(REPORT.rglob("*.py"))
"""Modules whose texts are printed: headings of tables, labels of charts, alternative texts."""
REASONS = [
    path
    for folder in (
        "confidence",
        "evaluation",
        "exits",
        "learning",
        "results",
        "signal_filter",
        "volatility",
    )
    for path in sorted((PROJECT / "dipmaster" / folder).rglob("*.py"))
]
"""Modules that give the reasons of verdicts, which are printed as they are."""


@pytest.mark.parametrize("one", REFUSED, ids=lambda one: one.pattern)
def test_every_pattern_finds_its_example_and_not_what_to_write(one: Refused) -> None:
    assert re.search(one.pattern, one.example, re.IGNORECASE)
    assert find_refused(one.write) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_an_odd_wording(path: Path) -> None:
    assert find_refused(text_of_template(path.read_text(encoding="utf-8"))) == []


def test_texts_of_charts_and_tables_have_none() -> None:
    texts = [(path, text) for path in PRINTED for text in texts_of_module(path)]
    assert len(texts) > 1000
    assert [f"{path.name}: {odd}" for path, text in texts for odd in find_refused(text)] == []


def test_reasons_of_verdicts_have_none() -> None:
    texts = [(path, text) for path in REASONS for text in texts_of_module(path)]
    assert len(texts) > 1000
    assert [f"{path.name}: {odd}" for path, text in texts for odd in find_refused(text)] == []


def test_the_interpretation_log_has_none() -> None:
    log = REPORT / "chapters" / "readings" / "readings.yaml"
    entries = re.sub(r"^\s*#.*$", "", log.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert find_refused(" ".join(entries.split())) == []


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("{# the weather #}<p>All {{ n }} trades</p>", "All trades"),
        ('<p>{{ "In short" if brief else n }}: x</p>', "In short : x"),
        ("{% if weather %}<b>&amp;</b>{% endif %}", "&"),
    ],
)
def test_a_template_is_read_as_it_prints(source: str, printed: str) -> None:
    assert text_of_template(source) == printed


def test_a_page_is_read_with_the_titles_of_its_charts_and_without_its_style() -> None:
    page = "<style>.weather {}</style><svg><title>In short</title></svg><p>a <b>b</b></p>"
    assert text_of_page(page) == "| | In short | | | a b |"
    assert len(find_refused(text_of_page(page))) == 1


def test_docstrings_are_not_printed_and_other_texts_are(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('"""The weather."""\nx = f"in short {1}"\n', encoding="utf-8")
    assert [text.strip() for text in texts_of_module(module)] == ["in short"]


@pytest.mark.parametrize("state", ["phase 2", "phase 2, no models", "phase 1, no score"])
def test_parameters_have_plain_names_outside_of_log_and_provenance(state: str) -> None:
    """`exits.stop_frac` is no name for a reader; the attachment has it."""
    inputs = STATES[state]()
    sections = "|".join(ParamsFile.model_fields)
    pattern = re.compile(rf"\b(?:{sections})\.[a-z]+_?[a-z_]*\b(?!\()")
    with unpainted():
        found = {
            one.folder: pattern.findall(print_chapter(inputs, one))
            for one in chapters(inputs)
            if one.folder not in ("readings", "provenance")
        }
    files = {"gates.json", "ingest.json", "confidence.json", "exits.json", "volatility.json"}
    odd = {folder: set(names) - files for folder, names in found.items()}
    assert {folder: names for folder, names in odd.items() if names} == {}
