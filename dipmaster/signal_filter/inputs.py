"""Feature columns at each candidate's bar to arrays that can be compared.

Regime and the volatility limit come with the scores, so no column of table
VOLATILITY is wanted here.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Bools

INPUT_COLUMNS: Final = (
    "rsi14",
    "bars_since_volume_spike",
    "liquidity_score",
    "below_sma20",
    "bb_position",
    "sma20_over_sma50_15m_frac",
    "close_to_sma50_15m_atr",
    "adx14_15m",
    "di_difference_15m",
    "close_to_low20_15m_frac",
    "sma50_rising_1h",
    "return_24h_frac",
)
NEWS_COLUMN: Final = "news_impact_score"  # no table has it before the alternative-data phase

_KNOWN = frozenset({*INPUT_COLUMNS, NEWS_COLUMN})

Float32s = npt.NDArray[np.float32]


class CandidateInputs:
    """Columns of FEATURES, a row a candidate, in the precision they are stored in.

    Limits are compared in single precision too, so that a value which met a
    limit when the rule was decided in double precision still meets it here.

    Parameters
    ----------
    frame
        Columns `INPUT_COLUMNS`, and `NEWS_COLUMN` where there is a source of news.
    absent
        Columns the market's source does not have at all; they may lack in `frame`.

    Raises
    ------
    DataError
        Where a column lacks that is not `absent`.
    """

    def __init__(self, frame: pd.DataFrame, absent: frozenset[str]) -> None:
        missing = [name for name in INPUT_COLUMNS if name not in frame and name not in absent]
        if missing:
            raise data_error(
                "inputs of the signal filter",
                f"the columns {', '.join(INPUT_COLUMNS)}",
                f"none named {', '.join(missing)}",
                "read them from data/features/panel, or name them as absent from the source",
            )
        self._columns: Mapping[str, Float32s] = {
            str(name): frame[name].to_numpy(dtype=np.float32, na_value=np.nan)
            for name in frame
            if name in _KNOWN
        }
        self._absent, self._size = absent, len(frame)

    @classmethod
    def of_columns(
        cls, columns: Mapping[str, Float32s], size: int, absent: frozenset[str]
    ) -> "CandidateInputs":
        """Inputs from arrays, shape (size,) each; the columns of a frame, without one."""
        inputs = cls.__new__(cls)
        inputs._columns, inputs._absent, inputs._size = columns, absent, size
        return inputs

    def __len__(self) -> int:
        return self._size

    def has(self, name: str) -> bool:
        """Whether the market's source has the column at all."""
        return name in self._columns and name not in self._absent

    def values(self, name: str) -> Float32s:
        """A column of numbers; NaN where not known."""
        if not self.has(name):
            return np.full(len(self), np.nan, dtype=np.float32)
        return self._columns[name]

    def at_most(self, name: str, limit: float) -> Bools:
        """Known and not above `limit`."""
        passes: Bools = self.values(name) <= np.float32(limit)
        return passes

    def at_least(self, name: str, limit: float) -> Bools:
        """Known and not below `limit`."""
        passes: Bools = self.values(name) >= np.float32(limit)
        return passes

    def below(self, name: str, limit: float) -> Bools:
        """Known and below `limit`."""
        passes: Bools = self.values(name) < np.float32(limit)
        return passes

    def above(self, name: str, limit: float) -> Bools:
        """Known and above `limit`."""
        passes: Bools = self.values(name) > np.float32(limit)
        return passes

    def flag(self, name: str) -> Bools:
        """Known and up; -1 is not known."""
        up: Bools = self.values(name) == np.float32(1.0)
        return up

    def has_volume_spike(self, within_bars: int) -> Bools:
        """A volume spike on this bar or the `within_bars` - 1 before it; -1 is not known."""
        since = "bars_since_volume_spike"
        return self.at_least(since, 0.0) & self.below(since, float(within_bars))
