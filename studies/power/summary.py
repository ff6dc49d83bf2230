"""Markets of one edge together: every figure with a standard error over markets.

Shares and ratios are pooled, so that a market counts by its trades; their errors come from
leaving out one market at a time (jackknife), which for a mean is the usual error.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from dipmaster.confidence.evaluation import REGIMES
from dipmaster.core.kernels import Floats
from dipmaster.learning.evaluation.calibration_line import calibration_line_statistics
from studies.paired_edges import paired_interval
from studies.power.exit_models import ExitModelsCost
from studies.power.figures import VERDICTS, ScoreFigures


@dataclass(frozen=True)
class Figure:
    """A value and its standard error over markets; None where there is none."""

    value: float | None
    error: float | None


class PooledRatio(NamedTuple):
    """A figure of many markets: a sum over another sum.

    Attributes
    ----------
    name
        Of the column.
    digits
        After the point.
    part, whole
        What one market adds to either sum; a whole of 1 makes the ratio a mean.
    """

    name: str
    digits: int
    part: Callable[[ScoreFigures], float]
    whole: Callable[[ScoreFigures], float]


def _mean_of(name: str, digits: int, attribute: str) -> PooledRatio:
    """Mean over the markets that have the figure."""

    def value(figures: ScoreFigures) -> float | None:
        number: float | None = getattr(figures, attribute)
        return number

    return PooledRatio(
        name, digits, lambda f: value(f) or 0.0, lambda f: float(value(f) is not None)
    )


RATIOS: tuple[PooledRatio, ...] = (
    _mean_of("AUC", 4, "auc"),
    _mean_of("log loss", 4, "log_loss"),
    _mean_of("traded", 1, "trades"),
    PooledRatio("won", 3, lambda f: f.won, lambda f: f.trades),
    PooledRatio("mean p", 3, lambda f: f.p_sum, lambda f: f.trades),
    PooledRatio("profit factor", 2, lambda f: f.gain, lambda f: f.loss),
    # An account that never moves has no Sharpe ratio; here it earned nothing, which is 0.
    PooledRatio("Sharpe", 2, lambda f: f.sharpe or 0.0, lambda f: 1.0),
    _mean_of("net bps", 0, "net_bps"),
    _mean_of("planted recall", 3, "planted_recall"),
    PooledRatio("reversions traded", 3, lambda f: f.reversions_traded, lambda f: f.reversions),
)


def pool_ratio(ratio: PooledRatio, markets: Sequence[ScoreFigures]) -> Figure:
    """Sum of the parts over the sum of the wholes, and its jackknife error."""
    part = np.array([ratio.part(figures) for figures in markets], dtype=np.float64)
    whole = np.array([ratio.whole(figures) for figures in markets], dtype=np.float64)
    if not whole.sum() > 0.0:
        return Figure(None, None)
    counted = (whole > 0.0) | (part != 0.0)
    part, whole = part[counted], whole[counted]
    rest = whole.sum() - whole
    left_out = np.divide(
        part.sum() - part, rest, out=np.full(rest.size, np.nan), where=rest > 1e-12 * whole.sum()
    )
    return Figure(float(part.sum() / whole.sum()), jackknife_error(left_out))


def jackknife_error(left_out: Floats) -> float | None:
    """Standard error from the values without each market (Efron and Tibshirani 1993, 11.5).

    Parameters
    ----------
    left_out
        Shape (markets,), the figure of all markets but one; a NaN makes the error unknown.
    """
    if left_out.size < 2 or not np.isfinite(left_out).all():
        return None
    return float(np.sqrt((left_out.size - 1) * np.mean((left_out - left_out.mean()) ** 2)))


def compare_with_wins(markets: Sequence[ScoreFigures]) -> float | None:
    """Mean confidence of the trades less their win rate, in standard errors.

    The error takes the trades of one market's calendar block as one observation.
    """
    blocks = np.concatenate([figures.block_residuals for figures in markets])
    error = float(np.sqrt(np.sum(blocks**2)))
    return float(blocks.sum()) / error if error > 0.0 else None


def count_verdicts(markets: Sequence[ScoreFigures]) -> dict[str, int]:
    """Gates of all markets by verdict."""
    return {verdict: sum(f.verdicts[verdict] for f in markets) for verdict in VERDICTS}


@dataclass(frozen=True)
class RegimeCalibration:
    """Confidence against outcome in one regime, all scored candidates out of sample.

    Attributes
    ----------
    slope
        Of the log odds of winning on those of the confidence; 1 where it is right.
    """

    regime: str
    n: int
    mean_p: float | None
    win_rate: float | None
    slope: Figure


def measure_calibration(markets: Sequence[pd.DataFrame]) -> list[RegimeCalibration]:
    """Calibration of the product's confidence by regime, and of all candidates.

    Parameters
    ----------
    markets
        Columns regime, confidence and label.
    """
    codes: dict[str, tuple[int, ...]] = {name: (code,) for code, name in enumerate(REGIMES)}
    codes["all"] = (-1, *range(len(REGIMES)))
    return [
        _measure_regime(name, [rows[rows["regime"].isin(among)] for rows in markets])
        for name, among in codes.items()
    ]


def _measure_regime(name: str, markets: Sequence[pd.DataFrame]) -> RegimeCalibration:
    rows = pd.concat(markets)
    left_out = [
        _slope([frame for other, frame in enumerate(markets) if other != market])
        for market in range(len(markets))
        if len(markets) > 1
    ]
    without = np.array([np.nan if slope is None else slope for slope in left_out])
    p, won = (float(rows[name].mean()) if len(rows) else None for name in _P_AND_WON)
    error = jackknife_error(without)
    return RegimeCalibration(name, len(rows), p, won, Figure(_slope(markets), error))


_P_AND_WON = ("confidence", "label")


def _slope(markets: Sequence[pd.DataFrame]) -> float | None:
    rows = pd.concat(markets)
    p, won = (rows[column].to_numpy(dtype=np.float64) for column in _P_AND_WON)
    _, slope = calibration_line_statistics(p, won)
    return slope.value()


def pool_exit_models(markets: Sequence[ExitModelsCost]) -> tuple[float, float, float] | None:
    """Mean over markets and two-sided 95 % t-interval, bps a candidate; None below two."""
    values = [market.value for market in markets if market.value is not None]
    return paired_interval(np.array(values)) if len(values) > 1 else None
