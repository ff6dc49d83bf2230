"""Forecasts of volatility against what followed, out of sample."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from dipmaster.results.fields import BY_REASON, MEASURED, OMITTED, UNMEASURED

DieboldMarianoVerdict = Literal["better", "worse", "inconclusive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastAccuracy:
    """One forecast of one coin against the realised variance that followed, daily units.

    Attributes
    ----------
    qlike
        Mean of rv/f - log(rv/f) - 1 (Patton 2011).
    mse_1e6
        Mean squared error in 1e-6.
    mz_intercept, mz_slope, mz_slope_se, mz_wald_p, mz_r2
        Mincer-Zarnowitz regression with HAC errors, p of intercept 0 and slope 1; None, and no
        key, where there is `mz_reason`.
    mz_reason
        Why there is no regression; no key where there is one.
    """

    qlike: float
    mse_1e6: float
    mz_intercept: float | None = field(default=None, metadata=OMITTED)
    mz_slope: float | None = field(default=None, metadata=OMITTED)
    mz_slope_se: float | None = field(default=None, metadata=OMITTED)
    mz_wald_p: float | None = field(default=None, metadata=OMITTED)
    mz_r2: float | None = field(default=None, metadata=OMITTED)
    mz_reason: str = field(default="", metadata=OMITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastTest:
    """Diebold-Mariano test of equal QLIKE, one forecast against another.

    Attributes
    ----------
    dm
        Positive where the first lost more; with `p` None where both are the same, and where
        there is too little data for a test.
    reason
        What data lacks; no key where none does.
    """

    dm: float | None
    p: float | None
    verdict: DieboldMarianoVerdict
    reason: str = field(default="", metadata=OMITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledForecastTest(ForecastTest):
    """The same on losses averaged over coins; `difference` is the first's mean loss minus it."""

    difference: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinForecasts:
    """Forecast to its accuracy, and other forecast to the test of GARCH against it.

    Attributes
    ----------
    origins
        Forecasts with a known outcome.
    """

    origins: int
    forecasts: Mapping[str, ForecastAccuracy]
    garch_versus: Mapping[str, ForecastTest]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfidenceSet:
    """Forecasts that hold the best one with confidence 1 - `level`, by pooled QLIKE.

    Attributes
    ----------
    mean_block_origins, reps
        Of the stationary bootstrap: mean length of a block in forecasts, resamples.
    members
        Forecasts with a p above the level.
    p_values
        Forecast to the largest p up to its elimination; 1 for the one that is left.
    """

    level: float
    mean_block_origins: int
    reps: int
    members: tuple[str, ...]
    p_values: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoConfidenceSet:
    """Why there is no confidence set."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CostOfChoice:
    """What the forecast in use costs in QLIKE.

    Attributes
    ----------
    best
        The forecast of least mean loss, found after the fact; it may be the one in use.
    test
        The one in use against the best.
    """

    used: str
    best: str
    test: PooledForecastTest


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledForecasts:
    """All coins as one.

    Attributes
    ----------
    origins
        Forecasts with a known outcome.
    qlike
        Forecast to mean QLIKE.
    garch_versus, har_versus
        Other forecast to the test of GARCH, or HAR, against it.
    """

    origins: int
    qlike: Mapping[str, float]
    garch_versus: Mapping[str, PooledForecastTest]
    har_versus: Mapping[str, PooledForecastTest]
    confidence_set: Annotated[
        Annotated[ModelConfidenceSet, MEASURED] | Annotated[NoConfidenceSet, UNMEASURED], BY_REASON
    ]
    cost_of_choice: CostOfChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class TooFewForecasts:
    """Why forecasts are not judged, and how many have a known outcome."""

    origins: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastResults:
    """Forecasts judged.

    Attributes
    ----------
    horizon_bars, origin_bars
        What is forecast, and the step between forecasts.
    hac_lags
        Lags of the long-run variance, in forecasts.
    """

    horizon_bars: int
    origin_bars: int
    hac_lags: int
    by_symbol: Mapping[
        str,
        Annotated[
            Annotated[CoinForecasts, MEASURED] | Annotated[TooFewForecasts, UNMEASURED], BY_REASON
        ],
    ]
    pooled: Annotated[
        Annotated[PooledForecasts, MEASURED] | Annotated[TooFewForecasts, UNMEASURED], BY_REASON
    ]
