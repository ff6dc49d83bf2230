"""The roadmap's SignalQualityValidator: one record of how good the phase's signals are."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.params import Gates
from dipmaster.evaluation.figures.breakdowns import mean_or_none
from dipmaster.evaluation.figures.intervals import to_sample_interval
from dipmaster.evaluation.phases.selection.signals import rates
from dipmaster.evaluation.phases.selection.signals.by_regime import (
    compare_regimes,
    estimate_win_rates,
)
from dipmaster.evaluation.phases.selection.signals.consistency import measure_consistency
from dipmaster.evaluation.phases.selection.signals.outcomes import (
    is_out_of_sample,
    label_candidates,
)
from dipmaster.evaluation.phases.selection.signals.paired import compare_with_all, mcnemar
from dipmaster.evaluation.phases.selection.signals.planted import measure_planted_recall
from dipmaster.evaluation.phases.selection.signals.rates import BoundsLevel
from dipmaster.evaluation.statistics.period import Period
from dipmaster.results.evaluation.signal_quality import SignalQuality


def measure_signal_quality(
    scores: pd.DataFrame,
    filter_results: pd.DataFrame,
    traded: Bools,
    period: Period,
    gates: Gates,
    truth: Mapping[str, pd.DataFrame] | None = None,
) -> SignalQuality:
    """Judge the signals of a phase on the candidates out of sample.

    Parameters
    ----------
    scores, filter_results
        Tables SCORES and FILTER_RESULTS, row by row the same candidates, burn-in included.
    traded
        Shape (candidates,), whether the phase opened a position on the candidate.
    truth
        Table TRUTH by symbol where the market is simulated, else None.

    Returns
    -------
    SignalQuality
        What cannot be computed is
        None, and `reason` beside it says why. Candidates whose baseline trade never
        took place are left out.
    """
    level = BoundsLevel(gates.alpha, gates.few_losing_trades)
    late = is_out_of_sample(scores, period)
    every = label_candidates(scores, filter_results, traded, period).only(late)
    judged = every.only(every.known)
    return SignalQuality(
        unit="candidates",
        base_precision=mean_or_none(judged.won.astype(np.float64)),
        precision=to_sample_interval(rates.estimate_precision(judged, level)),
        recall=to_sample_interval(rates.estimate_recall(judged, level)),
        f1=to_sample_interval(rates.estimate_f1(judged, level)),
        false_positive_rate=to_sample_interval(rates.estimate_false_positive_rate(judged, level)),
        n_candidates=judged.size,
        n_unlabelled=every.size - judged.size,
        n_positive=int(judged.won.sum()),
        blocks_with_positives=np.unique(judged.block[judged.won]).size,
        n_traded=int(judged.traded.sum()),
        removed_frac=mean_or_none((~judged.traded).astype(np.float64)),
        consistency=measure_consistency(judged, gates.alpha),
        paired=compare_with_all(judged, level),
        mcnemar=mcnemar(judged, gates),
        planted_recall=measure_planted_recall(scores, traded, truth, period, level),
        win_rate_by_regime=estimate_win_rates(judged, level),
        heterogeneity=compare_regimes(judged, gates),
        traded_mean_p=mean_or_none(_known(judged.confidence[judged.traded])),
        traded_win_rate=mean_or_none(judged.won[judged.traded].astype(np.float64)),
    )


def _known(values: Floats) -> Floats:
    return values[~np.isnan(values)]
