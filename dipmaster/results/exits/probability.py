"""The exit probability out of sample: how it fits, how it is spread, what its sales would net."""

from collections.abc import Mapping
from dataclasses import dataclass

from dipmaster.results.common import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitProbability:
    """The calibrated exit probability against whether the sale was best, by money at stake.

    Attributes
    ----------
    base_rate
        Share of the money at stake that said sell; None without rows.
    slope, intercept
        Of the calibration line on log odds.
    n_rows, n_positions
        The figures rest on.
    """

    base_rate: float | None
    auc: Interval
    brier: Interval
    brier_skill: Interval
    ece: Interval
    slope: Interval
    intercept: Interval
    n_rows: int
    n_positions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitBin:
    """One bin of the reliability diagram, bins of equally many rows.

    Attributes
    ----------
    low, high
        Smallest and largest p in it.
    mean_p, rate, rate_low, rate_high
        Share of the money at stake that says sell, as predicted and as it came; bounds are
        None where all rows lie in one block.
    """

    low: float
    high: float
    n: int
    mean_p: float
    rate: float
    rate_low: float | None
    rate_high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitHistogram:
    """Rows by exit probability; `edges` has one entry more than `counts`.

    Attributes
    ----------
    quantiles
        p01, p10, p50, p90, p99 and max; each None without rows.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    quantiles: Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbabilityByAge:
    """Exit probability of the rows that many bars after the entry: mean and 90 % quantile."""

    bars_held: int
    n: int
    mean_p: float
    p90: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GainStep:
    """What a sale would have netted over holding, of one step of exit probability.

    Attributes
    ----------
    low, high
        Ends of the step.
    mean_gain_bps, gain_low, gain_high
        Basis points of the notional; with `mean_p` None without rows.
    """

    low: float
    high: float
    n: int
    mean_p: float | None
    mean_gain_bps: float | None
    gain_low: float | None
    gain_high: float | None
