"""One market and one set of scores to figures: scored, filtered, traded and judged by phase 1."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dipmaster.backtest import Ledger
from dipmaster.backtest.metrics import split_gains_losses
from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params import Params
from dipmaster.evaluation.context import EvaluationContext, build_context
from dipmaster.evaluation.phase import Checks, Completed, JudgedPhase, Phase
from dipmaster.evaluation.phases.baseline import BaselinePhase
from dipmaster.evaluation.phases.selection import SelectionPhase
from dipmaster.evaluation.phases.selection.signals.planted import measure_planted_recall
from dipmaster.evaluation.phases.selection.signals.rates import BoundsLevel
from dipmaster.evaluation.reading import EvaluationInputs
from dipmaster.evaluation.run import complete_phases, judge_phase
from dipmaster.evaluation.statistics.sample import select_out_of_sample
from dipmaster.learning.evaluation.losses import log_loss_statistic
from dipmaster.learning.evaluation.ranks import auc_statistic
from dipmaster.results.common import Verdict

VERDICTS: tuple[Verdict, ...] = ("PASS", "FAIL", "INCONCLUSIVE", "INSUFFICIENT DATA")


@dataclass(frozen=True)
class ScoreFigures:
    """What one set of scores was worth in one market, out of sample; None where not computable.

    Attributes
    ----------
    candidates
        With a label and a score; AUC and log loss are theirs.
    p_sum
        Sum of the confidence of the trades.
    gain, loss
        Summed net profit of the trades that won, and loss of the others, in money.
    net_bps
        Sum of the net returns of the trades.
    sharpe
        None where nothing was traded.
    planted_recall
        Share of the planted drops that a trade followed, as the pipeline measures it.
    reversions, reversions_traded
        Candidates whose remaining reversion exceeded their costs, and those traded of them.
    block_residuals
        Confidence less win, summed over the trades of each calendar block.
    verdicts
        Number of gates of phase 1 by verdict.
    """

    candidates: int
    auc: float | None
    log_loss: float | None
    trades: int
    won: int
    p_sum: float
    gain: float
    loss: float
    net_bps: float
    sharpe: float | None
    planted_recall: float | None
    reversions: int
    reversions_traded: int
    block_residuals: Floats
    verdicts: Mapping[str, int]


class BoundPhase(SelectionPhase):
    """Phase 1 on scores that are not the pipeline's: no fits on record to check them against."""

    def integrity_checks(
        self, context: EvaluationContext, completed: Completed, ledger: Ledger
    ) -> Checks:
        """Check the ledger alone."""
        return Phase.integrity_checks(self, context, completed, ledger)


def evaluate_confidence(
    inputs: EvaluationInputs,
    confidence: Floats,
    profitable: Bools,
    phase: SelectionPhase,
    params: Params,
) -> ScoreFigures:
    """Put a confidence in the place of the pipeline's, and trade and judge phase 1 on it.

    Parameters
    ----------
    inputs
        Of the market, with the simulator's truth.
    confidence
        Shape (candidates,), NaN where there is none.
    profitable
        Shape (candidates,), of `find_profitable_reversions`.
    phase
        `SelectionPhase` for the pipeline's own scores, else `BoundPhase`.
    """
    scores = inputs.scores.assign(confidence=confidence)
    context = build_context(replace(inputs, scores=scores), params)
    judged = judge_phase(context, complete_phases(context, (BaselinePhase(), phase)))
    return _collect_figures(scores, judged, context, profitable)


def find_profitable_reversions(
    scores: pd.DataFrame, remaining_frac: Floats, cost_frac: Floats
) -> Bools:
    """Candidates worth trading to who knows the truth, shape (candidates,).

    Parameters
    ----------
    remaining_frac
        Of the price, how much is still to revert at the close of the signal's bar.
    cost_frac
        Fees, slippage and spread of a round trip.
    """
    labelled: Bools = scores["label"].to_numpy() >= 0
    return labelled & (remaining_frac > cost_frac)


def select_scored(scores: pd.DataFrame, out_of_sample_ms: int) -> pd.DataFrame:
    """Rows of table SCORES out of sample with a label and a confidence."""
    late = to_epoch_ms(scores["open_time"]) >= out_of_sample_ms
    return scores[late & (scores["label"] >= 0) & scores["confidence"].notna()]


def _collect_figures(
    scores: pd.DataFrame, judged: JudgedPhase, context: EvaluationContext, profitable: Bools
) -> ScoreFigures:
    period, gates, sample = context.period, context.params.gates, judged.evaluation.sample
    scored = select_scored(scores, period.out_of_sample_ms)
    p, won = (scored[name].to_numpy(dtype=np.float64) for name in ("confidence", "label"))
    trades = select_out_of_sample(judged.ledger.trades, period)
    p_traded = trades["confidence"].to_numpy(dtype=np.float64)
    gains, losses = split_gains_losses(sample.net, sample.return_frac)
    level = BoundsLevel(gates.alpha, gates.few_losing_trades)
    recall = measure_planted_recall(scores, judged.traded, context.inputs.truth, period, level)
    worth = profitable & (to_epoch_ms(scores["open_time"]) >= period.out_of_sample_ms)
    rows = judged.evaluation.gates
    return ScoreFigures(
        candidates=len(scored),
        auc=auc_statistic(p, won).value(),
        log_loss=log_loss_statistic(p, won).value(),
        trades=sample.trades,
        won=int(sample.won.sum()),
        p_sum=float(p_traded.sum()),
        gain=float(gains.sum()),
        loss=float(losses.sum()),
        net_bps=1e4 * float(sample.return_frac.sum()),
        sharpe={row.metric: row.value for row in rows.rows}["sharpe"],
        planted_recall=None if recall is None else recall.value,
        reversions=int(worth.sum()),
        reversions_traded=int((worth & judged.traded).sum()),
        block_residuals=np.bincount(sample.block, weights=p_traded - sample.won).astype(np.float64),
        verdicts={verdict: rows.count(verdict) for verdict in VERDICTS},
    )
