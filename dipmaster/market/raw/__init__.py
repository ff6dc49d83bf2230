"""Files under data/raw to 5-minute bars: find, read, check, merge, resample, trim.

Nothing is filled, averaged or guessed, and nothing is left out without being
counted. See docs/raw-data.md.
"""

from dipmaster.market.raw.log import RawLog, RawMarket
from dipmaster.market.raw.raw_market import read_raw

__all__ = ["RawLog", "RawMarket", "read_raw"]
