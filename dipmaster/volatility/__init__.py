"""Bars to measures of volatility, forecasts and regimes, each from closed bars alone.

returns -> season (hour and weekend) -> measures -> forecasts (GARCH, RV-EWMA,
HAR) -> weighted level -> regimes. `report_of` judges them out of sample.
"""

from dipmaster.volatility.batch import VolatilityOf, compute, table_of
from dipmaster.volatility.report import Truth, report_of

__all__ = ["Truth", "VolatilityOf", "compute", "report_of", "table_of"]
