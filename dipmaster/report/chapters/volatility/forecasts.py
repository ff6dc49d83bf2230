"""Forecasts by coin, and the GARCH fits of one coin."""

from dataclasses import dataclass
from datetime import UTC, datetime

from dipmaster.report.kit import numbers
from dipmaster.report.kit.volatility_names import FORECASTS
from dipmaster.results.volatility.forecasts import (
    CoinForecasts,
    ForecastAccuracy,
    ForecastResults,
    ForecastTest,
    TooFewForecasts,
)
from dipmaster.results.volatility.garch import CoinGarch, GarchFit

COMPARED = ("rv_ewma", "har")


@dataclass(frozen=True)
class CoinRow:
    """One coin's forecasts: QLIKE a forecast, verdicts on GARCH, its Mincer-Zarnowitz line.

    Attributes
    ----------
    cells
        In this order; empty where there are too few forecasts.
    reason
        Why there are none.
    """

    symbol: str
    cells: tuple[str, ...]
    reason: str = ""


def rows(forecasts: ForecastResults) -> list[CoinRow]:
    """A row a coin, sorted."""
    return [_coin(name, row) for name, row in sorted(forecasts.by_symbol.items())]


def _coin(symbol: str, row: CoinForecasts | TooFewForecasts) -> CoinRow:
    if isinstance(row, TooFewForecasts):
        return CoinRow(symbol, (), row.reason)
    qlike = tuple(numbers.show(row.forecasts[name].qlike, "fine") for name in FORECASTS)
    tests = tuple(_verdict(row.garch_versus[name]) for name in COMPARED)
    return CoinRow(symbol, (*qlike, *tests, *_line(row.forecasts["garch"])))


def _line(garch: ForecastAccuracy) -> tuple[str, ...]:
    slope = f"{numbers.ratio(garch.mz_slope)} ± {numbers.ratio(garch.mz_slope_se)}"
    return (
        numbers.MISSING if garch.mz_slope is None else slope,
        numbers.p_value(garch.mz_wald_p),
        numbers.ratio(garch.mz_r2),
    )


def _verdict(test: ForecastTest) -> str:
    word = test.verdict.removeprefix("GARCH ")
    return word if test.dm is None else f"{word} ({numbers.show(test.dm, 'signed')})"


def fit_pairs(garch: CoinGarch) -> list[tuple[str, str]]:
    """The fits of a coin, and the last of them where there is one."""
    pairs = [
        ("Fits", numbers.count(garch.fits)),
        ("Fits with persistence 1", numbers.count(garch.integrated)),
        ("Not converged", numbers.count(garch.not_converged)),
        ("Median forecast confidence", numbers.percent(garch.median_confidence)),
    ]
    last = garch.last_window
    return [*pairs, *_last_fit(last)] if isinstance(last, GarchFit) else pairs


def _last_fit(fit: GarchFit) -> list[tuple[str, str]]:
    day = datetime.fromtimestamp(fit.fitted_at_ms / 1000, tz=UTC).strftime("%Y-%m-%d")
    return [
        ("Last fit", day),
        ("Returns in it", numbers.count(fit.returns)),
        ("Persistence, alpha + beta", numbers.plain(fit.alpha + fit.beta, 4)),
        ("alpha; beta", f"{numbers.plain(fit.alpha, 4)}; {numbers.plain(fit.beta, 4)}"),
        ("Log-likelihood", numbers.plain(fit.log_likelihood, 1)),
        ("AIC; BIC", f"{numbers.plain(fit.aic, 1)}; {numbers.plain(fit.bic, 1)}"),
    ]
