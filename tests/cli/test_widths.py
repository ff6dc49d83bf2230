"""Tables in a narrow terminal: no word is broken, and what is left out is said."""

import pytest
from typer.testing import CliRunner

from dipmaster.cli.app import app
from dipmaster.cli.console import fit_words, make_table
from dipmaster.cli.trades import COLUMNS, build_table
from tests.cli.conftest import Command, make_trades

PHASES_OF_A_ROADMAP = 5


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("words", ["show", "compare cap", "trades --phase 2"])
def test_no_line_is_too_long_and_no_word_broken(
    dipmaster: Command, monkeypatch: pytest.MonkeyPatch, words: str, width: int
) -> None:
    monkeypatch.setattr("dipmaster.cli.console.MAX_WIDTH", width)
    text = dipmaster(*words.split()).stdout
    table = [line for line in text.splitlines() if not line.startswith(("report:", "next:"))]
    assert max(map(len, table)) <= width
    whole = {"INSUFFICIENT", "DATA", "INCONCLUSIVE", "PASS", "FAIL"}
    verdicts = {word for line in table for word in line.split() if word.isupper()}
    broken = {one for one in verdicts for other in whole if one != other and one in other}
    assert not broken - whole


@pytest.mark.parametrize(
    ("width", "hidden"),
    [
        (120, ()),
        (80, ("regime", "exit price", "entry price")),
        (70, ("regime", "exit price", "entry price", "confidence")),
    ],
)
def test_a_trade_is_one_line_and_the_rest_is_named(width: int, hidden: tuple[str, ...]) -> None:
    table, left_out = build_table(make_trades(), width)
    assert left_out == hidden
    shown = [str(column.header) for column in table.columns]
    assert shown == [name for name in COLUMNS if name not in hidden]
    assert all(column.width is None for column in table.columns)


@pytest.mark.usefixtures("folder")
def test_what_is_left_out_is_said(dipmaster: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "left out" not in dipmaster("trades").stdout
    monkeypatch.setattr("dipmaster.cli.console.MAX_WIDTH", 80)
    text = dipmaster("trades", "--worst", "2").stdout
    assert "left out: regime, exit price, entry price; a wider terminal or --csv" in text


@pytest.mark.parametrize(("width", "least"), [(80, 12), (40, 4), (5, 4)])
def test_verdicts_of_five_phases_keep_their_words_while_there_is_room(
    width: int, least: int
) -> None:
    table = make_table({"": False} | {f"phase {n}": False for n in range(PHASES_OF_A_ROADMAP)})
    table.add_row("Mean net return per trade", *["INSUFFICIENT DATA"] * (PHASES_OF_A_ROADMAP - 1),
                  "FAIL")  # fmt: skip
    fit_words(table, width)
    widths = [column.width or 0 for column in table.columns]
    assert min(widths[1:-1]) == least
    assert sum(widths) <= max(width, 4 * len(widths))


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("width", [30, 40, 60])
@pytest.mark.parametrize("words", ["compare cap", "trades --phase 2 --worst 3"])
def test_a_narrow_terminal_takes_no_digit(
    dipmaster: Command, monkeypatch: pytest.MonkeyPatch, words: str, width: int
) -> None:
    """Numbers go over the edge rather than lose their end."""
    whole = dipmaster(*words.split()).stdout
    monkeypatch.setattr("dipmaster.cli.console.MAX_WIDTH", width)
    narrow = dipmaster(*words.split()).stdout.split()
    table = whole[: whole.find("trades:")] if "trades:" in whole else whole
    figures = {one for one in table.split() if one[0] in "+−" and one[1:2].isdigit()}
    assert figures
    assert figures <= set(narrow)


def test_json_and_markdown_exclude_each_other() -> None:
    done = CliRunner().invoke(app, ["compare", "--json", "--markdown"])
    assert done.exit_code == 2
    assert "choose one of --json and --markdown" in done.stderr
