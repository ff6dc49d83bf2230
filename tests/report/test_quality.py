"""The quality of bars as tables: gaps told once, faults named, columns explained."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dipmaster.report.chapters.quality import view as quality
from dipmaster.report.inputs import ReportInputs
from dipmaster.results.ingest import Gap
from tests.report.printed import say

States = dict[str, Callable[[], ReportInputs]]
SENTENCES = "chapters/quality/sentences.html.j2"


def with_coin(inputs: ReportInputs, name: str, **changes: Any) -> ReportInputs:
    coins = inputs.ingest.symbols
    changed = {**coins, name: replace(coins[name], **changes)}
    return replace(inputs, ingest=replace(inputs.ingest, symbols=changed))


def test_a_gap_that_all_coins_share_is_told_once(states: States) -> None:
    assert quality.longest_gaps(states["real bars"]().ingest.symbols) == [
        ("all 3 coins", "2023-03-24 11:30", "2023-03-24 13:55", "30")
    ]


def test_gaps_come_longest_first_with_their_coins(states: States) -> None:
    inputs = states["real bars"]()
    longer = Gap(from_="2024-01-01T00:00:00Z", to="2024-01-01T02:30:00Z", bars=31)
    for coin in ("ETHUSDT", "BTCUSDT"):
        gaps = replace(inputs.ingest.symbols[coin].gaps, longest=(longer,))
        inputs = with_coin(inputs, coin, gaps=gaps)
    rows = quality.longest_gaps(inputs.ingest.symbols)
    assert [row[0] for row in rows] == ["BTCUSDT, ETHUSDT", "ADAUSDT"]


def test_faults_name_their_coins(states: States) -> None:
    faulty = with_coin(states["losing"](), "BTCUSDT", duplicates=2)
    printed = say(SENTENCES, "faults", quality.faults(faulty.ingest.symbols))
    assert "duplicate stamps: BTCUSDT 2" in printed
    assert "stamps off the 5-minute grid: none" in printed


def test_columns_files_and_rows_of_real_bars(states: States) -> None:
    inputs = states["real bars"]()
    assert quality.missing_columns(inputs) == [
        ("No coin has half spread bps", "the half-spread is a fixed number"),
        ("ADAUSDT: trade count", "only some of its files have it"),
    ]
    view = quality.view(inputs)
    assert [row[1:] for row in view["dropped"].rows] == [("high below low", "3")]
    ada = view["coins"].rows[0]
    assert (ada[0], ada[6], ada[9]) == ("ADAUSDT", "2.5\N{NO-BREAK SPACE}h", "3")
    assert view["ignored"].rows[0][2].endswith("and 20 more")


def test_a_simulated_market_has_no_files(states: States) -> None:
    view = quality.view(states["losing"]())
    assert view["files"] is None
    assert view["coins"].rows[0][6] == "–"


def test_coins_that_ended_early_and_bars_cut_off_are_told(losing: ReportInputs) -> None:
    name = sorted(losing.ingest.symbols)[0]
    ended = with_coin(losing, name, trimmed_bars=3)
    market = replace(ended.ingest.market, ended_early=(name,))
    view = quality.view(replace(ended, ingest=replace(ended.ingest, market=market)))
    early = say(SENTENCES, "ended_early", view["ended_early"])
    day = losing.ingest.symbols[name].last_open_time[:10]
    assert early.startswith(f"Ended early: {name} on {day}")
    assert "3 bars in all" in say(SENTENCES, "trimmed", view["trimmed_bars"])
    untouched = quality.view(losing)
    assert (untouched["ended_early"], untouched["trimmed_bars"]) == ([], 0)
