"""Rules about what is plain to see: one meaning of a drawdown, a stale feed and late decisions.

Stage `monitor` holds them against what the batch wrote, a replay against what it goes through: of
the same account both say the same, in the same words.
"""

from collections.abc import Sequence
from typing import Literal

from dipmaster.core.params import Monitoring

ObservedRule = Literal["drawdown", "feed", "latency"]
Severity = Literal["warning", "critical"]

RECOMMENDATIONS: dict[tuple[ObservedRule, Severity], str] = {
    ("drawdown", "warning"): "Halve the size until the account is above its peak again.",
    ("drawdown", "critical"): "Stop buying and review the account before any new order.",
    ("feed", "warning"): "Do not trade the coins named until their bars are back.",
    ("feed", "critical"): "Stop buying: no coin has bars; positions cannot be marked or sold.",
    ("latency", "warning"): "Run on a faster machine or with fewer coins before trading live.",
}
LATE_FRAC = 0.01  # of decisions beyond the limit: their p99 is beyond it
WARM_UP_DECISIONS = 100  # kernels are loaded, caches filled
NAMED = 5  # coins in a finding


def list_drawdown_limits(params: Monitoring) -> tuple[tuple[Severity, float], ...]:
    """Drawdowns that are an alert once they are reached; it stays one from then on."""
    return (
        ("warning", params.thresholds.drawdown_frac),
        ("critical", params.drawdown_critical_frac),
    )


def describe_drawdown(drawdown_frac: float) -> str:
    """Finding in words."""
    return f"equity {100.0 * drawdown_frac:.2f} % below its highest mark"


def describe_silence(symbols: Sequence[str], silent: Sequence[int], limit: int) -> str:
    """Finding in words.

    Parameters
    ----------
    silent
        Of each coin, bars in a row without a trade.
    limit
        From which a coin is named.
    """
    stale = [name for name, bars in zip(symbols, silent, strict=True) if bars >= limit]
    more = f" and {len(stale) - NAMED} more" if len(stale) > NAMED else ""
    return f"no trade for {limit} bars: {', '.join(stale[:NAMED])}{more}"
