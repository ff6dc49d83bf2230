"""The quality of bars as tables: gaps told once, faults named, columns explained."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dipmaster.report.chapters.quality import view as quality
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import numbers
from dipmaster.results.evaluation.record import IntegrityCheck
from dipmaster.results.ingest import FetchedSet, Gap, IgnoredFiles, LargestJump, StrayBars
from tests.report.printed import print_chapter, say
from tests.report.run import run, validated

States = dict[str, Callable[[], ReportInputs]]
SENTENCES = "chapters/quality/sentences.html.j2"


def with_coin(inputs: ReportInputs, name: str, **changes: Any) -> ReportInputs:
    coins = inputs.ingest.symbols
    changed = {**coins, name: replace(coins[name], **changes)}
    return replace(inputs, ingest=replace(inputs.ingest, symbols=changed))


def test_a_gap_that_all_coins_share_is_reported_once(states: States) -> None:
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


def jump(factor: float | None, hours: float = 0.0) -> LargestJump:
    if factor is None:
        return LargestJump(factor=None, from_=None, to=None, from_price=None, to_price=None)
    minutes = round(5 + 60 * hours)
    return LargestJump(
        factor=factor,
        from_="2023-05-01T00:00:00Z",
        to=f"2023-05-01T{minutes // 60:02d}:{minutes % 60:02d}:00Z",
        from_price=0.0000123456789,
        to_price=0.0000123456789 * factor,
    )


def test_the_largest_jumps_come_first_and_tell_the_bars_between(losing: ReportInputs) -> None:
    inputs = with_coin(losing, "ADAUSDT", largest_jump=jump(None))
    inputs = with_coin(inputs, "BTCUSDT", largest_jump=jump(1.25, hours=2))
    assert quality.largest_jumps(inputs.ingest.symbols) == [
        ("BTCUSDT", "2023-05-01 00:00", "0.0000123457", "2023-05-01 02:05", "0.0000154321", "24",
         "1.250"),
        ("ETHUSDT", "2023-05-01 00:00", "10", "2023-05-01 00:05", "10.1", "0", "1.010"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("coins", "expected"),
    [
        (0, "gaps included: none; a factor above 1.5 stops the run"),
        (1, "gaps included: the largest are listed below; a factor above 1.5 stops the run"),
        (9, "gaps included: the largest are listed below; a factor above 1.5 stops the run"),
    ],
)
def test_jumps_are_reported_with_the_factor_that_is_refused(coins: int, expected: str) -> None:
    inputs = run(coins=tuple(f"C{k}USDT" for k in range(9)))
    for k in range(9):
        changed = jump(1.1 + k / 100 if k < coins else 1.0)
        inputs = with_coin(inputs, f"C{k}USDT", largest_jump=changed)
    printed = print_chapter(inputs, quality.QUALITY)
    assert expected in printed
    assert printed.count(" 2023-05-01 00:00 ") == min(coins, quality.LARGEST_JUMPS)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, "no coin has a bar: none."),
        (1, "no coin has a bar: 1. It is excluded from all statistics and not counted as a day of "
         "zero return."),
        (20, "no coin has a bar: 20. They are excluded from all statistics and not counted as "
         "days of zero return."),
    ],
)  # fmt: skip
def test_days_without_bars_are_reported(losing: ReportInputs, days: int, expected: str) -> None:
    period = replace(losing.validation.period, days_without_bars=days)
    assert expected in print_chapter(validated(losing, period=period), quality.QUALITY)


LONE = StrayBars(symbol="BTCUSDT", from_="2033-01-01T00:00:00Z", to="2033-01-01T00:00:00Z", bars=1)
SHORT = StrayBars(symbol="ETHUSDT", from_="2015-02-01T23:50:00Z", to="2015-02-02T00:05:00Z", bars=4)


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ((), "isolated from all other bars: none."),
        ((LONE,), "isolated from all other bars: BTCUSDT 1 bar on 2033-01-01."),
        ((LONE, SHORT), "all other bars: BTCUSDT 1 bar on 2033-01-01, ETHUSDT 4 bars on "
         "2015-02-01 to 2015-02-02."),
    ],
)  # fmt: skip
def test_stray_bars_are_reported(
    states: States, runs: tuple[StrayBars, ...], expected: str
) -> None:
    inputs = states["real bars"]()
    market = replace(inputs.ingest.market, stray_bars=runs)
    there = replace(inputs, ingest=replace(inputs.ingest, market=market))
    assert expected in print_chapter(there, quality.QUALITY)


def test_a_simulated_market_has_no_stray_bars(losing: ReportInputs) -> None:
    assert "isolated from all other bars" not in print_chapter(losing, quality.QUALITY)


def test_faults_name_their_coins(states: States) -> None:
    faulty = with_coin(states["losing"](), "BTCUSDT", duplicates=2)
    printed = say(SENTENCES, "faults", quality.faults(faulty.ingest.symbols))
    assert "Duplicate time stamps: BTCUSDT 2." in printed
    assert "Time stamps off the 5-minute grid: none." in printed


def test_columns_files_and_rows_of_real_bars(states: States) -> None:
    inputs = states["real bars"]()
    assert quality.missing_columns(inputs) == [
        ("All coins: half spread bps", "fixed half-spread"),
        ("ADAUSDT: trade count", "not used: missing in some files"),
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


def test_coins_that_ended_early_and_bars_cut_off_are_reported(losing: ReportInputs) -> None:
    name = sorted(losing.ingest.symbols)[0]
    ended = with_coin(losing, name, trimmed_bars=3)
    market = replace(ended.ingest.market, ended_early=(name,))
    view = quality.view(replace(ended, ingest=replace(ended.ingest, market=market)))
    early = say(SENTENCES, "ended_early", view["ended_early"])
    day = losing.ingest.symbols[name].last_open_time[:10]
    assert early.startswith(f"Ended early: {name} on {day}")
    assert "Removed at the end: 3 bars, " in say(SENTENCES, "trimmed", view["trimmed_bars"])
    untouched = quality.view(losing)
    assert (untouched["ended_early"], untouched["trimmed_bars"]) == ([], 0)


def test_numbers_of_an_earlier_stage_get_their_commas_and_dates_stay() -> None:
    text = "-56893.97 against 8250 trades, 24 fits, 2023-06-30 00:05, 1023 marks, 1.23456"
    assert numbers.group_digits(numbers.typeset(text)) == (
        "−56,893.97 against 8,250 trades, 24 fits, 2023-06-30 00:05, 1,023 marks, 1.23456"
    )


def test_a_check_that_met_no_case_is_not_called_passed() -> None:
    base = run(1)
    first, *others = base.validation.integrity_checks
    idle = replace(first, cases=0, detail="0 sales by models")
    text = print_chapter(validated(base, integrity_checks=(idle, *others)), quality.QUALITY)
    assert "not exercised" in text
    assert "passed" in text


def test_a_check_shows_the_figures_of_every_phase_that_failed_it_or_of_the_last_one() -> None:
    checks = [
        IntegrityCheck(name="sum", phase=phase, passed=True, detail=f"{phase} fits", cases=1)
        for phase in (0, 1)
    ]

    def print_checks(*rows: IntegrityCheck) -> str:
        return print_chapter(validated(run(1), integrity_checks=rows), quality.QUALITY)

    sound = print_checks(*checks)
    assert "phase 1: 1 fits" in sound
    assert "phase 0: 0 fits" not in sound
    assert "FAILED" not in sound
    broken = print_checks(*(replace(one, passed=False) for one in checks))
    assert "phase 0: 0 fits; phase 1: 1 fits" in broken
    assert broken.count("FAILED") == 2


FETCHED = FetchedSet(
    set="binance", source="https://archive.example", market="spot", fetched_on="2025-01-09",
    choice="coins that were named", files=239, bytes=66_812_345,
    missing={"not in the archive": IgnoredFiles(count=2, files=("binance/A.zip", "binance/B.zip"))},
)  # fmt: skip


def with_fetched(inputs: ReportInputs, *sets: FetchedSet) -> str:
    files = inputs.ingest.files
    assert files is not None
    changed = replace(inputs.ingest, files=replace(files, fetched=sets))
    return print_chapter(replace(inputs, ingest=changed), quality.QUALITY)


def test_a_fetched_set_tells_its_source_and_what_was_missing(states: States) -> None:
    printed = with_fetched(states["real bars"](), FETCHED)
    assert (
        "binance https://archive.example, spot 2025-01-09 239 66.8 coins that were named" in printed
    )
    assert "binance not in the archive 2 binance/A.zip" in printed


def test_a_fetched_set_without_a_gap_says_so(states: States) -> None:
    printed = with_fetched(states["real bars"](), replace(FETCHED, missing={}))
    assert "Every file that was requested was published and received." in printed


def test_files_that_were_not_fetched_have_no_such_table(states: States) -> None:
    assert "Fetched files" not in with_fetched(states["real bars"]())
