"""One bar of all coins at a time to the columns of table VOLATILITY, the same bytes as the batch.

windows (moving sums), days (season, pattern of the week), garch, forecasts (RV-EWMA, and in
regressions HAR and range-HAR), range_classes, states (hierarchical), levels, spillover and
predictions (intraday) each remember what they need between two bars. market -> rows:
`VolatilityStream` asks them in turn; `snapshot` gives what they remember out and takes it in.
"""

from dipmaster.volatility.stream.rows import STREAM_COLUMNS
from dipmaster.volatility.stream.volatility_stream import VolatilityStream

__all__ = ["STREAM_COLUMNS", "VolatilityStream"]
