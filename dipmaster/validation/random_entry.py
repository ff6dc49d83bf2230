"""Trades to what chance would have won: matched random entries under the same exits.

A high win rate proves nothing by itself: a near target with a far stop wins
often without any skill. So random bars are bought as well, matched by stratum in
proportion to the strategy's trades, and left by the same exits; what the
strategy wins more often than they do is its own.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dipmaster.backtest import metrics
from dipmaster.numerics import Bools, Floats, Ints
from dipmaster.periods import BAR_MS
from dipmaster.validation.interval import Estimate, floored_variance, t_critical
from dipmaster.validation.splits import Period
from dipmaster.validation.strata import Strata

Outcomes = Callable[[Ints, Ints], Floats]


@dataclass(frozen=True)
class Pool:
    """Random entries with their outcomes, sorted by stratum.

    Attributes
    ----------
    return_frac
        Shape (pool,), net profit / reference notional of each entry.
    weight
        Shape (pool,), sums to 1: strata count as they do among the trades.
    block
        Shape (pool,), calendar block of each entry.
    first, size
        Shape (matched trades,): where the entries of each trade's stratum begin
        in the pool, and how many there are.
    matched
        Shape (trades,), which trades have a stratum with entries in the pool.
    """

    return_frac: Floats
    weight: Floats
    block: Ints
    first: Ints
    size: Ints
    matched: Bools

    @property
    def win_rate(self) -> float | None:
        """Expected win rate of a matched random portfolio."""
        return float(self.weight @ metrics.winning(self.return_frac)) if self.weight.size else None


def matched_pool(
    trade_stratum: Ints,
    strata: Strata,
    period: Period,
    at_most: int,
    outcomes: Outcomes,
    rng: np.random.Generator,
) -> Pool:
    """Draw bars for every stratum that was traded and simulate them once.

    Each stratum gets one bar, the rest in proportion to its trades, never the
    same bar twice. Trades in strata without an eligible bar stay unmatched.

    Parameters
    ----------
    trade_stratum
        Shape (trades,), code of the bar on which each trade's signal fired.
    at_most
        Size of the pool.
    outcomes
        From (symbol rows, signal bars) to net returns on notional under the
        phase's exits, without portfolio limits.
    """
    known = trade_stratum[trade_stratum >= 0]
    traded, trades = np.unique(known, return_counts=True)
    largest = np.sort(np.argsort(-trades, kind="stable")[:at_most])
    traded, trades = traded[largest], trades[largest]
    places = np.flatnonzero(np.isin(strata.code, traded))
    code = strata.code.ravel()[places]
    places = places[np.argsort(code, kind="stable")]
    there = np.bincount(np.searchsorted(traded, code), minlength=traded.size)
    wanted = np.minimum(_quotas(trades, at_most), there)
    chosen = _drawn(places, there, wanted, rng)
    symbol, bar = np.divmod(chosen, strata.code.shape[1])
    matched = np.isin(trade_stratum, traded[wanted > 0])
    of_trade = np.searchsorted(traded, trade_stratum[matched])
    share = trades * (wanted > 0)
    weight = np.repeat(share / np.maximum(wanted * max(share.sum(), 1), 1), wanted)
    times = period.first_ms + bar * BAR_MS
    return Pool(
        outcomes(symbol, bar),
        weight,
        period.block_of(period.day_of(times)),
        (np.cumsum(wanted) - wanted)[of_trade],
        wanted[of_trade],
        matched,
    )


def _quotas(trades: Ints, at_most: int) -> Ints:
    """One each, the rest by largest remainder in proportion to `trades`."""
    rest = (at_most - trades.size) * trades / max(trades.sum(), 1)
    whole = np.floor(rest).astype(np.int64)
    left = at_most - trades.size - int(whole.sum())
    most = np.argsort(-(rest - whole), kind="stable")[: max(left, 0)]
    whole[most] += 1
    quotas: Ints = whole + 1
    return quotas


def _drawn(places: Ints, there: Ints, wanted: Ints, rng: np.random.Generator) -> Ints:
    """Draw `wanted` of the `there` places of each stratum without replacement, in order."""
    ends = np.cumsum(there)
    picked = [
        np.sort(rng.choice(places[end - size : end], count, replace=False))
        for end, size, count in zip(ends, there, wanted, strict=True)
    ]
    return np.concatenate(picked) if picked else np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Draws:
    """Figures of random portfolios, shape (draws,); profit factor NaN-free, equal notional."""

    win_rate: Floats
    profit_factor: Floats
    mean_net_bps: Floats


def drawn_portfolios(pool: Pool, draws: int, rng: np.random.Generator) -> Draws:
    """Draw as many entries as there are matched trades, each from its trade's stratum.

    Portfolios without a loser have no profit factor and are left out of that figure.
    """
    won, lost = metrics.won_and_lost(pool.return_frac)
    rows = [_portfolio(pool, won, lost, rng) for _ in range(draws if pool.size.size else 0)]
    rate, gains, losses, net = np.array(rows).reshape(-1, 4).T
    some = losses > 0.0
    return Draws(rate, gains[some] / losses[some], 1e4 * net)


def _portfolio(
    pool: Pool, won: Floats, lost: Floats, rng: np.random.Generator
) -> tuple[float, float, float, float]:
    pick = pool.first + (rng.random(pool.size.size) * pool.size).astype(np.int64)
    gains, losses = won[pick], lost[pick]
    return (
        float(np.mean(gains > 0.0)),
        float(gains.sum()),
        float(losses.sum()),
        float(np.mean(gains - losses)),
    )


def randomisation_p(win_rate: float, draws: Draws) -> float | None:
    """Share of random portfolios that win at least as often, the observed one included."""
    if not draws.win_rate.size:
        return None
    as_good = int(np.sum(draws.win_rate >= win_rate))
    return (as_good + 1) / (draws.win_rate.size + 1)


def excess_win_rate(strategy: Estimate, pool: Pool, alpha: float) -> Estimate:
    """Win rate of the matched trades minus that of the pool, with the noise of both.

    The interval joins those of the two rates by the square root of the summed
    squares of their half-widths (Newcombe 1998, method 10; Zou and Donner 2008).
    It takes them as independent, though both live through the same days, which
    makes it wider than it need be.

    Parameters
    ----------
    strategy
        Win rate of the matched trades at the same one-sided level.
    """
    chance = pool.win_rate
    if strategy.value is None or chance is None:
        why = strategy.reason or "no bar to match the trades with"
        return Estimate(None, None, None, strategy.n, strategy.n_effective, "linear", why)
    value = strategy.value - chance
    blocks = np.unique(pool.block).size
    if strategy.low is None or strategy.high is None or blocks < 2:
        return Estimate(
            value, None, None, strategy.n, strategy.n_effective, "linear", "one block only"
        )
    influence = pool.weight * (metrics.winning(pool.return_frac) - chance)
    variance, _ = floored_variance(influence, pool.block)
    half = t_critical(blocks - 1, alpha) * np.sqrt(variance)
    low = value - float(np.hypot(strategy.value - strategy.low, half))
    high = value + float(np.hypot(strategy.high - strategy.value, half))
    return Estimate(
        value, max(low, -1.0), min(high, 1.0), strategy.n, strategy.n_effective, "linear"
    )
