"""Time arithmetic on 5-minute bars, in UTC and in milliseconds since 1970.

A bar carries its `open_time`; it is known at ``open_time + BAR_MS``. Markets
run around the clock: 288 bars a day, 365 days a year, never 252.
"""

from datetime import UTC, datetime
from typing import Final

MINUTE_MS: Final = 60_000
BAR_MS: Final = 5 * MINUTE_MS
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
WEEK_MS: Final = 7 * DAY_MS

BARS_PER_QUARTER_HOUR: Final = 3  # of an hour: the 15-minute frame
BARS_PER_HOUR: Final = 12
BARS_PER_DAY: Final = 288
DAYS_PER_YEAR: Final = 365
BARS_PER_YEAR: Final = BARS_PER_DAY * DAYS_PER_YEAR

QUARTER_HOUR_MS: Final = 15 * MINUTE_MS  # clock minutes :00 :15 :30 :45
ISO_UTC: Final = "%Y-%m-%dT%H:%M:%SZ"  # how times are written in JSON
EARLIEST_MS: Final = 1_230_768_000_000  # 2009-01-01: no coin traded before


def date_to_epoch_ms(date: str) -> int:
    """Midnight UTC of a date such as 2023-01-01."""
    return round(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp() * 1000)


def out_of_sample_start_ms(first_ms: int, burn_in_days: int) -> int:
    """Where out of sample begins: first UTC midnight at least the burn-in after the first bar."""
    return -(-(first_ms + burn_in_days * DAY_MS) // DAY_MS) * DAY_MS
