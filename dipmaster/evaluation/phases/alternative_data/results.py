"""What evidence changed: admissions, trades gained and lost; and what can be won at all."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.time_units import BAR_MS
from dipmaster.core.wins import is_win
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.figures.intervals import to_sample_interval
from dipmaster.evaluation.phase import JudgedPhase, JudgedPhases
from dipmaster.evaluation.phases.alternative_data.inputs import EvidenceInputs
from dipmaster.evaluation.statistics.trade_metrics import estimate_share
from dipmaster.results.common import SampleInterval
from dipmaster.results.evaluation.alternative_data import (
    AlternativeDataFigures,
    FeedTrades,
    MovedTrades,
    Reach,
    WinRateCeiling,
)
from dipmaster.results.metrics import WIN_RATE

FEEDS = ("order_book", "on_chain", "sentiment")
PLANTED_WITHIN_BARS = 2  # half-life of the reversion is 6.6 bars: later, much of it is gone
LIQUIDITY = 1


def measure_evidence(
    context: EvaluationContext,
    rescored: EvaluationContext,
    evidence: EvidenceInputs,
    judged: JudgedPhases,
) -> AlternativeDataFigures:
    """Everything beside the gates; candidates out of sample only."""
    before, this = judged[-2], judged[-1]
    late = to_epoch_ms(context.inputs.candidates["open_time"]) >= context.period.out_of_sample_ms
    gained, lost = late & this.traded & ~before.traded, late & before.traded & ~this.traded
    used = evidence.scores["uses_evidence"].to_numpy() == 1
    return AlternativeDataFigures(
        status=evidence.record.data.status,
        credit=evidence.record.credit,
        candidates=int(late.sum()),
        with_evidence=int((late & used).sum()),
        admitted_before=_count_admitted(context, late),
        admitted=_count_admitted(rescored, late),
        kept=_describe(this, late & this.traded & before.traded),
        gained=_describe(this, gained),
        lost=_describe(before, lost),
        by_feed=_split_by_feed(evidence.scores, gained, lost, before, this),
        ceiling=_measure_ceiling(context, late, this),
    )


def _count_admitted(context: EvaluationContext, late: Bools) -> int:
    return int(np.count_nonzero(late & (context.filter_results["admitted"].to_numpy() == 1)))


def _describe(phase: JudgedPhase, candidates: Bools) -> MovedTrades:
    """Each candidate alone under the phase's exits, at the size of one: sizes play no part."""
    net = phase.standalone.net_frac[candidates]
    net = net[~np.isnan(net)]
    return MovedTrades(
        n=int(candidates.sum()),
        wins=int(is_win(net).sum()),
        mean_net_bps=float(net.mean() * 1e4) if net.size else None,
    )


def _split_by_feed(
    scores: pd.DataFrame, gained: Bools, lost: Bools, before: JudgedPhase, this: JudgedPhase
) -> dict[str, FeedTrades]:
    """By the feed that moved the score most, up for what was gained and down for what was lost."""
    moved = np.column_stack([scores[f"{feed}_log_odds"].to_numpy(np.float64) for feed in FEEDS])
    moved = np.nan_to_num(moved)
    most, least = np.argmax(moved, axis=1), np.argmin(moved, axis=1)
    return {
        feed: FeedTrades(
            gained=_describe(this, gained & (most == at)),
            lost=_describe(before, lost & (least == at)),
        )
        for at, feed in enumerate(FEEDS)
    }


def _measure_ceiling(context: EvaluationContext, late: Bools, this: JudgedPhase) -> WinRateCeiling:
    """How often these exits win: what the score expects, and where the truth confirms it."""
    traded = late & this.traded
    confidence = this.orders.entries.confidence
    expected: Floats = np.full(late.size, np.nan)
    expected[this.orders.entries.candidate_id] = confidence
    known = expected[traded & ~np.isnan(expected)]
    target = float(this.phase.targets(context.params.gates)[WIN_RATE.key])
    planted = _measure_planted(context, traded, this)
    return WinRateCeiling(
        target=target,
        reach=judge_reach(planted, target),
        mean_confidence=float(known.mean()) if known.size else None,
        planted=planted,
    )


def judge_reach(planted: SampleInterval | None, target: float) -> Reach:
    """Whether the target is reached where every false signal is taken away."""
    if planted is None or planted.low is None or planted.high is None:
        return "not known"
    if planted.high < target:
        return "out of reach"
    return "within reach" if planted.low >= target else "open"


def _measure_planted(
    context: EvaluationContext, traded: Bools, this: JudgedPhase
) -> SampleInterval | None:
    """Win rate of the trades on a planted drop, each alone under these exits."""
    if context.inputs.truth is None:
        return None
    candidates, gates = context.inputs.candidates, context.params.gates
    planted = follows_planted_drop(candidates, context.inputs.truth)
    net = this.standalone.net_frac
    rows = np.flatnonzero(traded & planted & ~np.isnan(net))
    day = context.period.day_of(to_epoch_ms(candidates["open_time"])[rows])
    return to_sample_interval(
        estimate_share(
            is_win(net[rows]),
            day,
            context.period.block_of(day),
            gates.alpha,
            gates.few_losing_trades,
            "no trade on a drop with a built-in reversal out of sample",
        )
    )


def follows_planted_drop(candidates: pd.DataFrame, truth: Mapping[str, pd.DataFrame]) -> Bools:
    """Candidates on the bar of a liquidity jump downwards, or up to two bars after it."""
    symbols, times = candidates["symbol"].to_numpy(str), to_epoch_ms(candidates["open_time"])
    follows = np.zeros(len(candidates), dtype=np.bool_)
    for symbol, frame in truth.items():
        fell = (frame["jump_mark"].to_numpy() == LIQUIDITY) & (frame["jump_frac"].to_numpy() < 0.0)
        drops: Ints = to_epoch_ms(frame["open_time"])[fell]
        of_symbol = symbols == symbol
        lags: Sequence[int] = range(PLANTED_WITHIN_BARS + 1)
        follows[of_symbol] = np.any(
            [np.isin(times[of_symbol] - lag * BAR_MS, drops) for lag in lags], axis=0
        )
    return follows
