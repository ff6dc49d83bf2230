"""How the account fared when the bars were re-made: all of stress.json."""

from dataclasses import dataclass
from typing import Literal

from dipmaster.results.common import Interval

ShockStart = Literal["random date", "positions open"]
"""Where a shock begins: at a bar drawn from all out of sample, or while a trade was held."""
UNTOUCHED = "untouched"
"""The scenario without a shock, which the others are compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StressMeasures:
    """Accounts over the windows of one scenario; fractions of the equity before the shock.

    Attributes
    ----------
    worst_drawdown_frac, p95_drawdown_frac, median_drawdown_frac
        Maximum drawdown of a window, on 5-minute marks from the close before the shock.
    beyond
        Windows whose drawdown reaches the limit.
    beyond_frac, beyond_high_frac
        Their share, and its one-sided Clopper-Pearson bound on `independent` windows.
    mean_return_frac, worst_return_frac
        Over the whole window.
    var_95_frac, es_95_frac
        Loss that 5 % of windows exceed, and their mean; negative where it is a gain.
    sharpe
        Annual, from the daily returns of all windows; None where they are all equal.
    fell, recovered
        Windows whose equity fell below that at the shock, and how many of them came back.
    median_recovery_bars
        From the shock to the first bar after the lowest at which it is back; None without one.
    """

    worst_drawdown_frac: float
    p95_drawdown_frac: float
    median_drawdown_frac: float
    beyond: int
    beyond_frac: float
    beyond_high_frac: float
    mean_return_frac: float
    worst_return_frac: float
    var_95_frac: float
    es_95_frac: float
    sharpe: float | None
    fell: int
    recovered: int
    median_recovery_bars: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StressRow:
    """One scenario, phase and start.

    Attributes
    ----------
    runs
        Windows, the same ones with and without risk controls; 0 where there are none.
    independent
        Windows that the bound counts: a date or trade that was drawn twice counts once. Windows
        that overlap count as independent.
    invested
        Windows with a position open at the shock, with risk controls.
    traded
        Windows in which a position was open or opened, with risk controls.
    with_controls, without_controls
        None without runs.
    risk_controls_effective
        The roadmap's: worst drawdown with risk controls below the limit; None without runs.
    drawdown_saved
        Mean over windows of the drawdown without risk controls minus that with them.
    reason
        Why there are no runs; empty where there are.
    """

    scenario: str
    phase: int
    start: ShockStart
    runs: int
    independent: int
    invested: int
    traded: int
    with_controls: StressMeasures | None
    without_controls: StressMeasures | None
    risk_controls_effective: bool | None
    drawdown_saved: Interval
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StressFan:
    """Quantiles over windows of equity over that at the shock, minus 1.

    Attributes
    ----------
    hours
        From the shock.
    low, median, high
        Quantiles 0.05, 0.5 and 0.95 at each of `hours`.
    worst
        Path of the window that ends lowest.
    """

    scenario: str
    phase: int
    start: ShockStart
    controls: bool
    runs: int
    hours: tuple[float, ...]
    low: tuple[float, ...]
    median: tuple[float, ...]
    high: tuple[float, ...]
    worst: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstWindow:
    """The window of a scenario with the largest drawdown of the final phase, with risk controls.

    Attributes
    ----------
    shock_time
        UTC, open of the first shocked bar.
    recovery_bars
        None where it did not come back within the window.
    """

    scenario: str
    start: ShockStart
    shock_time: str
    open_at_shock: int
    drawdown_frac: float
    return_frac: float
    recovery_bars: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StressResults:
    """How the account fared when the bars were re-made: all of stress.json.

    Attributes
    ----------
    final_phase
        The last that was traded.
    window_days, drawdown_limit_frac, alpha
        As in params.
    rows
        By scenario, phase and start.
    fans, worst_windows
        Of the final phase; empty where it has no runs. A scenario without any loss has no worst
        window; the largest drawdown first.
    """

    phases: tuple[int, ...]
    final_phase: int
    window_days: int
    drawdown_limit_frac: float
    alpha: float
    rows: tuple[StressRow, ...]
    fans: tuple[StressFan, ...]
    worst_windows: tuple[WorstWindow, ...]
