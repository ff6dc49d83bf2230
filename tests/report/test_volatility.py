"""The appendix on volatility: forecasts by coin, their deciles, spells of a regime."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.report.chapters.volatility import forecasts
from dipmaster.report.chapters.volatility.deciles import deciles
from dipmaster.report.chapters.volatility.regime_chart import spells
from dipmaster.report.chapters.volatility.view import VOLATILITY
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.volatility_names import FORECASTS
from dipmaster.results.volatility.forecasts import NoConfidenceSet
from tests.made.sizing import fixed_results, sizing_results, unsized_results
from tests.report.conftest import unpainted
from tests.report.printed import print_chapter, say

States = dict[str, Callable[[], ReportInputs]]
SENTENCES = "chapters/volatility/sentences.html.j2"
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def built(states: States) -> ReportInputs:
    return states["phase 1"]()


def printed(inputs: ReportInputs) -> str:
    """The chapter as text."""
    with unpainted():
        return print_chapter(inputs, VOLATILITY)


def test_the_chapter_names_the_shares_of_the_regimes(built: ReportInputs) -> None:
    shares = say(SENTENCES, "regime_shares", built.volatility.regime_shares)
    assert shares.startswith("Out of sample, ")
    assert shares in printed(built)


def test_the_confidence_set_names_its_members_and_whom_it_leaves_out(built: ReportInputs) -> None:
    pooled = built.volatility.forecasts.pooled
    text = say(SENTENCES, "confidence_set", pooled.confidence_set, FORECASTS)
    assert text == (
        "Model confidence set at 5 %, pooled QLIKE: range-HAR (p = 1.000), combined HAR "
        "(p = 0.127); "
        "excluded: GARCH(1,1) (p < 0.001), RV-EWMA (p < 0.001), HAR (p = 0.004)."
    )
    assert text in printed(built)
    none = NoConfidenceSet(reason="sample too small")
    assert say(SENTENCES, "confidence_set", none, FORECASTS) == (
        "There is no model confidence set: sample too small."
    )


def test_what_the_forecast_in_use_costs(built: ReportInputs) -> None:
    cost = built.volatility.forecasts.pooled.cost_of_choice
    text = say(SENTENCES, "cost_of_choice", cost, FORECASTS)
    assert text == (
        "The forecast in use, GARCH(1,1), costs 0.116 in QLIKE against the lowest, range-HAR "
        "(Diebold-Mariano +20.10, p < 0.001; the lowest is selected after the fact)."
    )
    assert text in printed(built)
    short = replace(cost, test=replace(cost.test, dm=None, p=None, reason="3 of 4 blocks"))
    assert say(SENTENCES, "cost_of_choice", short, FORECASTS).endswith(
        "range-HAR; not tested: 3 of 4 blocks."
    )
    assert say(SENTENCES, "cost_of_choice", replace(cost, used="range_har"), FORECASTS) == (
        "The forecast in use, range-HAR, has the lowest QLIKE."
    )


def test_what_the_forecast_in_use_costs_in_money(states: States) -> None:
    """Phase 3 again, sized by another forecast; before phase 3 there is nothing to size."""
    row = next(one for one in sizing_results().ablation if one.component == "forecast")
    text = say(SENTENCES, "cost_in_sizes", row)
    assert text == (
        "Phase 3 with sizes from the combined HAR instead: net return +0.700 (−0.300 to "
        "+1.700; inconclusive) percentage points, Sharpe ratio +0.40. "
        "The confidence keeps the forecast in use."
    )
    assert text in printed(states["phase 3"]())
    assert "sizes from the combined HAR" not in printed(states["phase 1"]())
    same = next(one for one in fixed_results().ablation if one.component == "forecast")
    assert "the same net return, since no size differs" in say(SENTENCES, "cost_in_sizes", same)
    none = next(one for one in unsized_results().ablation if one.component == "forecast")
    assert "no change of the net return is computable (no trade" in say(
        SENTENCES, "cost_in_sizes", none
    )


def test_every_coin_has_a_row_and_one_without_forecasts_its_reason(
    built: ReportInputs, states: States
) -> None:
    rows = forecasts.rows(built.volatility.forecasts)
    assert [row.symbol for row in rows] == sorted(built.volatility.forecasts.by_symbol)
    assert {len(row.cells) for row in rows} == {10}
    quick = states["phase 1, quick"]()
    (reason,) = {row.reason for row in forecasts.rows(quick.volatility.forecasts)}
    assert reason in printed(quick)
    assert f"{quick.shown.symbol}: fewer than 7 days of returns" in printed(quick)


def frame_of(forecast: np.ndarray, hour: np.ndarray) -> pd.DataFrame:
    times = pd.date_range("2024-01-01", periods=forecast.size, freq="5min", tz="UTC").as_unit("ms")
    return pd.DataFrame(
        {"open_time": times, "realised_short_daily_frac": hour, "garch_daily_frac": forecast}
    )


def test_deciles_are_those_of_a_plain_loop() -> None:
    rng = np.random.default_rng(8)
    forecast, hour = rng.uniform(0.01, 0.1, (2, 6000))
    hour[700] = np.nan
    frame = frame_of(forecast, hour)
    since = int(frame["open_time"].iloc[0].timestamp() * 1000) + DAY_MS
    pairs = []
    for t in range(288, 6000 - 24, 12):
        realised = np.sqrt((hour[t + 12] ** 2 + hour[t + 24] ** 2) / 2)
        if np.isfinite(realised):
            pairs.append((forecast[t], realised))
    wanted = np.array(sorted(pairs))
    for found, part in zip(
        deciles({"A": frame}, "garch", since, 12), np.array_split(wanted, 10), strict=True
    ):
        assert found.forecast == pytest.approx(np.sqrt((part[:, 0] ** 2).mean()))
        assert found.realised == pytest.approx(np.sqrt((part[:, 1] ** 2).mean()))
        expected = np.quantile(part[:, 1], [0.1, 0.5, 0.9])
        assert (found.low, found.median, found.high) == pytest.approx(expected)


def test_an_hour_that_lies_beyond_a_gap_is_not_realised() -> None:
    forecast, hour = np.full(6000, 0.03), np.full(6000, 0.03)
    hour[3000:] = 9.0
    whole = frame_of(forecast, hour)
    cut = whole.drop(index=range(2900, 3000)).reset_index(drop=True)
    since = int(whole["open_time"].iloc[0].timestamp() * 1000)
    highest = {round(one.high, 6) for one in deciles({"A": cut}, "garch", since, 1)}
    assert highest <= {0.03, 9.0}


def test_too_few_hours_give_no_deciles() -> None:
    assert deciles({"A": frame_of(np.full(600, 0.03), np.full(600, 0.03))}, "garch", 0, 12) == []
    assert deciles({}, "garch", 0, 12) == []


@given(st.lists(st.integers(-1, 2), max_size=60))
def test_spells_put_together_are_the_classes(classes: list[int]) -> None:
    rebuilt = [-1] * len(classes)
    for state, start, stop in spells(np.array(classes, dtype=np.int64)):
        assert start < stop
        rebuilt[start:stop] = [state] * (stop - start)
    assert rebuilt == classes


@pytest.mark.parametrize(
    ("detector", "words"),
    [
        ("hierarchical", "state of each coin under a hierarchical filter"),
        ("range_class", "class of a forecast of the next 24 hours"),
        ("market", "filtered class of the median level of all coins"),
        ("coin", "filtered class of the coin’s own level"),
        (None, ""),
    ],
)
def test_what_the_detector_in_use_does_is_said(detector: str | None, words: str) -> None:
    text = say(SENTENCES, "detector", detector)
    assert words in text
    assert text.startswith("The regime in use is") == (detector is not None)
