"""Returns to hourly patterns: the volatility of the next hour, how sure it is, what it recommends.

The roadmap's IntradayVolatilityPatterns: season of hours and weekends -> weekdays -> predicted
volatility of the next hour -> recommendation and factor on sizes.
"""

from dipmaster.volatility.intraday.evaluation import evaluate_intraday
from dipmaster.volatility.intraday.prediction import IntradayPatterns, model_intraday

__all__ = ["IntradayPatterns", "evaluate_intraday", "model_intraday"]
