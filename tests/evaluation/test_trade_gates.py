"""Win rate and profit factor: re-derived in pandas, against statsmodels, degenerate ledgers."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.stats.proportion import proportion_confint

from dipmaster.evaluation.statistics import trade_metrics
from dipmaster.learning.evaluation.clustered import t_critical

ALPHA, FEW = 0.025, 30


@pytest.fixture(scope="module")
def clustered(sample_of):
    """600 trades on 180 days in 18 blocks whose odds differ: design effect well above 1."""
    rng = np.random.default_rng(12)
    day = np.sort(rng.integers(0, 180, 600))
    odds = rng.normal(0.6, 0.7, 18)[day // 10]
    won = rng.random(600) < 1 / (1 + np.exp(-odds))
    size = rng.lognormal(1.0, 0.6, 600)
    return sample_of(np.where(won, size, -1.8 * size), day, 180)


def test_win_rate_is_a_logit_with_clustered_errors(clustered) -> None:
    fit = GLM(clustered.won.astype(float), np.ones(600), family=Binomial()).fit(
        cov_type="cluster", cov_kwds={"groups": clustered.block}
    )
    half = stats.t.ppf(1 - ALPHA, 17) * fit.bse[0]
    expected = [1 / (1 + math.exp(-(fit.params[0] + side * half))) for side in (-1, 1)]
    found = trade_metrics.estimate_win_rate(clustered, ALPHA, FEW)
    assert [found.low, found.high] == pytest.approx(expected, rel=1e-9)


def test_win_rate_again_in_pandas(clustered) -> None:
    frame = pd.DataFrame({"block": clustered.block, "won": clustered.won})
    rate, n = frame["won"].mean(), len(frame)
    blocks = frame.groupby("block")["won"].agg(["sum", "size"])
    error = ((blocks["sum"] - rate * blocks["size"]) ** 2).sum() * 18 / 17 / n**2
    effect = error / (rate * (1 - rate) / (n - 1))
    found = trade_metrics.estimate_win_rate(clustered, ALPHA, FEW)
    assert effect > 1.5
    assert found.value == pytest.approx(rate)
    assert found.n_effective == pytest.approx(min(n / effect, len(np.unique(clustered.day))))
    assert trade_metrics.estimate_design_effect(clustered) == pytest.approx(effect)


def test_profit_factor_again_in_pandas(clustered) -> None:
    frame = pd.DataFrame({"block": clustered.block, "net": clustered.net})
    frame["win"], frame["loss"] = frame["net"].clip(lower=0), (-frame["net"]).clip(lower=0)
    total = frame[["win", "loss"]].sum()
    blocks = frame.groupby("block")[["win", "loss"]].sum() / total
    error = math.sqrt(((blocks["win"] - blocks["loss"]) ** 2).sum() * 18 / 17)
    factor = total["win"] / total["loss"]
    half = stats.t.ppf(1 - ALPHA, 17) * error
    found = trade_metrics.estimate_profit_factor(clustered, ALPHA, FEW)
    assert found.value == pytest.approx(factor)
    assert [found.low, found.high] == pytest.approx(
        [factor * math.exp(-half), factor * math.exp(half)]
    )


def test_profit_factor_error_is_near_the_jackknife_over_blocks(clustered) -> None:
    """A different estimator of the same error: leave one block out."""
    logs = []
    for block in range(18):
        net = clustered.net[clustered.block != block]
        logs.append(math.log(net[net > 0].sum() / -net[net < 0].sum()))
    jackknife = math.sqrt(17 / 18 * sum((x - np.mean(logs)) ** 2 for x in logs))
    found = trade_metrics.estimate_profit_factor(clustered, ALPHA, FEW)
    error = math.log(found.high / found.low) / 2 / stats.t.ppf(1 - ALPHA, 17)
    assert error == pytest.approx(jackknife, rel=0.08)


def test_few_losers_fall_back_on_exact_bounds(sample_of) -> None:
    """20 of 600 lost on 60 days: Clopper-Pearson on 60, not 600, is wider than the logit."""
    net = np.full(600, 10.0)
    net[::30] = -10.0
    sample = sample_of(net, np.arange(600) // 10, 60)
    plain = trade_metrics.estimate_win_rate(sample, ALPHA, 0)
    found = trade_metrics.estimate_win_rate(sample, ALPHA, FEW)
    low, high = proportion_confint(58, 60, alpha=2 * ALPHA, method="beta")
    assert found.n_effective == 60.0
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))
    assert found.low < plain.low
    assert found.high > plain.high


def test_all_wins_have_a_lower_bound_below_one(sample_of) -> None:
    sample = sample_of(np.full(200, 10.0), np.arange(200) // 2, 100)
    found = trade_metrics.estimate_win_rate(sample, ALPHA, FEW)
    assert found.value == found.high == 1.0
    assert found.low == pytest.approx(ALPHA ** (1 / 100))  # 100 distinct days, not 200 trades
    factor = trade_metrics.estimate_profit_factor(sample, ALPHA, FEW)
    assert factor.value is factor.low is factor.high is None
    assert factor.reason == "no trade lost money: the profit factor is infinite"


def test_all_losses_have_an_upper_bound_above_zero(sample_of) -> None:
    sample = sample_of(np.full(200, -10.0), np.arange(200) // 2, 100)
    found = trade_metrics.estimate_win_rate(sample, ALPHA, FEW)
    assert found.value == found.low == 0.0
    assert found.high == pytest.approx(1 - ALPHA ** (1 / 100))
    factor = trade_metrics.estimate_profit_factor(sample, ALPHA, FEW)
    assert (factor.value, factor.low) == (0.0, 0.0)
    assert 0.0 < factor.high < 0.1


def test_what_broke_even_is_no_loser(sample_of) -> None:
    """Two trades netting rounding would make the mean loss smaller, and the bound kinder."""
    net = np.where(np.arange(150) % 15 == 0, -20.0, 10.0)
    net[[3, 77]] = 0.0
    day = np.arange(150) // 2
    exact = trade_metrics.estimate_profit_factor(sample_of(net, day, 75), ALPHA, FEW)
    net[[3, 77]] = -1e-12, 1e-12
    assert trade_metrics.estimate_profit_factor(sample_of(net, day, 75), ALPHA, FEW) == exact


def test_one_more_mean_loss_lowers_the_bound(sample_of) -> None:
    """With 10 losers the lower bound holds with an 11th of mean size as well."""
    rng = np.random.default_rng(5)
    net = np.where(np.arange(150) % 15 == 0, -20.0, 10.0) * rng.uniform(0.5, 1.5, 150)
    sample = sample_of(net, np.arange(150) // 2, 75)
    widened = trade_metrics.estimate_profit_factor(sample, ALPHA, FEW)
    plain = trade_metrics.estimate_profit_factor(sample, ALPHA, 0)
    won, lost = np.maximum(net, 0), np.maximum(-net, 0)
    loss = np.append(lost, lost[lost > 0].mean())
    factor = won.sum() / loss.sum()
    parts = np.append(won, 0.0) / won.sum() - loss / loss.sum()
    frame = pd.DataFrame({"part": parts, "block": np.append(sample.block, 99)})
    groups = frame.groupby("block")["part"].sum()
    error = max((groups**2).sum() * len(groups) / (len(groups) - 1), (parts**2).sum() * 151 / 150)
    t = stats.t.ppf(1 - ALPHA, sample.blocks_with_trades - 1)
    assert widened.low == pytest.approx(min(plain.low, factor * math.exp(-t * math.sqrt(error))))
    assert widened.low < plain.low
    assert widened.high >= plain.high


@pytest.mark.parametrize("days", [1, 10])
def test_one_block_has_values_but_no_bounds(sample_of, days: int) -> None:
    sample = sample_of(np.array([5.0, -4.0, 3.0]), np.zeros(3, dtype=np.int64), days)
    for estimate, reason in (
        (trade_metrics.estimate_win_rate(sample, ALPHA, FEW), "one block only"),
        (
            trade_metrics.estimate_profit_factor(sample, ALPHA, FEW),
            "1 of 4 blocks that bounds need",
        ),
    ):
        assert estimate.value is not None
        assert estimate.low is estimate.high is None
        assert estimate.reason == reason


def test_no_trade(sample_of) -> None:
    sample = sample_of(np.zeros(0), np.zeros(0, dtype=np.int64), 30)
    for found in (
        trade_metrics.estimate_win_rate(sample, ALPHA, FEW),
        trade_metrics.estimate_profit_factor(sample, ALPHA, FEW),
    ):
        assert (found.value, found.n, found.reason) == (None, 0, "no trade")
    assert trade_metrics.estimate_design_effect(sample) is None


@given(
    st.lists(
        st.tuples(
            st.floats(-100, 100).filter(lambda x: x == 0 or abs(x) > 1e-6), st.integers(0, 59)
        ),
        max_size=60,
    ),
    st.sampled_from([0.001, 0.025, 0.2]),
    st.integers(0, 40),
)
def test_bounds_hold_the_value(sample_of, trades, alpha: float, few: int) -> None:
    net = np.array([x for x, _ in trades])
    day = np.array([d for _, d in trades], dtype=np.int64)
    sample = sample_of(net, day, 60)
    rate = trade_metrics.estimate_win_rate(sample, alpha, few)
    factor = trade_metrics.estimate_profit_factor(sample, alpha, few)
    for found in (rate, factor):
        assert 0 <= found.n_effective <= max(sample.days_with_trades, 0)
        if found.low is not None:
            assert found.low <= found.value <= found.high
            assert math.isfinite(found.high)
    if rate.low is not None:
        assert rate.low >= 0.0
        assert rate.high <= 1.0
        tighter = trade_metrics.estimate_win_rate(sample, min(alpha * 1.5, 0.4), few)
        assert rate.low <= tighter.low
        assert rate.high >= tighter.high


def test_mean_by_hand() -> None:
    values, block = np.array([1.0, 3, 4, 8, 6, 2]), np.array([0, 0, 1, 1, 2, 3])
    estimate = trade_metrics.estimate_mean(values, np.array([0, 0, 9, 9, 19, 29]), block, ALPHA)
    together = 4 / 3 * ((-3 - 1) ** 2 + (0 + 4) ** 2 + 2**2 + (-2) ** 2) / 36
    assert estimate.value == 4.0
    assert estimate.high - 4.0 == pytest.approx(t_critical(3, ALPHA) * math.sqrt(together))
    assert 4.0 - estimate.low == pytest.approx(estimate.high - 4.0)
    assert estimate.n == 6
    assert estimate.n_effective <= 4.0  # four days


def test_mean_is_at_least_as_wide_as_of_independent_trades() -> None:
    """Blocks whose errors cancel: their own variance would be nothing."""
    values, block = np.tile([1.0, 3.0], 4), np.repeat(np.arange(4), 2)
    estimate = trade_metrics.estimate_mean(values, np.arange(8), block, ALPHA)
    alone = 8 / 7 * np.sum(((values - 2.0) / 8) ** 2)
    assert estimate.high - 2.0 == pytest.approx(t_critical(3, ALPHA) * math.sqrt(alone))


def test_a_mean_has_no_bound_below_what_can_be() -> None:
    """Minutes of four positions, three of them closed at once."""
    minutes, block = np.array([5.0, 5.0, 5.0, 180.0]), np.arange(4)
    free = trade_metrics.estimate_mean(minutes, block, block, ALPHA)
    kept = trade_metrics.estimate_mean(minutes, block, block, ALPHA, lowest=0.0)
    assert free.low < 0.0 == kept.low
    assert (kept.value, kept.high) == (free.value, free.high)


@pytest.mark.parametrize(
    ("values", "block", "value", "reason"),
    [
        ([], [], None, "no trade"),
        ([1.0, 2.0], [3, 3], 1.5, "1 of 4 blocks that bounds need"),
        ([1.0, 2.0, 3.0], [3, 4, 5], 2.0, "3 of 4 blocks that bounds need"),
        ([2.0] * 4, [0, 1, 2, 3], 2.0, "the same for every trade: no bounds can be read from it"),
    ],
)
def test_a_mean_without_bounds_says_why(values, block, value, reason) -> None:
    days = np.arange(len(values))
    estimate = trade_metrics.estimate_mean(
        np.array(values), days, np.array(block, dtype=int), ALPHA
    )
    assert (estimate.value, estimate.low, estimate.high) == (value, None, None)
    assert estimate.reason == reason
