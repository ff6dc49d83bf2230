"""Two judged phases to what the later one changed: value, bounds, verdict a figure.

BETTER where the whole interval lies on the good side of zero, WORSE where it lies on
the bad side, NOT SHOWN otherwise, where the minimum data of the gates lacks in either
phase, or where a ledger does not add up. The number of trades is neither good nor bad:
it is never BETTER or WORSE.
"""

import math
from collections.abc import Mapping

from dipmaster.backtest import Ledger
from dipmaster.core.params import Gates
from dipmaster.evaluation.figures.breakdowns import Record
from dipmaster.evaluation.phase_evaluation import (
    PhaseEvaluation,
    inconclusive,
    paired_days,
    paired_histories,
)
from dipmaster.evaluation.statistics.paired import account, trades
from dipmaster.evaluation.statistics.paired.sides import Difference, Track, track_of
from dipmaster.evaluation.statistics.period import Period

GOOD = {
    "win_rate": 1,
    "profit_factor": 1,
    "sharpe": 1,
    "max_drawdown": -1,
    "mean_net_bps": 1,
    "trades_frac": 0,
    "net_return": 1,
}


def compare_phases(
    later: PhaseEvaluation,
    earlier: PhaseEvaluation,
    ledgers: Mapping[int, Ledger],
    period: Period,
    gates: Gates,
) -> Record:
    """What a phase changed against the one before it; None where it cannot be computed.

    The profit factor's value and bounds are those of the logarithm of the ratio of
    both; the ratio itself stands beside them.
    """
    after, before = (
        track_of(one.phase, one.sample, ledgers[one.phase], period) for one in (later, earlier)
    )
    lacking = inconclusive(later, gates) or inconclusive(earlier, gates)
    changes = differences(after, before, later.phase, gates)
    rows = {name: judge_difference(changes[name], GOOD[name], lacking) for name in GOOD}
    rows["profit_factor"]["ratio"] = ratio_record(changes["profit_factor"])
    return {"against": earlier.phase, **rows}


def differences(after: Track, before: Track, phase: int, gates: Gates) -> dict[str, Difference]:
    """All figures; `phase` names the stream of random numbers."""
    alpha, few = gates.alpha, gates.few_losing_trades
    days, histories = paired_days(phase, gates), paired_histories(phase, gates)
    horizon = gates.drawdown_horizon_days
    return {
        "win_rate": trades.win_rate(after, before, alpha, few),
        "profit_factor": trades.log_profit_factor(after, before, alpha, few),
        "sharpe": account.sharpe(after, before, alpha, days),
        "max_drawdown": account.max_drawdown(after, before, alpha, horizon, histories),
        "mean_net_bps": trades.mean_net_bps(after, before, alpha),
        "trades_frac": trades.trades_frac(after, before, alpha),
        "net_return": account.net_return(after, before, alpha, days),
    }


def judge_difference(difference: Difference, good: int, lacking: str) -> Record:
    """A difference with its verdict.

    Parameters
    ----------
    good
        1 where more is better, -1 where less is, 0 where neither.
    lacking
        Why nothing may be concluded; empty where something may.
    """
    verdict, reason = _verdict(difference, good, lacking)
    return {
        "value": difference.value,
        "low": difference.low,
        "high": difference.high,
        "verdict": verdict,
        "reason": reason,
    }


def _verdict(difference: Difference, good: int, lacking: str) -> tuple[str, str]:
    low, high = difference.low, difference.high
    if not good:
        neither = "more or fewer trades are neither better nor worse"
        return "NOT SHOWN", difference.reason or neither
    if lacking or low is None or high is None:
        return "NOT SHOWN", lacking or difference.reason
    near, far = sorted((good * low, good * high))
    if near > 0.0:
        return "BETTER", "the whole interval lies on the better side of zero"
    if far < 0.0:
        return "WORSE", "the whole interval lies on the worse side of zero"
    return "NOT SHOWN", "the interval holds zero"


def ratio_record(logged: Difference) -> Record:
    """Later figure over the earlier one, of the logarithm of their ratio."""
    three = {"value": logged.value, "low": logged.low, "high": logged.high}
    return {name: None if x is None else math.exp(min(x, 700.0)) for name, x in three.items()}
