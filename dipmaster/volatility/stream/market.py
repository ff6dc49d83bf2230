"""All parts of the stream, in the order in which a bar goes through them."""

from typing import Any, NamedTuple

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.panel import Panel
from dipmaster.core.params import Volatility
from dipmaster.core.params.market import Source
from dipmaster.core.time_units import BARS_PER_DAY, BARS_PER_HOUR
from dipmaster.volatility.clock import GridClock
from dipmaster.volatility.columns import GarchColumns, SpilloverColumns, collect_columns
from dipmaster.volatility.detectors import Regimes, combine_regimes, select_detector
from dipmaster.volatility.garch import square_in_percent
from dipmaster.volatility.measures import (
    BarVariances,
    Measures,
    compute_bar_variances,
    compute_log_ranges,
    mask_unusable_bars,
    summarize_windows,
)
from dipmaster.volatility.range_class import stack_regressors
from dipmaster.volatility.range_har import RANGE_WINDOWS, WEEK
from dipmaster.volatility.rolling_regression import log_of_positive
from dipmaster.volatility.spillover.correlation import deviation_from_sums
from dipmaster.volatility.stream.days import (
    PATTERN,
    PATTERN_AHEAD,
    SEASON,
    SEASON_AHEAD,
    SEASON_OF_NEXT_DAY,
    Days,
)
from dipmaster.volatility.stream.forecasts import FORECAST_WINDOWS, Forecasts
from dipmaster.volatility.stream.garch import GarchFilters
from dipmaster.volatility.stream.levels import LevelFilters
from dipmaster.volatility.stream.predictions import HourlyPredictions
from dipmaster.volatility.stream.range_classes import RangeClasses
from dipmaster.volatility.stream.spillover import PairRises
from dipmaster.volatility.stream.states import HourlyStates
from dipmaster.volatility.stream.windows import SeriesWindows


class LastBar(NamedTuple):
    """Of the bar before, shape (coins, 1), NaN where missing: log close, and absolute return."""

    log_close: Floats
    move: Floats


class MarketStream:
    """Measures, forecasts and regimes of all coins, one bar of the grid after the other.

    Parameters
    ----------
    symbols
        In sorted order.
    params, source
        As `compute_volatility` takes them.
    """

    def __init__(self, symbols: tuple[str, ...], params: Volatility, source: Source) -> None:
        coins = len(symbols)
        self._symbols, self._params, self._coins = symbols, params, coins
        self._detector = select_detector(params.regime, source)
        self._last = LastBar(np.full((coins, 1), np.nan), np.full((coins, 1), np.nan))
        self._windows = SeriesWindows(coins, _windows_of(params))
        self._days = Days(coins, params)
        self._garch = GarchFilters(coins, params.garch)
        self._forecasts = Forecasts(coins, params)
        self._levels = LevelFilters(coins, params.regime)
        self._states = HourlyStates(coins, params)
        self._classes = RangeClasses(coins, params)
        self._spillover = PairRises(coins, params.spillover)
        self._predictions = HourlyPredictions(coins, params)

    def memories(self) -> dict[str, Any]:
        """What each part remembers."""
        return {
            "last_bar": self._last,
            "windows": self._windows.memory,
            "days": self._days.memory,
            "garch": self._garch.memory,
            "forecasts": self._forecasts.memory,
            "levels": self._levels.memory,
            "states": self._states.memory,
            "range_classes": self._classes.memory,
            "spillover": self._spillover.memory,
            "predictions": self._predictions.memory,
        }

    def start(self, slot: int) -> None:
        """Begin with the `slot`-th bar of a day."""
        self._states.skip_hours(slot)

    def close_day(self, day: GridClock) -> None:
        """Take the day that is over into the past."""
        self._days.close_day(day)
        self._states.close_day()
        self._predictions.close_day()

    def open_day(self, day: GridClock) -> None:
        """What is known of the day that begins."""
        self._days.open_day(day)
        self._states.open_day()
        self._predictions.open_day()

    def refit(self, bars: int) -> None:
        """Fit all models on the bars so far, `bars` in all, at a midnight."""
        self._garch.refit(bars)
        self._forecasts.refit(bars)
        self._classes.refit()

    def push(self, bar: int, slot: int, prices: Floats) -> dict[str, Any]:
        """Take in a bar.

        Parameters
        ----------
        bar, slot
            Its number on the grid and in its day.
        prices
            Open, high, low, close, shape (4, coins), NaN where there is no bar.

        Returns
        -------
        dict
            As `collect_columns` with one bar.
        """
        season, days = self._days.factor(SEASON, slot), self._days
        returns, ranges, variances = self._describe_bar(prices, season)
        self._push_windows(bar, slot, returns, ranges, variances)
        days.memory.returns[:, slot] = returns[:, 0]
        measures = summarize_windows(self._windows.mean, self._params)
        garch = self._garch.push(
            bar,
            square_in_percent(returns, season)[:, 0],
            days.memory.profile,
            days.memory.cells[slot + 1 :],
        )
        return collect_columns(
            season,
            measures,
            GarchColumns(garch.level_daily, garch.confidence),
            self._forecasts.push(
                bar,
                variances.squares,
                self._windows,
                days.factor(SEASON_AHEAD, slot),
                garch.daily,
            ),
            self._classify(slot, measures, garch.level_daily, ranges, variances.squares),
            self._follow_pairs(bar),
            self._predictions.push(
                slot,
                self._windows.mean("pattern_squares", self._params.long_bars),
                days.factor(PATTERN_AHEAD, slot),
                self._windows.mean_of_all("return_squares", BARS_PER_HOUR),
            ),
            self._params,
        )

    def _describe_bar(self, prices: Floats, season: Floats) -> tuple[Floats, Floats, BarVariances]:
        """Return, range over its season and variances of the bar, shape (coins, 1)."""
        nothing = np.full((self._coins, 1), np.nan)
        opened, high, low, close = prices[..., None]
        at = np.zeros(1, dtype=np.int64)
        panel = mask_unusable_bars(
            Panel(self._symbols, at, opened, high, low, close, nothing, nothing)
        )
        log_close = np.log(panel.close)
        returns = log_close - self._last.log_close
        variances = compute_bar_variances(panel, returns, self._last.move, season)
        self._last.log_close[:] = log_close
        self._last.move[:] = np.abs(returns / season)
        return returns, compute_log_ranges(panel) / season, variances

    def _push_windows(
        self, bar: int, slot: int, returns: Floats, ranges: Floats, variances: BarVariances
    ) -> None:
        pattern = self._days.factor(PATTERN, slot)
        series = {
            "ranges": ranges,
            "returns": returns,
            "return_squares": returns**2,
            "pattern_squares": (returns / pattern) ** 2,
        }
        self._windows.push(bar, series | vars(variances))

    def _classify(
        self, slot: int, measures: Measures, garch: Floats, ranges: Floats, squares: Floats
    ) -> Regimes:
        if (slot + 1) % BARS_PER_HOUR == 0:
            self._close_hour(slot)
        return combine_regimes(
            self._levels.push(
                measures.bipower_middle, garch, measures.intraday, measures.cross_asset
            ),
            self._states.push(slot, ranges, squares),
            self._classes.memory.classes,
            self._detector,
            self._params.regime,
        )

    def _close_hour(self, slot: int) -> None:
        mean = self._windows.mean
        regressors = stack_regressors(
            [mean("ranges", width) for width in RANGE_WINDOWS], mean("squares", WEEK)
        )
        self._classes.close_hour(
            regressors,
            log_of_positive(mean("squares", BARS_PER_DAY)),
            self._days.factor(SEASON_OF_NEXT_DAY, slot),
        )

    def _follow_pairs(self, bar: int) -> SpilloverColumns:
        width = self._params.short_bars
        total, count = self._windows.sums("returns", width)
        squares, _ = self._windows.sums("return_squares", width)
        deviations = deviation_from_sums(count, total, squares, width)
        return self._spillover.push(bar, deviations[:, 0])


def _windows_of(params: Volatility) -> list[tuple[str, int]]:
    """Series and widths that are followed."""
    short, middle, long = params.short_bars, params.middle_bars, params.long_bars
    days = params.range_window_days * BARS_PER_DAY
    return [
        *(("squares", width) for width in (short, middle, long, BARS_PER_DAY)),
        *(("products", width) for width in (middle, long, days)),
        ("parkinson", middle),
        ("garman_klass", middle),
        ("rogers_satchell", middle),
        ("rogers_satchell", days),
        *FORECAST_WINDOWS,
        ("returns", short),
        ("return_squares", short),
        ("return_squares", BARS_PER_HOUR),
        ("pattern_squares", long),
    ]
