"""Matched random entries: eligibility, matching, what the interval covers."""

import numpy as np
import pytest

from dipmaster.panel import Panel
from dipmaster.periods import BAR_MS, DAY_MS
from dipmaster.validation import random_entry
from dipmaster.validation.interval import Estimate
from dipmaster.validation.random_entry import Pool
from dipmaster.validation.splits import Period
from dipmaster.validation.strata import Strata, Surroundings, strata_of

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
    around = Surroundings(classes, np.ones(classes.shape))
    return strata_of(panel, around, NO_TRADES, PERIOD)


def test_eligible_bars(strata) -> None:
    """Out of sample, there, followed by a bar, of known class; code = symbol, hour, class."""
    code = strata.code
    assert (code[:, : 2 * 288] == -1).all()
    assert code[0, 999] == code[0, 1000] == code[0, BARS - 1] == -1
    assert (code[1, -288:] == -1).all()
    bar = 5 * 288 + 12 * 13 + 4  # 13 o'clock, middle third
    assert code[0, bar] == (13 * 3 + 1) * 10
    assert code[1, bar] == ((24 + 13) * 3 + 1) * 10


def test_recent_volatility_is_cut_at_the_tenths_of_the_trades(panel, classes) -> None:
    """Trades at 1, 2 ... 100: bars at 0, 10.5, 55 and 1,000 fall into tenths 0, 1, 5 and 9."""
    recent = np.full(classes.shape, np.nan)
    bars = np.arange(5 * 288, 5 * 288 + 100)
    recent[0, bars] = np.arange(1, 101)
    recent[1, 6 * 288 : 6 * 288 + 4] = [0.0, 11.0, 55.0, 1000.0]
    around = Surroundings(classes, recent)
    code = strata_of(panel, around, (np.zeros(100, int), bars), PERIOD).code
    assert (code[1, 6 * 288 : 6 * 288 + 4] % 10).tolist() == [0, 1, 5, 9]
    assert np.bincount(code[0, bars] % 10).tolist() == [10] * 10
    assert (code[0, 5 * 288 - 10 : 5 * 288] == -1).all()


def drawn(strata, stratum, at_most=500, outcome=None, seed=1) -> tuple[Pool, list]:
    asked: list = []

    def outcomes(symbol, bar):
        asked.append((symbol, bar))
        return outcome(symbol, bar) if outcome else np.where(bar % 2, 0.01, -0.02)

    rng = np.random.default_rng(seed)
    pool = random_entry.matched_pool(np.asarray(stratum), strata, PERIOD, at_most, outcomes, rng)
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
    for trade, (first, size) in enumerate(zip(pool.first, pool.size, strict=True)):
        assert (own[first : first + size] == stratum[trade]).all()
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
    draws = random_entry.drawn_portfolios(pool, 50, np.random.default_rng(1))
    assert pool.win_rate is None
    assert draws.win_rate.size == 0
    assert random_entry.randomisation_p(0.5, draws) is None
    nothing = Estimate(None, None, None, 0, 0.0, "logit", "no trade")
    excess = random_entry.excess_win_rate(nothing, pool, 0.025)
    assert (excess.value, excess.low, excess.reason) == (None, None, "no trade")


def test_portfolios_have_the_mix_of_the_trades(strata) -> None:
    """Outcomes depend on the class alone, so every portfolio wins exactly that share."""
    low, high = int(strata.code[0, 5 * 288]), int(strata.code[0, 6 * 288 - 1])
    pool, _ = drawn(
        strata,
        [low] * 30 + [high] * 10,
        outcome=lambda symbol, bar: np.where(bar % 288 < 96, 0.01, -0.02),
    )
    draws = random_entry.drawn_portfolios(pool, 20, np.random.default_rng(1))
    assert pool.win_rate == pytest.approx(0.75)
    np.testing.assert_allclose(draws.win_rate, 0.75)
    np.testing.assert_allclose(draws.profit_factor, 30 * 0.01 / (10 * 0.02))
    np.testing.assert_allclose(draws.mean_net_bps, 1e4 * (0.75 * 0.01 - 0.25 * 0.02))
    assert random_entry.randomisation_p(0.75, draws) == 1.0
    assert random_entry.randomisation_p(0.80, draws) == pytest.approx(1 / 21)


def test_excess_joins_the_noise_of_trades_and_pool() -> None:
    """By hand: half-widths .1 and t x .05 join to their root of squares."""
    block = np.arange(10)
    wins = np.array([1, 1, 0, 1, 0, 0, 1, 0, 1, 0]) * 2.0 - 1.0
    pool = Pool(wins, np.full(10, 0.1), block, np.zeros(3, int), np.ones(3, int), wins < 9)
    strategy = Estimate(0.8, 0.7, 0.9, 300, 200.0, "logit")
    half = 2.262157 * np.sqrt(0.25 / 9)
    found = random_entry.excess_win_rate(strategy, pool, 0.025)
    assert found.value == pytest.approx(0.3)
    assert found.low == pytest.approx(0.3 - np.hypot(0.1, half), abs=1e-6)
    assert found.high == pytest.approx(0.3 + np.hypot(0.1, half), abs=1e-6)


def test_skill_is_seen_and_its_absence_too(strata) -> None:
    """Trades drawn like the pool: p spreads over (0, 1]; trades that only win: p is tiny."""
    rng = np.random.default_rng(4)
    codes = np.unique(strata.code[strata.code >= 0])
    p_values = []
    for seed in range(30):
        world = rng.random((2, BARS)) < 0.6
        stratum = rng.choice(codes, 200)
        pool, _ = drawn(
            strata,
            stratum,
            at_most=2000,
            outcome=lambda s, b, w=world: np.where(w[s, b], 0.01, -0.01),
            seed=seed,
        )
        draws = random_entry.drawn_portfolios(pool, 200, rng)
        p_values.append(random_entry.randomisation_p(rng.binomial(200, 0.6) / 200, draws))
        assert random_entry.randomisation_p(0.99, draws) == pytest.approx(1 / 201)
    assert 0.3 < np.mean(p_values) < 0.7
    assert np.mean(np.array(p_values) < 0.05) < 0.2
