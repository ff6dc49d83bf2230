"""Volatility forecasts over all coins, and the persistence of the GARCH fits."""

from collections.abc import Mapping
from dataclasses import dataclass

from dipmaster.report.kit import numbers
from dipmaster.report.kit.table import Column
from dipmaster.report.kit.volatility_names import FORECASTS
from dipmaster.results.volatility.forecasts import PooledForecastTest, TooFewForecasts
from dipmaster.results.volatility.garch import CoinGarch
from dipmaster.results.volatility.record import VolatilityResults


@dataclass(frozen=True)
class Forecast:
    """One forecast; `test` is that of GARCH against it, None for GARCH itself."""

    name: str
    qlike: float
    test: PooledForecastTest | None


def forecasts(volatility: VolatilityResults) -> list[Forecast]:
    """All forecasts, the one in use marked; none where there are too few to judge."""
    pooled = volatility.forecasts.pooled
    if isinstance(pooled, TooFewForecasts):
        return []
    return [
        Forecast(
            words + " (used)" * (name == volatility.forecast_used),
            pooled.qlike[name],
            pooled.garch_versus.get(name),
        )
        for name, words in FORECASTS.items()
    ]


COLUMNS: tuple[Column[Forecast], ...] = (
    Column("Forecast", lambda row: row.name, "l"),
    Column("QLIKE, lower is better", lambda row: numbers.show(row.qlike, "fine")),
    Column("GARCH against it", lambda row: row.test.verdict if row.test else "", "l"),
    Column(
        "Diebold-Mariano",
        lambda row: numbers.show(row.test.dm, "signed") if row.test else "",
    ),
    Column("p", lambda row: numbers.p_value(row.test.p) if row.test else ""),
)


def count_fits(garch: Mapping[str, CoinGarch]) -> tuple[int, int]:
    """Fits of all coins, and those with a persistence of 1."""
    return sum(one.fits for one in garch.values()), sum(one.integrated for one in garch.values())
