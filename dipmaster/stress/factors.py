"""Returns to what coins share: the market's return, betas, volatility, correlation."""

import numpy as np

from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.panel import Panel


def measure_returns(panel: Panel, known_close: Floats) -> Floats:
    """Logarithmic returns from known close to known close, NaN where there is no bar."""
    returns = np.full(known_close.shape, np.nan)
    returns[:, 1:] = np.diff(np.log(known_close), axis=1)
    return np.where(np.isnan(panel.close), np.nan, returns)


def market_returns(returns: Floats) -> Floats:
    """Mean over the coins that have a bar; 0 where none has, shape (bars,)."""
    known = ~np.isnan(returns)
    total = np.where(known, returns, 0.0).sum(axis=0)
    market: Floats = total / np.maximum(known.sum(axis=0), 1)
    return market


def estimate_betas(returns: Floats, market: Floats) -> Floats:
    """Least-squares slope of each coin on the market, shape (symbols,); 1 where not computable.

    Parameters
    ----------
    returns
        Shape (symbols, bars), past bars only, NaN where there is none.
    market
        Their `market_returns`.
    """
    known = ~np.isnan(returns)
    centred = np.where(known, market - market.mean() if market.size else 0.0, 0.0)
    covariance = (centred * np.where(known, returns, 0.0)).sum(axis=1)
    variance = (centred * centred).sum(axis=1)
    return divide(covariance, variance)


def bar_volatility(returns: Floats, missing: Bools) -> Floats:
    """Root mean square of a bar's return, shape (symbols,); 0 without a bar."""
    bars = np.maximum((~missing).sum(axis=1), 1)
    squares = np.where(missing, 0.0, returns) ** 2
    volatility: Floats = np.sqrt(squares.sum(axis=1) / bars)
    return volatility


def divide(asked: Floats, found: Floats) -> Floats:
    """Ratio of two figures a coin; 1 where the second is 0."""
    ratio: Floats = np.divide(asked, found, out=np.ones(found.shape), where=found > 0.0)
    return ratio


def correlations(returns: Floats) -> Floats:
    """Correlations of coins that moved at all, shape (coins, coins)."""
    scale = np.sqrt((returns**2).mean(axis=1))
    standard = returns[scale > 0.0] / scale[scale > 0.0, None]
    return np.asarray(standard @ standard.T / max(returns.shape[1], 1))


def mean_correlation(matrix: Floats) -> float:
    """Mean over pairs of different coins; 1 where there is one coin alone."""
    coins = matrix.shape[0]
    if coins < 2:
        return 1.0
    return float((matrix.sum() - np.trace(matrix)) / (coins * (coins - 1)))
