"""Volatility's chapter: what is called accuracy, which forecast is better, tenths and spells."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dipmaster.report.chapters.volatility import forecasts, regimes
from dipmaster.report.chapters.volatility.regime_chart import spells
from dipmaster.report.chapters.volatility.tenths import tenths
from dipmaster.report.chapters.volatility.view import VOLATILITY
from dipmaster.report.inputs import ReportInputs
from dipmaster.results.volatility.forecasts import PooledForecastTest
from dipmaster.results.volatility.regimes import NothingToCompare, RegimeResults
from tests.report.conftest import unpainted
from tests.report.printed import print_chapter, say
from tests.report.run import validated

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


def test_garch_is_told_to_be_better_and_worse_and_the_choice_is_a_param(
    built: ReportInputs,
) -> None:
    pooled = built.volatility.forecasts.pooled
    garch = say(SENTENCES, "garch", pooled, forecasts.comparisons(pooled), "GARCH(1,1)")
    assert garch.startswith("Over all coins, GARCH against RV-EWMA: better, p")
    assert "; against HAR: worse, p" in garch
    assert "The strategy uses GARCH(1,1): that is a param" in garch
    assert garch in printed(built)


def test_accuracy_is_held_against_90_per_cent(built: ReportInputs) -> None:
    text = printed(built)
    assert "on 76.0 % (71.0 to 81.0 %) of the bars" in text
    assert "more than 90 %: not met (the whole interval misses it)." in text
    assert "market as a whole it names on 84.4 %" in text
    references = regimes.references(built.volatility.regimes)
    assert [one.key for one in references] == ["coin_truth", "market_truth"]


def test_accuracy_has_the_verdict_of_its_claim_and_none_of_its_own(built: ReportInputs) -> None:
    """An interval that misses 90 % as a whole, and too little data for a verdict."""
    few = "insufficient: 2 of 6 blocks out of sample"
    claims = tuple(
        replace(one, verdict="inconclusive", reason=f"{few}; besides")
        if one.id == "1.3.accuracy"
        else one
        for one in built.validation.claims
    )
    assert f"more than 90 %: inconclusive ({few})." in printed(validated(built, claims=claims))
    unjudged = printed(validated(built, claims=()))
    assert "more than 90 %. Always naming" in unjudged


def test_a_garch_that_was_not_tested_says_what_lacks() -> None:
    few = PooledForecastTest(
        dm=None, p=None, verdict="inconclusive", difference=-0.1,
        reason="insufficient: 2 of 4 blocks of 30 days",
    )  # fmt: skip
    garch = say(SENTENCES, "garch", None, [("HAR", few)], "GARCH(1,1)")
    lacks = "against HAR: inconclusive (insufficient: 2 of 4 blocks of 30 days)."
    assert lacks in garch


def test_on_real_bars_there_is_only_a_proxy_and_it_is_named_so(states: States) -> None:
    real = states["phase 1, real bars"]()
    text = printed(real)
    assert "accuracy cannot be measured and the roadmap’s 90 % stays open" in text
    assert "not met" not in text
    assert [one.key for one in regimes.references(real.volatility.regimes)] == ["proxy"]
    assert "changes of the true state" not in text


def test_too_little_to_judge_is_said_with_its_reason(states: States) -> None:
    quick = states["phase 1, quick"]()
    text = printed(quick)
    assert "Regimes cannot be judged: less than a day out of sample." in text
    assert "cannot be judged: fewer than 14 days" in text
    assert regimes.references(quick.volatility.regimes) == []
    assert f"{quick.shown.symbol}: fewer than 7 days of returns" in text


def test_a_reference_without_a_bar_is_told(built: ReportInputs) -> None:
    judged = built.volatility.regimes
    assert isinstance(judged, RegimeResults)
    none = NothingToCompare(bars=0, reason="no bar on which both are known")
    coin = replace(judged.market, coin_truth=none)
    text = printed(
        replace(built, volatility=replace(built.volatility, regimes=replace(judged, market=coin)))
    )
    assert "Regimes cannot be judged: no bar on which both are known." in text


def frame_of(said: np.ndarray, hour: np.ndarray) -> pd.DataFrame:
    times = pd.date_range("2024-01-01", periods=said.size, freq="5min", tz="UTC").as_unit("ms")
    return pd.DataFrame(
        {"open_time": times, "realised_short_daily_frac": hour, "garch_daily_frac": said}
    )


def test_tenths_are_those_of_a_plain_loop() -> None:
    rng = np.random.default_rng(8)
    said, hour = rng.uniform(0.01, 0.1, (2, 6000))
    hour[700] = np.nan
    frame = frame_of(said, hour)
    since = int(frame["open_time"].iloc[0].timestamp() * 1000) + DAY_MS
    pairs = []
    for t in range(288, 6000 - 24, 12):
        came = np.sqrt((hour[t + 12] ** 2 + hour[t + 24] ** 2) / 2)
        if np.isfinite(came):
            pairs.append((said[t], came))
    wanted = np.array(sorted(pairs))
    for found, part in zip(
        tenths({"A": frame}, "garch", since, 12), np.array_split(wanted, 10), strict=True
    ):
        assert found.forecast == pytest.approx(np.sqrt((part[:, 0] ** 2).mean()))
        assert found.realised == pytest.approx(np.sqrt((part[:, 1] ** 2).mean()))
        assert (found.low, found.high) == pytest.approx(np.quantile(part[:, 1], [0.25, 0.75]))


def test_an_hour_that_lies_beyond_a_gap_is_not_what_came() -> None:
    said, hour = np.full(6000, 0.03), np.full(6000, 0.03)
    hour[3000:] = 9.0
    whole = frame_of(said, hour)
    cut = whole.drop(index=range(2900, 3000)).reset_index(drop=True)
    since = int(whole["open_time"].iloc[0].timestamp() * 1000)
    seen = {round(one.high, 6) for one in tenths({"A": cut}, "garch", since, 1)}
    assert seen <= {0.03, 9.0}


def test_too_few_hours_give_no_tenths() -> None:
    assert tenths({"A": frame_of(np.full(600, 0.03), np.full(600, 0.03))}, "garch", 0, 12) == []
    assert tenths({}, "garch", 0, 12) == []


@given(st.lists(st.integers(-1, 2), max_size=60))
def test_spells_put_together_are_the_classes(classes: list[int]) -> None:
    rebuilt = [-1] * len(classes)
    for state, start, stop in spells(np.array(classes, dtype=np.int64)):
        assert start < stop
        rebuilt[start:stop] = [state] * (stop - start)
    assert rebuilt == classes
