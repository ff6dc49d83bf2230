"""What position sizing did: section `sizing`. Trades and bars are those out of sample.

Sizes are shares of equity; volatilities are annual fractions (root of 365).
"""

from dataclasses import dataclass
from typing import Literal

from dipmaster.results.evaluation.differences import PhaseComparison
from dipmaster.results.evaluation.volatility_target import DrawdownArithmetic, OverlayFigures

DisplacedBy = Literal["kelly_zero", "below_min_notional", "account_limits"]
Pick = Literal["largest", "median", "smallest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SizingCounts:
    """How often each cap, bound and fallback acted.

    Attributes
    ----------
    orders
        Of the phase before: what was to be sized.
    kelly_zero
        Orders whose Kelly fraction is 0: not sent.
    size_of_phase_before
        Orders sized as in the phase before: p or payoff not known, or `sizing.rule` fixed.
    no_forecast, unknown_factor
        Orders without a forecast of volatility, and with a factor that is not known.
    scalar_at_min, scalar_at_max
        Orders whose volatility scalar lies at its bound.
    trades
        Opened.
    capped_by_position, capped_by_exposure, capped_by_cash
        Trades whose size the account's limit cut last.
    """

    orders: int
    kelly_zero: int
    size_of_phase_before: int
    no_forecast: int
    unknown_factor: int
    scalar_at_min: int
    scalar_at_max: int
    trades: int
    capped_by_position: int
    capped_by_exposure: int
    capped_by_cash: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentQuantiles:
    """One component over the trades that have it; None without any."""

    component: str
    n: int
    mean: float | None
    min: float | None
    q25: float | None
    median: float | None
    q75: float | None
    max: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SizedTrade:
    """One trade and what its size is made of; a component that was not used is None.

    Attributes
    ----------
    pick
        Why it is shown.
    size_frac, weight_frac
        Asked for, and opened after the caps.
    words
        The product in words.
    """

    pick: Pick
    candidate_id: int
    symbol: str
    signal_time: str
    regime: str
    size_frac: float
    weight_frac: float
    binding_cap: str
    p: float | None
    p_outcomes: int | None
    payoff: float | None
    payoff_outcomes: int | None
    kelly: float | None
    forecast_annual_frac: float | None
    vol_scalar: float | None
    regime_factor: float | None
    spillover_factor: float | None
    intraday_factor: float | None
    net_bps: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedTrade:
    """A candidate that only one of the two phases traded; `by` is why the other did not."""

    candidate_id: int
    symbol: str
    signal_time: str
    by: DisplacedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Displacement:
    """Trades of the phase before that sizing displaced, and those it made room for.

    Attributes
    ----------
    kelly_zero, below_min_notional, account_limits
        Number displaced, by reason.
    displaced, added
        In order of time, at most `shown` each.
    """

    kelly_zero: int
    below_min_notional: int
    account_limits: int
    n_added: int
    shown: int
    displaced: tuple[MovedTrade, ...]
    added: tuple[MovedTrade, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SizingAblation:
    """The phase with one component replaced.

    Attributes
    ----------
    replaced_by
        In words.
    change
        With the component replaced minus the phase as it is; the baseline is the phase itself.
    """

    component: str
    replaced_by: str
    trades: int
    mean_weight_frac: float | None
    sharpe: float | None
    profit_factor: float | None
    mean_net_bps: float | None
    max_drawdown: float
    net_return: float
    change: PhaseComparison


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureSeries:
    """Exposure and turnover of one phase over runs of days from the out-of-sample start on.

    Attributes
    ----------
    mean_frac
        Mean exposure of each run; the last may be shorter.
    turnover
        Value bought and sold in each run over its mean equity, at reference prices.
    """

    phase: int
    run_days: int
    mean_frac: tuple[float, ...]
    turnover: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawdownQuantiles:
    """Drawdowns of block-bootstrap years of one phase.

    Attributes
    ----------
    levels, frac
        Of the distribution; no `frac` where days cannot be resampled.
    within_limit_frac
        Share of the years whose drawdown stays below the gate's target.
    """

    phase: int
    horizon_days: int
    levels: tuple[float, ...]
    frac: tuple[float, ...]
    limit_frac: float
    within_limit_frac: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SizingResults:
    """What the phase that sizes alone has.

    Attributes
    ----------
    components
        A row a component.
    explained
        Largest, median and smallest trade; empty without trades.
    overlay
        Volatility aimed at and realised, with and without the bounds.
    ablation
        A row a component.
    """

    rule: str
    counts: SizingCounts
    components: tuple[ComponentQuantiles, ...]
    explained: tuple[SizedTrade, ...]
    displacement: Displacement
    overlay: tuple[OverlayFigures, ...]
    drawdown_arithmetic: DrawdownArithmetic
    ablation: tuple[SizingAblation, ...]
    exposure: tuple[ExposureSeries, ...]
    drawdown: tuple[DrawdownQuantiles, ...]
