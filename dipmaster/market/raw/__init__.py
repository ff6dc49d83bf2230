"""Files under data/raw to 5-minute bars: find, read, check, merge, resample, trim.

Nothing is filled, averaged or guessed, and nothing is left out without being
counted. See docs/raw-data.md.
"""

from dipmaster.market.raw.log import RawLog, RawMarket
from dipmaster.market.raw.raw_market import measure_history, read_raw
from dipmaster.market.raw.tracking import find_workspace_raw

__all__ = ["RawLog", "RawMarket", "find_workspace_raw", "measure_history", "read_raw"]
