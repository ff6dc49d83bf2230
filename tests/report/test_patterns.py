"""The chapters on spillover and intraday patterns: simulated and real bars, too few, many coins."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from dipmaster.report.chapters.intraday import tables as intraday
from dipmaster.report.chapters.intraday import week_chart
from dipmaster.report.chapters.intraday.view import INTRADAY
from dipmaster.report.chapters.spillover import correlation_chart, correlations
from dipmaster.report.chapters.spillover import tables as spillover
from dipmaster.report.chapters.spillover.view import SPILLOVER
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.drawing import drawing
from dipmaster.report.kit.heat_map import find_limits
from tests.made import patterns
from tests.report.conftest import unpainted
from tests.report.printed import print_chapter, say

States = dict[str, Callable[[], ReportInputs]]
EVENTS = "chapters/spillover/sentences.html.j2"
HOURS = "chapters/intraday/sentences.html.j2"


def printed(inputs: ReportInputs) -> tuple[str, str]:
    """Both chapters as text."""
    with unpainted():
        return print_chapter(inputs, SPILLOVER), print_chapter(inputs, INTRADAY)


def test_simulated_bars_have_scores_and_real_ones_a_reason(states: States) -> None:
    known, _ = printed(states["phase 1"]())
    assert "which is not significantly more than the same number of events" in known
    assert "Episodes hit 3" in known
    real, _ = printed(states["phase 1, real bars"]())
    assert f"Events are not scored: {patterns.NO_TRUTH}." in real
    assert "Hit rate" not in real
    assert "2024-02-13 12:15 to 12:40 3 all coins 100 % +0.300" in real


def test_scores_are_judged_by_the_range_of_random_times() -> None:
    scores = patterns.spillover().scores
    above = replace(scores, hit_rate=0.2)  # type: ignore[type-var]
    assert ", more than the same number of events at random times" in say(EVENTS, "scores", above)
    none = replace(scores, hit_rate=None)  # type: ignore[type-var]
    assert say(EVENTS, "scores", none) == "There is no correlation episode out of sample."


def test_too_few_bars_leave_reasons_and_no_chart(states: States) -> None:
    events, hours = printed(states["phase 1, quick"]())
    assert "There is no bar out of sample." in events
    assert "No correlation is known" in events
    assert "Largest events" not in events
    assert "every factor is 1" in hours
    assert "The pattern is not judged: fewer than 14 days of forecasts." in hours
    assert "Three hours" not in hours


def test_pairs_of_few_coins_are_drawn_and_means_of_many() -> None:
    few = correlations.build_grid(patterns.correlations(("A", "B", "C")))
    assert few is not None
    assert few.is_by_pair
    assert few.rows == ("A, B", "A, C", "B, C")
    assert np.isnan(few.values[:, 0]).all()
    names = tuple("ABCDEFG")
    found = patterns.correlations(names)
    many = correlations.build_grid(found)
    assert many is not None
    assert not many.is_by_pair
    assert many.rows == names
    of_b = [row[5] for pair, row in zip(found.pairs, found.means, strict=True) if "B" in pair]
    assert many.values[1, 5] == pytest.approx(np.mean(of_b))  # type: ignore[arg-type]
    assert np.isnan(many.values[:, 0]).all()


def test_nothing_known_gives_no_grid() -> None:
    assert correlations.build_grid(patterns.no_spillover().correlations) is None


def test_long_lists_of_coins_are_cut() -> None:
    names = tuple(f"C{k:02d}" for k in range(30))
    listed = spillover.list_coins(patterns.event(names[:14], 0), names)
    assert listed.endswith("C11 and 2 more")
    assert spillover.list_coins(patterns.event(("C00", "C01"), 0), names) == "C00, C01"


def test_coins_that_are_not_in_an_event_are_listed_where_they_are_fewer() -> None:
    every = ("A", "B", "C", "D")
    for coins, words in (
        ("ABCD", "all coins"), ("ABC", "all but D"), ("AB", "A, B"), ("D", "D"),
    ):  # fmt: skip
        assert spillover.list_coins(patterns.event(tuple(coins), 0), every) == words


def test_a_span_over_midnight_has_both_days() -> None:
    event = replace(patterns.event(("A",), 0), last="2024-01-14T00:10:00Z")
    assert spillover.name_span(event) == "2024-01-13 12:15 to 2024-01-14 00:10"


def test_limits_hold_what_is_known() -> None:
    assert find_limits(np.array([[np.nan, 0.2], [0.5, np.nan]])) == (0.2, 0.5)
    low, high = find_limits(np.array([[1.0, 1.0]]))
    assert low < 1.0 < high
    assert find_limits(np.full((1, 2), np.nan)) == (0.0, 1.0)


@pytest.mark.painted
@pytest.mark.parametrize("coins", [3, 7, 30])
def test_the_chart_of_correlations_is_painted_for_any_number_of_coins(coins: int) -> None:
    names = tuple(f"COIN{k:02d}" for k in range(coins))
    grid = correlations.build_grid(patterns.correlations(names))
    assert grid is not None
    with drawing():
        chart = str(correlation_chart.heat_map(grid))
    assert "Mean rolling correlation of volatility, 2023-01 to 2024-12." in chart
    cells = int(np.isfinite(grid.values).sum())
    is_written = coins <= correlation_chart.MOST_FIGURES[0]
    assert (chart.count("<text") > cells) == is_written


@pytest.mark.painted
def test_the_weeks_are_painted_with_their_extremes() -> None:
    panel = week_chart.build_week_map("Factor", patterns.week(1.0))
    with drawing():
        chart = str(week_chart.heat_maps([panel]))
    assert "Factor: lowest 0.48 on Saturday from 2:00 UTC; highest 1.47 on Monday from 14:00" in (
        chart
    )
    assert not week_chart.build_week_map("", ((None,) * 24,) * 7).is_known


def test_the_skill_is_that_of_the_tests() -> None:
    pooled = patterns.intraday().pooled
    assert say(HOURS, "skill", pooled) == (
        "All coins: the prediction by hour and weekday is significantly better than without a "
        "pattern (QLIKE −0.0600, p < 0.001), and not significantly different from that by hour "
        "and weekend alone (QLIKE +0.0004, p = 0.370)."
    )
    short = replace(
        pooled.against_season,
        dm=None,
        p=None,
        verdict="inconclusive",  # type: ignore[union-attr]
    )
    text = say(HOURS, "skill", replace(pooled, against_season=short))  # type: ignore[type-var]
    assert text.endswith("alone (QLIKE +0.0004).")
    rows = intraday.skill_rows(patterns.intraday())
    assert [row.name for row in rows] == ["All coins", "ADAUSDT", "BTCUSDT", "ETHUSDT"]
    assert rows[0].cells == (
        "0.353", "0.353", "0.413", "better (−18.20)", "inconclusive (+0.90)",
        "67.1\N{NO-BREAK SPACE}%",
    )  # fmt: skip


def test_recommendations_have_their_share_and_factor(states: States) -> None:
    _, text = printed(states["phase 2"]())
    assert "Favourable, below 0.5 % 21.4 %; size × 1.10" in text
    assert "Cautious, above 2.0 % 3.8 %; size × 0.80" in text
    assert "14:00, 13:00, 15:00" in text
    assert "Medians, all coins: 0.512, 0.510 and 0.541." in text
