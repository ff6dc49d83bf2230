"""Model confidence set of the forecasts (Hansen, Lunde and Nason 2011)."""

from collections.abc import Mapping

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.params.volatility import ForecastEvaluation
from dipmaster.results.volatility import forecasts as results
from dipmaster.volatility.diebold_mariano import count_hac_lags, describe_few_blocks


def find_confidence_set(
    losses: Mapping[str, Floats], params: ForecastEvaluation
) -> results.ModelConfidenceSet | results.NoConfidenceSet:
    """Forecasts among which none is shown to be worse, at level `alpha`, by the range statistic.

    Stationary bootstrap of `bootstrap_reps` resamples, blocks as long on average
    as the lags of the long-run variance; its stream comes from `seed`. Sums are
    taken without BLAS: the same bytes for any number of threads.

    Parameters
    ----------
    losses
        Name to the loss at each origin, shape (origins,), all known.

    Returns
    -------
    ModelConfidenceSet or NoConfidenceSet
        The latter with the reason: too few blocks, or two forecasts of equal loss
        throughout, whose difference has no spread.
    """
    series = np.column_stack(list(losses.values()))
    reason = describe_few_blocks(len(series), params) or _describe_twins(losses)
    if reason:
        return results.NoConfidenceSet(reason=reason)
    from arch.bootstrap import MCS

    block = count_hac_lags(params)
    procedure = MCS(
        series,
        size=params.alpha,
        reps=params.bootstrap_reps,
        block_size=block,
        method="R",
        bootstrap="stationary",
        seed=np.random.default_rng(np.random.SeedSequence(params.seed)),
    )
    procedure.compute()
    p_values = procedure.pvalues["Pvalue"]
    return results.ModelConfidenceSet(
        level=params.alpha,
        mean_block_origins=block,
        reps=params.bootstrap_reps,
        members=tuple(name for i, name in enumerate(losses) if i in procedure.included),
        p_values={name: float(p_values[i]) for i, name in enumerate(losses)},
    )


def _describe_twins(losses: Mapping[str, Floats]) -> str:
    names = list(losses)
    for i, name in enumerate(names):
        for other in names[:i]:
            if np.array_equal(losses[name], losses[other]):
                return f"{other} and {name} have the same loss throughout"
    return ""
