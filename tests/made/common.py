"""What made results have in common: three coins, the regimes, intervals around a value."""

from dipmaster.results.common import (
    Band,
    Comparison,
    ComparisonVerdict,
    FactorComparison,
    Interval,
    SampleInterval,
)

COINS = ("ADAUSDT", "BTCUSDT", "ETHUSDT")
REGIMES = ("low", "normal", "high")
FIRST, BOUNDARY, LAST = "2023-01-01T00:00:00Z", "2023-06-30T00:00:00Z", "2024-12-30T23:55:00Z"
PLAIN = "the confidence interval contains zero"
NO_TRADE = "no trade"


def interval(value: float | None, half: float = 0.02, reason: str = "") -> Interval:
    return Interval(*around(value, half), reason)


def around(value: float | None, half: float) -> tuple[float | None, float | None, float | None]:
    return (None, None, None) if value is None else (value, value - half, value + half)


def sample(
    value: float | None, half: float = 0.02, n: int = 171, reason: str = ""
) -> SampleInterval:
    middle, low, high = around(value, half)
    return SampleInterval(
        value=middle, low=low, high=high, n=0 if value is None else n, reason=reason
    )


def comparison(
    value: float | None,
    half: float = 0.02,
    verdict: ComparisonVerdict = "inconclusive",
    reason: str = PLAIN,
) -> Comparison:
    middle, low, high = around(value, half)
    return Comparison(value=middle, low=low, high=high, verdict=verdict, reason=reason)


def factor(change: Comparison, ratio: Interval) -> FactorComparison:
    """A comparison of profit factors with the ratio beside it."""
    return FactorComparison(
        value=change.value,
        low=change.low,
        high=change.high,
        verdict=change.verdict,
        reason=change.reason,
        ratio=ratio,
    )


def band(mean: float | None, half: float = 0.02) -> Band:
    middle, low, high = around(mean, half)
    return Band(mean=middle, low=low, high=high)
