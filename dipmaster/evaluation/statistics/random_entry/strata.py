"""Bars to strata: what a random entry has to share with the trade it is compared with.

Symbol, UTC hour, volatility class and recent volatility. The last has to be
matched because dips come in bursts of it, and in a burst target and quarter-hour exit
are reached sooner: matched on the class alone, dips on a market without any
edge "won" 8 points more often than chance (docs/gates.md).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import Panel
from dipmaster.core.time_units import DAY_MS, HOUR_MS
from dipmaster.evaluation.statistics.period import Period

Classes = npt.NDArray[np.int8]
_HOURS, _CLASSES, _DECILES = 24, 3, 10


@dataclass(frozen=True)
class MatchingCovariates:
    """What a bar is matched on beside symbol and hour; shape (symbols, bars) each.

    Attributes
    ----------
    volatility_class
        0 low, 1 normal, 2 high, -1 not known.
    recent_volatility
        Realised over the last bars up to this one; NaN where not known. Only its
        order counts.
    """

    volatility_class: Classes
    recent_volatility: Floats


@dataclass(frozen=True)
class Strata:
    """Stratum of every bar that could be bought out of sample, -1 where it could not.

    Attributes
    ----------
    code
        Shape (symbols, bars), one number for symbol x UTC hour x volatility class
        x tenth of recent volatility.
    """

    code: Ints


def build_strata(
    panel: Panel, covariates: MatchingCovariates, traded: tuple[Ints, Ints], period: Period
) -> Strata:
    """Codes of eligible bars: out of sample, closed, the next bar traded, covariates known.

    Parameters
    ----------
    traded
        Symbol rows and bars of the trades' signals; the tenths of recent
        volatility are those of the trades, so that each holds as many.
    """
    hour = panel.open_time % DAY_MS // HOUR_MS
    symbol = np.arange(len(panel.symbols))[:, None]
    decile = np.searchsorted(
        _quantile_edges(covariates.recent_volatility[traded]), covariates.recent_volatility
    )
    code = (symbol * _HOURS + hour) * _CLASSES + covariates.volatility_class
    code = code * _DECILES + decile
    closed = ~np.isnan(panel.close)
    filled = np.zeros_like(closed)
    filled[:, :-1] = ~np.isnan(panel.traded.open[:, 1:])
    late = panel.open_time >= period.out_of_sample_ms
    known = (covariates.volatility_class >= 0) & ~np.isnan(covariates.recent_volatility)
    return Strata(np.where(closed & filled & late & known, code, -1).astype(np.int64))


def _quantile_edges(volatility: Floats) -> Floats:
    known = volatility[~np.isnan(volatility)]
    if not known.size:
        return np.zeros(0)
    return np.quantile(known, np.arange(1, _DECILES) / _DECILES)
