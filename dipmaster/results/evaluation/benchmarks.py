"""What the capital would have earned out of sample without the strategy."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CashBenchmark:
    """Capital left in cash.

    Attributes
    ----------
    annual_rate_frac
        Of params; an assumption, not a measurement.
    return_frac
        Over the calendar days out of sample, compounded.
    """

    annual_rate_frac: float
    return_frac: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyAndHoldBenchmark:
    """The same coins, each bought with an equal share of the capital and sold at the end.

    Entry and exit pay fee, half-spread and slippage of params and, where it is charged,
    funding. A coin is bought at the open of its first traded bar out of sample and sold at the
    close of its last.

    Attributes
    ----------
    symbols
        Coins bought; those without a traded bar out of sample stay cash.
    annualised_return_frac
        Compound; None where the period is shorter than a year.
    sharpe
        Annual, from daily returns; None where all are equal.
    max_drawdown_frac
        Over the whole period, on 5-minute marks.
    """

    symbols: int
    return_frac: float
    annualised_return_frac: float | None
    sharpe: float | None
    max_drawdown_frac: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmarks:
    """Of the whole out-of-sample period, the same for every phase.

    Attributes
    ----------
    calendar_days
        Length of the period, days without bars included; a last day that is not over counts
        as the part it has.
    """

    calendar_days: float
    cash: CashBenchmark
    buy_and_hold: BuyAndHoldBenchmark
