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
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.time_units import BAR_MS
from dipmaster.core.wins import is_win
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.random_entry.strata import Strata

ExitSimulator = Callable[[Ints, Ints], Floats]


@dataclass(frozen=True)
class EntryPool:
    """Random entries with their outcomes, sorted by stratum.

    Attributes
    ----------
    return_frac
        Shape (pool,), net profit / reference notional of each entry.
    weight
        Shape (pool,), sums to 1: strata count as they do among the trades.
    block
        Shape (pool,), calendar block of each entry.
    matched
        Shape (trades,), which trades have a stratum with entries in the pool.
    """

    return_frac: Floats
    weight: Floats
    block: Ints
    matched: Bools

    @property
    def win_rate(self) -> float | None:
        """Expected win rate of a matched random portfolio."""
        return float(self.weight @ is_win(self.return_frac)) if self.weight.size else None


def draw_matched_pool(
    trade_stratum: Ints,
    strata: Strata,
    period: Period,
    at_most: int,
    outcomes: ExitSimulator,
    rng: np.random.Generator,
) -> EntryPool:
    """Draw bars for every stratum that was traded and simulate them once.

    Each stratum gets one bar, the rest in proportion to its trades, never the
    same bar twice. Trades in strata without an eligible bar stay unmatched. The
    bars of the trades' own signals are not left out: a signal picked from the pool
    is compared with itself, which draws the excess towards zero.

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
    positions = np.flatnonzero(np.isin(strata.code, traded))
    code = strata.code.ravel()[positions]
    positions = positions[np.argsort(code, kind="stable")]
    eligible = np.bincount(np.searchsorted(traded, code), minlength=traded.size)
    wanted = np.minimum(_allocate_quotas(trades, at_most), eligible)
    chosen = _draw_bars(positions, eligible, wanted, rng)
    symbol, bar = np.divmod(chosen, strata.code.shape[1])
    matched = np.isin(trade_stratum, traded[wanted > 0])
    share = trades * (wanted > 0)
    weight = np.repeat(share / np.maximum(wanted * max(share.sum(), 1), 1), wanted)
    times = period.first_ms + bar * BAR_MS
    return EntryPool(
        outcomes(symbol, bar),
        weight,
        period.block_of(period.day_of(times)),
        matched,
    )


def _allocate_quotas(trades: Ints, at_most: int) -> Ints:
    """One each, the rest by largest remainder in proportion to `trades`."""
    rest = (at_most - trades.size) * trades / max(trades.sum(), 1)
    whole = np.floor(rest).astype(np.int64)
    left = at_most - trades.size - int(whole.sum())
    most = np.argsort(-(rest - whole), kind="stable")[: max(left, 0)]
    whole[most] += 1
    quotas: Ints = whole + 1
    return quotas


def _draw_bars(positions: Ints, eligible: Ints, wanted: Ints, rng: np.random.Generator) -> Ints:
    """Draw `wanted` of the `there` places of each stratum without replacement, in order."""
    ends = np.cumsum(eligible)
    picked = [
        np.sort(rng.choice(positions[end - size : end], count, replace=False))
        for end, size, count in zip(ends, eligible, wanted, strict=True)
    ]
    return np.concatenate(picked) if picked else np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class RandomPortfolios:
    """Figures of random portfolios at equal notional, shape (draws,).

    Attributes
    ----------
    profit_factor
        Infinite where a portfolio lost nothing.
    """

    win_rate: Floats
    profit_factor: Floats
    mean_net_bps: Floats


def draw_portfolios(pool: EntryPool, draws: int, rng: np.random.Generator) -> RandomPortfolios:
    """Random portfolios of as many entries as there are matched trades, for the bands.

    The pool is a sample too, and its entries share days. So each draw resamples
    its calendar blocks with replacement, and from the bars it got draws entries
    by their weight.
    """
    won, lost = metrics.split_gains_losses(pool.return_frac, pool.return_frac)
    columns = np.column_stack([is_win(pool.return_frac), won, lost])
    entries = int(pool.matched.sum()) if pool.weight.size else 0
    blocks = np.unique(pool.block, return_inverse=True)[1]
    rows = [
        _draw_portfolio(pool, blocks, columns, entries, rng) for _ in range(draws if entries else 0)
    ]
    rate, gains, losses = np.array(rows).reshape(-1, 3).T
    infinite = np.full(losses.size, np.inf)
    factor = np.divide(gains, losses, out=infinite, where=losses > 0.0)
    return RandomPortfolios(rate, factor, 1e4 * (gains - losses))


def _draw_portfolio(
    pool: EntryPool, block: Ints, columns: Floats, entries: int, rng: np.random.Generator
) -> Floats:
    """Means of the columns over one portfolio; `block` is numbered from 0 on without a gap."""
    blocks = int(block.max()) + 1
    draws_of_block = np.bincount(rng.integers(0, blocks, blocks), minlength=blocks)
    share = pool.weight * draws_of_block[block]
    means: Floats = rng.multinomial(entries, share / share.sum()) @ columns / entries
    return means
