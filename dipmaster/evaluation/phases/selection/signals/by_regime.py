"""Is the win rate the same in every volatility regime? Shares by regime and their Wald test."""

from typing import Final

import numpy as np
from scipy.special import fdtrc

from dipmaster.backtest import REGIMES
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.params import Gates
from dipmaster.core.wins import is_loss
from dipmaster.evaluation.phases.selection.signals.outcomes import LabelledCandidates
from dipmaster.evaluation.phases.selection.signals.rates import BoundsLevel, estimate_rate
from dipmaster.evaluation.statistics.minimum_data import describe_missing_trades
from dipmaster.results.evaluation.signal_quality import Heterogeneity, RegimeWinRate

HETEROGENEOUS: Final = "heterogeneous"
INCONCLUSIVE: Final = "inconclusive"
MIN_OF_EACH = 5  # won and not won a regime needs; Cochran's rule of thumb for chi-square


def estimate_win_rates(
    candidates: LabelledCandidates, level: BoundsLevel
) -> tuple[RegimeWinRate, ...]:
    """A row a regime in which something was traded, from low to high, unknown last."""
    rows = []
    for code, name in _regimes(candidates):
        among = candidates.traded & (candidates.regime == code)
        rate = estimate_rate(candidates.won, among, candidates, level, "nothing was traded")
        rows.append(
            RegimeWinRate(
                regime=name,
                n=rate.n,
                win_rate=rate.value,
                low=rate.low,
                high=rate.high,
                reason=rate.reason,
            )
        )
    return tuple(rows)


def compare_regimes(candidates: LabelledCandidates, gates: Gates) -> Heterogeneity:
    """Test that traded candidates win equally often in all regimes.

    Wald statistic of the differences, with a covariance clustered by calendar
    block (design effect at least 1 in every direction). With few blocks
    chi-square rejects too often: p is that of Hotelling's T-squared, with one
    degree of freedom fewer than there are blocks.

    Parameters
    ----------
    gates
        The minimum data, which the regimes compared have to have together, and alpha:
        a p below it says that win rates differ.

    Returns
    -------
    Heterogeneity
        Its verdict is "heterogeneous" or "inconclusive", which proves no equality;
        figures and verdict are None where nothing can be tested.
    """
    traded, alpha = candidates.only(candidates.traded), gates.alpha
    compared, left_out = _enough(traded)
    reason = "; ".join(left_out)
    if len(compared) < 2:
        return _untested(reason or "fewer than two regimes were traded", alpha)
    judged = traded.only(np.isin(traded.regime, compared))
    blocks, losing_trades = np.unique(judged.block).size, int(is_loss(judged.net_frac).sum())
    missing = describe_missing_trades(judged.size, losing_trades, blocks, gates)
    if missing:
        return _untested("; ".join([missing, *left_out]), alpha)
    chi2, df, p = _wald(*_rates(judged, compared), blocks)
    return Heterogeneity(
        chi2=chi2,
        df=df,
        p=p,
        alpha=alpha,
        verdict=HETEROGENEOUS if p < alpha else INCONCLUSIVE,
        reason=reason,
    )


def estimate_covariance(influence: Floats, block: Ints) -> Floats:
    """Covariance of sums that are independent between blocks only.

    Parameters
    ----------
    influence
        Shape (n, sums); no two columns share a row, none is all zero.

    Returns
    -------
    Floats
        Shape (sums, sums). In every direction, so for every contrast of sums, the
        variance is at least that of independent rows: in units of theirs,
        eigenvalues below 1 are raised to it.
    """
    blocks, code = np.unique(block, return_inverse=True)
    sums = np.zeros((blocks.size, influence.shape[1]))
    np.add.at(sums, code, influence)
    n = influence.shape[0]
    unit = np.sqrt(n / (n - 1) * np.sum(influence**2, axis=0))
    scaled = blocks.size / (blocks.size - 1) * (sums / unit).T @ (sums / unit)
    effects, directions = np.linalg.eigh(scaled)
    floored: Floats = (directions * np.maximum(effects, 1.0)) @ directions.T
    return floored * np.outer(unit, unit)


def _regimes(candidates: LabelledCandidates) -> list[tuple[int, str]]:
    codes = [0, 1, 2, -1]
    present = set(np.unique(candidates.regime[candidates.traded]).tolist())
    return [(code, REGIMES[code]) for code in codes if code in present]


def _enough(traded: LabelledCandidates) -> tuple[list[int], list[str]]:
    """Regimes that can be compared, and why the others cannot."""
    compared, left_out = [], []
    for code, name in _regimes(traded):
        won = traded.won[traded.regime == code]
        counts = int(won.sum()), int((~won).sum())
        if min(counts) >= MIN_OF_EACH:
            compared.append(code)
        else:
            left_out.append(
                f"regime {name} left out: {counts[0]} won and {counts[1]} not won, "
                f"{MIN_OF_EACH} of each are needed"
            )
    return compared, left_out


def _rates(traded: LabelledCandidates, regimes: list[int]) -> tuple[Floats, Floats]:
    """Win rate of each regime and their covariance."""
    member = traded.regime[:, None] == np.array(regimes)
    count = member.sum(axis=0)
    rate = (member & traded.won[:, None]).sum(axis=0) / count
    influence = np.where(member, traded.won[:, None] - rate, 0.0) / count
    return rate, estimate_covariance(influence, traded.block)


def _wald(rate: Floats, covariance: Floats, blocks: int) -> tuple[float, int, float]:
    """Statistic, degrees of freedom and p."""
    contrast = np.eye(rate.size)[1:] - np.eye(rate.size)[:1]
    difference = contrast @ rate
    spread = contrast @ covariance @ contrast.T
    chi2 = float(difference @ np.linalg.solve(spread, difference))
    df = rate.size - 1
    scaled = (blocks - df) / (df * (blocks - 1)) * chi2
    return chi2, df, float(fdtrc(df, blocks - df, scaled))


def _untested(reason: str, alpha: float) -> Heterogeneity:
    return Heterogeneity(chi2=None, df=None, p=None, alpha=alpha, verdict=None, reason=reason)
