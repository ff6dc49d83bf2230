"""The model confidence set against arch's own, what the choice costs, and their results."""

import numpy as np
import pytest

from dipmaster.results.volatility.forecasts import ModelConfidenceSet, NoConfidenceSet
from dipmaster.volatility.confidence_set import find_confidence_set
from dipmaster.volatility.diebold_mariano import compare_mean_losses
from dipmaster.volatility.pooled_accuracy import average_over_coins, measure_cost


def make_losses(hours: int = 600, seed: int = 4) -> dict[str, np.ndarray]:
    """Two forecasts alike, one a little and one much worse; what moves all moves together."""
    rng = np.random.default_rng(seed)
    common = np.exp(np.convolve(rng.standard_normal(hours + 20), np.ones(20) / 5, "valid")[:hours])
    extra = {"garch": 0.4, "har": 0.004, "range_har": 0.0, "har_range": 0.002}
    return {
        name: common * np.exp(rng.normal(0, 0.05, hours)) + more for name, more in extra.items()
    }


def test_it_is_archs(params) -> None:
    from arch.bootstrap import MCS

    losses = make_losses()
    found = find_confidence_set(losses, params.evaluation)
    assert isinstance(found, ModelConfidenceSet)
    oracle = MCS(
        np.column_stack(list(losses.values())),
        size=0.05,
        reps=params.evaluation.bootstrap_reps,
        block_size=24,
        seed=np.random.default_rng(np.random.SeedSequence(params.evaluation.seed)),
    )
    oracle.compute()
    names = list(losses)
    assert found.members == tuple(names[i] for i in oracle.included)
    assert [found.p_values[name] for name in names] == [
        oracle.pvalues.loc[i, "Pvalue"] for i in range(len(names))
    ]
    assert (found.level, found.mean_block_origins, found.reps) == (0.05, 24, 200)


def test_a_clearly_worse_forecast_is_left_out_and_the_best_never_is(params) -> None:
    losses = make_losses()
    found = find_confidence_set(losses, params.evaluation)
    best = min(losses, key=lambda name: losses[name].mean())
    assert "garch" not in found.members
    assert found.p_values["garch"] == 0.0
    assert best in found.members
    assert found.p_values[best] == 1.0
    assert set(found.members) == {n for n, p in found.p_values.items() if p > 0.05}


def test_the_seed_decides_and_nothing_else(params) -> None:
    losses = make_losses()
    other_seed = params.evaluation.model_copy(update={"seed": params.evaluation.seed + 1})
    first, again, other = (
        find_confidence_set(losses, evaluation)
        for evaluation in (params.evaluation, params.evaluation, other_seed)
    )
    assert first == again
    assert first.p_values != other.p_values


def test_no_set_of_few_blocks_or_of_twins(params) -> None:
    long = params.evaluation.model_copy(update={"block_days": 7})
    assert find_confidence_set(make_losses(), long) == NoConfidenceSet(
        reason="sample too small (3 blocks of 7 days, minimum 4)"
    )
    losses = make_losses()
    losses["har_range"] = losses["har"].copy()
    assert find_confidence_set(losses, params.evaluation) == NoConfidenceSet(
        reason="har and har_range have the same loss throughout"
    )


def test_what_the_choice_costs(params) -> None:
    losses = make_losses()
    best = min(losses, key=lambda name: losses[name].mean())
    cost = measure_cost("garch", losses, params.evaluation)
    assert (cost.used, cost.best) == ("garch", best)
    assert cost.test.difference == pytest.approx(losses["garch"].mean() - losses[best].mean())
    assert cost.test == compare_mean_losses(losses["garch"], losses[best], params.evaluation)
    assert cost.test.verdict == "worse"
    free = measure_cost(best, losses, params.evaluation)
    assert free.best == best
    assert (free.test.difference, free.test.dm, free.test.verdict) == (0.0, None, "inconclusive")


def test_losses_are_averaged_over_the_coins_that_are_known() -> None:
    outcome = np.array([[1.0, 2.0, np.nan], [1.0, np.nan, np.nan]])
    forecast = np.array([[1.0, 1.0, 1.0], [2.0, np.nan, 1.0]])
    known = np.isfinite(outcome) & np.isfinite(forecast)
    half, double = 0.5 - np.log(0.5) - 1, 2 - np.log(2) - 1
    assert average_over_coins(outcome, forecast, known) == pytest.approx([half / 2, double, 0.0])
