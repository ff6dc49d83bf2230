"""Matched random entries: eligibility, matching, and the noise that their portfolios show."""

import numpy as np
import pytest

from dipmaster.core.panel import Panel
from dipmaster.core.time_units import BAR_MS, DAY_MS
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.random_entry import portfolios
from dipmaster.evaluation.statistics.random_entry.portfolios import EntryPool
from dipmaster.evaluation.statistics.random_entry.strata import (
    MatchingCovariates,
    Strata,
    build_strata,
)

FIRST = 1_672_531_200_000
DAYS = 12
BARS = DAYS * 288
PERIOD = Period(FIRST, FIRST + 2 * DAY_MS, FIRST + DAYS * DAY_MS - BAR_MS, 1)


@pytest.fixture
def panel() -> Panel:
    price = np.full((2, BARS), 100.0)
    price[0, 1000] = np.nan
    time = FIRST + BAR_MS * np.arange(BARS, dtype=np.int64)
    return Panel(("A", "B"), time, *(price.copy() for _ in range(6)))


@pytest.fixture
def classes() -> np.ndarray:
    """Thirds of each day are low, normal and high; the last day of B is unknown."""
    found = np.tile(np.arange(BARS) % 288 // 96, (2, 1)).astype(np.int8)
    found[1, -288:] = -1
    return found


NO_TRADES = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


@pytest.fixture
def strata(panel, classes) -> Strata:
    """Recent volatility is one value, so it splits nothing."""
    around = MatchingCovariates(classes, np.ones(classes.shape))
    return build_strata(panel, around, NO_TRADES, PERIOD)


def test_eligible_bars(strata) -> None:
    """Out of sample, there, followed by a bar, of known class; code = symbol, hour, class."""
    code = strata.code
    assert (code[:, : 2 * 288] == -1).all()
    assert code[0, 999] == code[0, 1000] == code[0, BARS - 1] == -1
    assert (code[1, -288:] == -1).all()
    bar = 5 * 288 + 12 * 13 + 4  # 13 o'clock, middle third
    assert code[0, bar] == (13 * 3 + 1) * 10
    assert code[1, bar] == ((24 + 13) * 3 + 1) * 10


def test_a_bar_before_one_without_volume_is_not_eligible(panel, classes) -> None:
    """It could not be bought; the idle bar itself can be signalled on, and is bought after it."""
    panel.volume[0, 2000] = 0.0
    around = MatchingCovariates(classes, np.ones(classes.shape))
    code = build_strata(panel, around, NO_TRADES, PERIOD).code
    assert code[0, 1999] == -1
    assert (code[0, [1998, 2000, 2001]] >= 0).all()


def test_recent_volatility_is_cut_at_the_tenths_of_the_trades(panel, classes) -> None:
    """Trades at 1, 2 ... 100: bars at 0, 10.5, 55 and 1,000 fall into tenths 0, 1, 5 and 9."""
    recent = np.full(classes.shape, np.nan)
    bars = np.arange(5 * 288, 5 * 288 + 100)
    recent[0, bars] = np.arange(1, 101)
    recent[1, 6 * 288 : 6 * 288 + 4] = [0.0, 11.0, 55.0, 1000.0]
    around = MatchingCovariates(classes, recent)
    code = build_strata(panel, around, (np.zeros(100, int), bars), PERIOD).code
    assert (code[1, 6 * 288 : 6 * 288 + 4] % 10).tolist() == [0, 1, 5, 9]
    assert np.bincount(code[0, bars] % 10).tolist() == [10] * 10
    assert (code[0, 5 * 288 - 10 : 5 * 288] == -1).all()


def drawn(strata, stratum, at_most=500, outcome=None, seed=1) -> tuple[EntryPool, list]:
    asked: list = []

    def outcomes(symbol, bar):
        asked.append((symbol, bar))
        return outcome(symbol, bar) if outcome else np.where(bar % 2, 0.01, -0.02)

    rng = np.random.default_rng(seed)
    pool = portfolios.draw_matched_pool(np.asarray(stratum), strata, PERIOD, at_most, outcomes, rng)
    return pool, asked


def test_pool_is_matched_and_never_takes_a_bar_twice(strata) -> None:
    rng = np.random.default_rng(2)
    codes = strata.code[strata.code >= 0]
    stratum = rng.choice(np.unique(codes), 300)
    pool, [(symbol, bar)] = drawn(strata, stratum)
    own = strata.code[symbol, bar]
    assert pool.return_frac.size <= 500
    assert np.unique(symbol * BARS + bar).size == bar.size
    assert pool.matched.all()
    assert np.isin(np.unique(stratum), own).all()
    assert pool.weight.sum() == pytest.approx(1.0)
    for code in np.unique(stratum):  # strata count as among the trades
        assert pool.weight[own == code].sum() == pytest.approx(np.mean(stratum == code))
    assert (pool.block == bar // 288 - 2).all()


def test_trades_without_a_stratum_stay_unmatched(strata) -> None:
    known = int(strata.code[0, 5 * 288])
    pool, _ = drawn(strata, [known, -1, known, 24 * 2 * 3 * 10 + 5])
    assert pool.matched.tolist() == [True, False, True, False]
    assert pool.weight.sum() == pytest.approx(1.0)


def test_a_pool_smaller_than_the_strata_keeps_the_most_traded(strata) -> None:
    codes = np.unique(strata.code[strata.code >= 0])[:4]
    pool, _ = drawn(strata, np.repeat(codes, [1, 5, 2, 7]), at_most=2)
    assert pool.matched.sum() == 12
    assert pool.return_frac.size == 2


@pytest.mark.parametrize("stratum", [[], [-1, -1]])
def test_nothing_to_match(strata, stratum) -> None:
    pool, _ = drawn(strata, np.array(stratum, dtype=np.int64))
    draws = portfolios.draw_portfolios(pool, 50, np.random.default_rng(1))
    assert pool.win_rate is None
    assert draws.win_rate.size == 0


def pool_with(won: np.ndarray, block: np.ndarray, trades: int) -> EntryPool:
    """A pool of equal weights for so many trades."""
    share = np.full(won.size, 1 / won.size)
    return EntryPool(np.where(won, 0.01, -0.02), share, block, np.ones(trades, dtype=np.bool_))


def test_portfolios_have_the_mix_of_the_trades(strata) -> None:
    """Outcomes depend on the class alone: 30 trades of the class that wins, 10 of the other."""
    low, high = int(strata.code[0, 5 * 288]), int(strata.code[0, 6 * 288 - 1])
    pool, _ = drawn(
        strata,
        [low] * 300 + [high] * 100,
        outcome=lambda symbol, bar: np.where(bar % 288 < 96, 0.01, -0.02),
    )
    draws = portfolios.draw_portfolios(pool, 400, np.random.default_rng(1))
    assert pool.win_rate == pytest.approx(0.75)
    assert draws.win_rate.mean() == pytest.approx(0.75, abs=0.01)
    assert draws.profit_factor.mean() == pytest.approx(0.75 * 0.01 / (0.25 * 0.02), rel=0.05)
    net = draws.win_rate * 0.01 - (1 - draws.win_rate) * 0.02
    np.testing.assert_allclose(draws.mean_net_bps, 1e4 * net)


def test_portfolios_carry_the_noise_of_blocks_and_of_entries() -> None:
    """Variance by hand: between resampled blocks, .25 / 20, and of 400 entries, about .25 / 400."""
    block = np.repeat(np.arange(20), 50)
    pool = pool_with(block % 2 == 0, block, 400)
    rates = portfolios.draw_portfolios(pool, 4000, np.random.default_rng(2)).win_rate
    inside = 0.25 * (1 - 1 / 20) / 400
    assert rates.mean() == pytest.approx(0.5, abs=0.01)
    assert rates.var() == pytest.approx(0.25 / 20 + inside, rel=0.07)


def test_one_block_has_the_noise_of_its_entries_alone() -> None:
    pool = pool_with(np.arange(200) % 2 == 0, np.zeros(200, dtype=np.int64), 400)
    rates = portfolios.draw_portfolios(pool, 4000, np.random.default_rng(3)).win_rate
    assert rates.var() == pytest.approx(0.25 / 400, rel=0.07)


def test_the_profit_factor_of_a_portfolio_without_a_loser_is_infinite() -> None:
    pool = pool_with(np.arange(40) > 0, np.arange(40) % 4, 5)
    draws = portfolios.draw_portfolios(pool, 200, np.random.default_rng(4))
    assert draws.win_rate.size == draws.mean_net_bps.size == 200
    np.testing.assert_array_equal(np.isinf(draws.profit_factor), draws.win_rate == 1.0)
    assert 0 < np.isinf(draws.profit_factor).sum() < 200
