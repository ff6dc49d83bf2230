"""docs/reading-the-report.md follows the print: every chapter, in order, body and appendix."""

import re
from pathlib import Path

import pytest

from dipmaster.report.kit.verdicts import MARKS
from dipmaster.report.registry import APPENDIX, BODY


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs/reading-the-report.md").read_text(encoding="utf-8")


def test_chapters_of_the_body(page: str) -> None:
    body = page.split("## Body")[1].split("## Appendix")[0]
    assert re.findall(r"^\*\*(.+?)\.\*\*", body, re.MULTILINE) == [one.title for one in BODY]


def test_chapters_of_the_appendix(page: str) -> None:
    rows = re.findall(r"^\| (.+?) \|", page.split("## Appendix")[1], re.MULTILINE)
    assert rows[1:] == [one.title for one in APPENDIX]


def test_marks_are_those_in_print(page: str) -> None:
    rows = dict(re.findall(r"^\| (.) \| ([A-Z ]+) \|", page, re.MULTILINE))
    gates = {word: mark for word, mark in MARKS.items() if word.isupper()}
    assert {word: mark for mark, word in rows.items()} == gates
