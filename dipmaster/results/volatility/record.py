"""volatility.json as a whole: how forecasts of volatility and regimes did out of sample."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from dipmaster.core.params.volatility import ForecastName
from dipmaster.results.fields import BY_REASON, MEASURED, UNMEASURED
from dipmaster.results.volatility.forecasts import ForecastResults
from dipmaster.results.volatility.garch import CoinGarch
from dipmaster.results.volatility.intraday import IntradayResults
from dipmaster.results.volatility.regimes import RegimeResults, RegimeShares, RegimesNotJudged
from dipmaster.results.volatility.spillover import SpilloverResults


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonFactors:
    """Factors on volatility by hour of day, UTC, 24 each, as they stand at the end."""

    weekday: tuple[float, ...]
    weekend: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VolatilityResults:
    """All of volatility.json.

    Attributes
    ----------
    out_of_sample_from
        UTC.
    forecast_used
        The forecast that everything else goes by.
    garch
        Symbol to its fits.
    """

    out_of_sample_from: str
    forecast_used: ForecastName
    forecasts: ForecastResults
    regimes: Annotated[
        Annotated[RegimeResults, MEASURED] | Annotated[RegimesNotJudged, UNMEASURED], BY_REASON
    ]
    regime_shares: RegimeShares
    garch: Mapping[str, CoinGarch]
    seasonality: SeasonFactors
    spillover: SpilloverResults
    intraday: IntradayResults
