"""exits.json: how the exit models and the exit probability did out of sample.

A row is one closed bar of one position. Figures with an interval have it from resampled
calendar blocks of the entries, all coins together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dipmaster.results.common import Interval, PermutationImportance


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionCounts:
    """Candidates: all, those that could be opened, and those out of sample."""

    all: int
    opened: int
    out_of_sample: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCounts:
    """Rows of the exit models.

    Attributes
    ----------
    labelled
        With a known outcome.
    out_of_sample, scored_out_of_sample
        Labelled rows out of sample, and those with an exit probability.
    evaluated
        Scored rows that the figures with intervals rest on.
    """

    all: int
    labelled: int
    out_of_sample: int
    scored_out_of_sample: int
    evaluated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitModelInputs:
    """Features of the exit models: the roadmap's, and those added to them."""

    roadmap: tuple[str, ...]
    price_levels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitModelFold:
    """One refit of the three exit models, or of the calibrator.

    Attributes
    ----------
    fitted_at
        UTC.
    positions, rows
        It could learn from.
    subsampled_to
        Rows it did learn from.
    reason
        Why there is no model; empty where there is one.
    """

    layer: Literal["exit_models", "calibrator"]
    fitted_at: str
    positions: int
    rows: int
    subsampled_to: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitLicence:
    """Whether the rules may act on the scores of one refit, and what that rests on.

    Left-out rows are training rows scored by models and a calibrator that had not seen
    their position.

    Attributes
    ----------
    fitted_at
        UTC.
    rows, positions
        Left out, with a score.
    sold
        Positions that acting at the thresholds would have sold, whole or in part.
    blocks
        Calendar blocks in which they were bought.
    earned_bps, low_bps
        Net return of acting less that of holding, mean over the positions sold, and its
        one-sided lower bound; None where not computable.
    licensed
        The bound lies above 0, and enough was sold.
    reason
        Why not; empty where licensed.
    """

    fitted_at: str
    rows: int
    positions: int
    sold: int
    blocks: int
    earned_bps: float | None
    low_bps: float | None
    licensed: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitActing:
    """What acting on the scores earned out of sample, every position followed alone.

    Attributes
    ----------
    positions
        With a score.
    sold
        Sold at the thresholds before their end, whole or in part.
    earned_bps
        Net return of acting less that of holding, mean over those sold.
    """

    positions: int
    sold: int
    earned_bps: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierHead:
    """An exit model that gives a probability; `base_rate` is None without rows.

    Rows of the profit model count by the money at stake.
    """

    base_rate: float | None
    auc: Interval
    brier: Interval
    brier_skill: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingHead:
    """The exit model that gives the bars to the best exit.

    Attributes
    ----------
    mean_bars
        Of the outcomes; None without rows.
    mae_bars, naive_mae_bars
        Mean absolute error, its own and that of the mean of its training rows.
    """

    mean_bars: float | None
    rank_correlation: Interval
    mae_bars: Interval
    naive_mae_bars: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitHeads:
    """The three exit models."""

    profit: ClassifierHead
    risk: ClassifierHead
    timing: TimingHead


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitModelResults:
    """All of exits.json.

    Attributes
    ----------
    reason
        Why no row out of sample has an exit probability; empty where one has.
    out_of_sample_from
        UTC.
    importance
        Of the profit model, the most important first; empty where there is no AUC.
    calibrator
        Input to its coefficient in the last fitted calibrator, inputs standardised, mean
        over its runs; empty without.
    licences
        One a refit.
    acting
        Out of sample, where the rules may act; `acting_unlicensed`: what acting would have
        earned where they may not.
    """

    reason: str
    out_of_sample_from: str
    positions: PositionCounts
    rows: RowCounts
    features: ExitModelInputs
    folds: tuple[ExitModelFold, ...]
    exit_models: ExitHeads
    exit_probability: ExitProbability
    reliability: tuple[ExitBin, ...]
    distribution: ExitHistogram
    by_bars_held: tuple[ProbabilityByAge, ...]
    gain_by_score: tuple[GainStep, ...]
    importance: tuple[PermutationImportance, ...]
    calibrator: Mapping[str, float]
    licences: tuple[ExitLicence, ...]
    acting: ExitActing
    acting_unlicensed: ExitActing
