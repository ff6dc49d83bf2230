"""Forecast of volatility to the factor that brings a position to the volatility aimed at."""

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.params.sizing import Sizing
from dipmaster.core.time_units import DAYS_PER_YEAR


def annualise_daily(daily_frac: Floats) -> Floats:
    """Daily volatility times the root of 365: markets never close."""
    return np.asarray(daily_frac * np.sqrt(float(DAYS_PER_YEAR)), dtype=np.float64)


def compute_volatility_scalar(forecast_daily_frac: Floats, params: Sizing) -> Floats:
    """Volatility aimed at over the forecast, both annual, within its bounds.

    Parameters
    ----------
    forecast_daily_frac
        Any shape, of the next 2 hours in DAILY units, as table VOLATILITY has it.

    Returns
    -------
    Floats
        Same shape; the lower bound where there is no forecast above 0: what is missing never
        raises a size.
    """
    annual = annualise_daily(forecast_daily_frac)
    known = annual > 0.0
    wished = params.target_annual_frac / np.where(known, annual, np.inf)
    scalar = np.clip(wished, params.min_scalar, params.max_scalar)
    return np.where(known, scalar, params.min_scalar)
