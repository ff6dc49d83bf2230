"""One bar of all coins at a time to the columns of table VOLATILITY, the same bytes as the batch.

windows (moving sums), days (season, pattern of the week), garch, regressions (HAR, range-HAR),
range_classes, states (hierarchical), levels, spillover, errors (confidence of the intraday
pattern): what each remembers between two bars. `VolatilityStream` asks them in turn; `snapshot`
gives what they remember out by name and takes it in again.
"""

from dipmaster.volatility.stream.volatility_stream import STREAM_COLUMNS, VolatilityStream

__all__ = ["STREAM_COLUMNS", "VolatilityStream"]
