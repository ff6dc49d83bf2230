"""summary.json: the verdicts and the few figures that `dvc exp show` prints.

Page one shows the same: `summarize` makes both, so that they cannot disagree.
"""

from dataclasses import dataclass

from dipmaster.results.common import Verdict
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.gates import GateRows
from dipmaster.results.metrics import MAX_DRAWDOWN, PROFIT_FACTOR, SHARPE, WIN_RATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All of summary.json: the verdicts, and figures of the last phase built, out of sample.

    Attributes
    ----------
    verdict, verdict_reason
        Of all phases together.
    verdict_by_phase
        Of every phase built, as ``0 FAIL, 1 INSUFFICIENT DATA``; the last one is the phase
        whose figures these are.
    override
        Phases that fail whatever their gates say, and why; empty where none does.
    trades, win_rate, sharpe, profit_factor, max_drawdown
        Number, and values of the gates; None where they cannot be computed.
    net_return
        Change of the account as a fraction; None where it began with nothing.
    mean_net_bps
        Mean net return per trade; None without a trade.
    time_in_market
        Share of bars with an open position.
    """

    verdict: Verdict
    verdict_reason: str
    verdict_by_phase: str
    override: str
    trades: int
    win_rate: float | None
    sharpe: float | None
    profit_factor: float | None
    max_drawdown: float | None
    net_return: float | None
    mean_net_bps: float | None
    time_in_market: float


def summarize(results: ValidationResults, gates: GateRows) -> Summary:
    """Draw the summary from validate.json and gates.json; what one of them says, it says."""
    last = results.built_phases[-1]
    figures = results.phases[str(last)]
    values = {row.metric: row.value for row in gates if row.phase == last}
    return Summary(
        verdict=results.verdict,
        verdict_reason=results.verdict_reason,
        verdict_by_phase=", ".join(
            f"{phase} {results.phases[str(phase)].verdict}" for phase in results.built_phases
        ),
        override=_describe_overrides(results),
        trades=figures.counts.trades,
        win_rate=values[WIN_RATE.key],
        sharpe=values[SHARPE.key],
        profit_factor=values[PROFIT_FACTOR.key],
        max_drawdown=values[MAX_DRAWDOWN.key],
        net_return=figures.money.net_return_frac,
        mean_net_bps=figures.per_trade.mean_net_bps,
        time_in_market=figures.exposure.time_in_market_frac,
    )


def _describe_overrides(results: ValidationResults) -> str:
    degraded = ((phase, results.phases[str(phase)].degradation) for phase in results.built_phases)
    return "; ".join(f"phase {phase}: {one.reason}" for phase, one in degraded if one)
