"""Trades as a table and as CSV."""

import io

import pandas as pd
import pytest

from dipmaster.cli.trades import select_rows
from dipmaster.evaluation.figures.risk import find_worst_trades
from tests.cli.conftest import TRADE_RETURNS, Command, make_trades

pytestmark = pytest.mark.usefixtures("folder")


def as_frame(dipmaster: Command, *words: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(dipmaster("trades", "--csv", *words).stdout))


def test_trades_of_the_burn_in_are_left_out(dipmaster: Command) -> None:
    assert list(as_frame(dipmaster)["return_frac"]) == list(TRADE_RETURNS[1:])
    assert list(as_frame(dipmaster, "--burn-in")["return_frac"]) == list(TRADE_RETURNS)


def test_the_worst_and_the_best(dipmaster: Command) -> None:
    assert list(as_frame(dipmaster, "--worst", "2")["return_frac"]) == [-0.018, -0.002]
    assert list(as_frame(dipmaster, "--best", "1", "--worst", "1")["return_frac"]) == [
        0.009, -0.018,
    ]  # fmt: skip
    assert len(as_frame(dipmaster, "--best", "9", "--worst", "9")) == 4


def test_the_table_says_by_what_it_ranks(dipmaster: Command) -> None:
    assert "trades: 2, by net return in bp; mean" in dipmaster("trades", "--worst", "2").stdout
    assert "by net return" not in dipmaster("trades").stdout


def test_the_id_is_that_of_the_report(dipmaster: Command) -> None:
    """The report's worst trades are of the same table, by `trade_id`."""
    worst = find_worst_trades(make_trades()[1:])
    lines = dipmaster("trades", "--phase", "2", "--worst", str(len(worst))).stdout.splitlines()
    shown = {tuple(line.split()[:4]) for line in lines}
    for one in worst:
        day, minute = one.entry_time[:10], one.entry_time[11:16]
        assert (str(one.trade_id), day, minute, one.symbol) in shown


def test_by_coin_and_exit(dipmaster: Command) -> None:
    frame = as_frame(dipmaster, "--coin", "AUSDT", "--exit", "target")
    assert set(frame["symbol"]) == {"AUSDT"}
    assert list(frame["return_frac"]) == [0.006, 0.009]


def test_an_exit_has_its_key_and_its_printed_name() -> None:
    frame = make_trades().assign(exit_type=["trailing_stop", *["stop"] * 4])
    for name in ("trailing stop", "trailing_stop"):
        assert list(select_rows(frame, None, name)["exit_type"]) == ["trailing_stop"]


def test_the_table_has_the_mean_and_the_sum(dipmaster: Command) -> None:
    text = dipmaster("trades", "--phase", "1").stdout
    mean_bps = 1e4 * sum(TRADE_RETURNS[1:]) / 4
    assert f"phase 1, trades: 4; mean −{-mean_bps:.1f}\N{NO-BREAK SPACE}bp" in text
    assert max(map(len, text.splitlines())) <= 120
    assert "−180.0" in text


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--phase", "5"], "expected one of the phases 0, 1, 2, found 5"),
        (["--coin", "XUSDT"], "--coin: expected one of AUSDT, BUSDT, found XUSDT"),
        (["--exit", "luck"], "--exit: expected one of stop, target, timeout, found luck"),
    ],
)
def test_what_is_not_there_is_said(dipmaster: Command, words: list[str], text: str) -> None:
    done = dipmaster("trades", *words)
    assert done.exit_code == 1
    assert text in done.stderr
