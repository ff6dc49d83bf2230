"""Contributions are validate's own paired differences, tested and corrected."""

from dataclasses import replace

import numpy as np
import pytest

from dipmaster.backtest import metrics
from dipmaster.evaluation.comparison import judge_changes
from dipmaster.evaluation.statistics.paired.sides import PairedSide, build_side
from dipmaster.evaluation.statistics.sample import build_sample
from dipmaster.outcomes.accounts import ComparedAccount, build_account, stay_flat
from dipmaster.outcomes.contributions import (
    AccountPair,
    measure_contributions,
    pair_with_previous,
)

pytestmark = pytest.mark.slow

KEYS = ("mean_net_bps", "net_return", "sharpe")


def account(
    sample_of, net: np.ndarray, day: np.ndarray, name: str, lacking: str = ""
) -> ComparedAccount:
    return ComparedAccount(PairedSide(name, sample_of(net, day, 60), np.arange(net.size)), lacking)


def test_they_are_the_differences_of_validate(context, traded, few_data) -> None:
    """By another path: sides of the ledgers, judged as `compare_phases` judges them."""
    added = measure_contributions(pair_with_previous(context, traded), few_data)
    assert [one.phase for one in added] == [1, 2, 3]
    for number, one in enumerate(added, 1):
        sides = []
        for phase in (number, number - 1):
            ledger = traded[phase].ledger
            sample = build_sample(ledger.trades, ledger.equity, context.period)
            sides.append(build_side(phase, sample, ledger, context.period))
        expected = judge_changes(sides[0], sides[1], number, number - 1, "", few_data)
        for key in KEYS:
            change, judged = getattr(one, key).comparison, getattr(expected, key)
            assert (change.value, change.low, change.high) == pytest.approx(
                (judged.value, judged.low, judged.high), abs=1e-9
            )


def test_values_follow_from_the_ledgers(context, traded, few_data) -> None:
    """From equity marks and trades alone."""
    one = measure_contributions(pair_with_previous(context, traded), few_data)[1]

    def figures(number: int) -> tuple[float, float, int]:
        ledger, start = traded[number].ledger, context.period.out_of_sample_ms
        late = ledger.trades["entry_time"].astype("int64") // 10**6 >= start
        if ledger.trades["entry_time"].dt.unit == "ms":
            late = ledger.trades["entry_time"].astype("int64") >= start
        equity = ledger.equity["equity"].to_numpy()
        first = (start - context.period.first_ms) // 300_000
        mean = 1e4 * ledger.trades["return_frac"][late].mean()
        return mean, equity[-1] / equity[first - 1] - 1.0, int(late.sum())

    after, before = figures(2), figures(1)
    assert one.mean_net_bps.comparison.value == pytest.approx(after[0] - before[0])
    assert one.net_return.comparison.value == pytest.approx(after[1] - before[1])
    assert (one.trades, one.trades_without) == (after[2], before[2])


def test_the_same_account_twice_is_no_difference(sample_of, gates) -> None:
    rng = np.random.default_rng(1)
    net, day = rng.normal(1.0, 4.0, 200), np.sort(rng.integers(0, 60, 200))
    one = account(sample_of, net, day, "one")
    found = measure_contributions([AccountPair(1, one, one)], gates)[0]
    for key in KEYS:
        change = getattr(found, key)
        assert (change.comparison.value, change.comparison.verdict) == (0.0, "inconclusive")
        assert (change.p_value, change.comparison.reason) == (1.0, "there is no difference")


def test_no_verdict_and_no_p_value_where_the_minimum_data_lack(sample_of, gates) -> None:
    rng = np.random.default_rng(2)
    net, day = rng.normal(9.0, 1.0, 200), np.sort(rng.integers(0, 60, 200))
    winning = account(sample_of, net, day, "winning")
    losing = account(sample_of, -net, day, "losing", "sample too small in losing")
    for pair in (AccountPair(1, winning, losing), AccountPair(1, losing, winning)):
        found = measure_contributions([pair], gates)[0]
        for key in KEYS:
            change = getattr(found, key)
            assert change.comparison.verdict == "insufficient data"
            assert change.comparison.reason == "sample too small in losing"
            assert change.p_value is change.p_holm is None


def test_a_verdict_that_the_correction_takes_away(sample_of, gates) -> None:
    """Alone the better account is better; as one of twenty it is not."""
    rng = np.random.default_rng(4)
    day = np.sort(rng.integers(0, 60, 300))
    net = rng.normal(0.0, 4.0, 300)
    before = account(sample_of, net, day, "before")
    after = account(sample_of, net + rng.normal(0.55, 3.0, 300), day, "after")
    alone = measure_contributions([AccountPair(1, after, before)], gates)[0].mean_net_bps
    assert alone.comparison.verdict == "better"
    assert alone.p_holm == alone.p_value < 2.0 * gates.alpha
    same = AccountPair(2, before, before)
    of_many = measure_contributions([AccountPair(1, after, before), *[same] * 19], gates)[0]
    corrected = of_many.mean_net_bps
    assert corrected.p_holm == pytest.approx(20.0 * alone.p_value)
    assert corrected.comparison.verdict == "inconclusive"
    assert "Holm" in corrected.comparison.reason
    assert replace(corrected.comparison, verdict="better", reason="") == replace(
        alone.comparison, reason=""
    )


def test_names_of_what_lacks_data(context, traded) -> None:
    demanding = context.params.gates.model_copy(update={"min_trades": 10_000})
    strict = replace(context, params=type(context.params)(**{**vars(context.params),
                                                             "gates": demanding}))  # fmt: skip
    lacking = build_account("the strategy without phase 2", traded[-1], strict).lacking
    assert lacking.startswith("sample too small in the strategy without phase 2 (")


def test_an_account_that_never_trades(context, traded) -> None:
    one = build_account("phase 3", traded[-1], context)
    flat = stay_flat(one)
    assert metrics.sharpe_annual(flat.sample.days.returns) is None
    assert np.prod(flat.sample.days.growth) == 1.0
    assert flat.sample.days.growth.size == one.sample.days.growth.size
