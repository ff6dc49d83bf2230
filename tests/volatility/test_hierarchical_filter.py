"""The hierarchical filter against exact Bayes in small worlds, and what coins do to each other."""

from itertools import product

import numpy as np
import pytest

from dipmaster.core.params.volatility import Regime
from dipmaster.volatility.hierarchical.forward import filter_forward, step_filter
from dipmaster.volatility.hierarchical.model import FilterModel, build_model
from dipmaster.volatility.hierarchical.workspace import make_workspace
from dipmaster.volatility.regime import class_centres

NEVER = 1e-12  # variance of what is left out of a small world
HOME = np.array([0.0, 1.0, 0.0])
PARTS = np.full(3, NEVER)


@pytest.fixture(scope="module")
def model(params) -> FilterModel:
    return build_model(class_centres(params.regime), params.regime)


@pytest.fixture(scope="module")
def plain(model: FilterModel) -> FilterModel:
    """Chains and noise alone: no slow parts, nothing shared, no outliers, every history kept."""
    return model._replace(
        variance=PARTS, market_variance=NEVER, common_variance=NEVER, outlier_frac=0.0,
        histories=100, memory_steps=10_000,
    )  # fmt: skip


def quick(model: FilterModel, leave: float = 0.2) -> FilterModel:
    """Chains that move within a few steps."""
    stay = 1.0 - leave
    chain = np.array([[stay, leave, 0.0], [leave / 2, stay, leave / 2], [0.0, leave, stay]])
    return model._replace(market_transition=chain, offset_transition=chain.copy())


def draw(model: FilterModel, coins: int, steps: int, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    state = np.repeat(rng.integers(0, 3, -(-steps // 24)), 24)[:steps]
    return model.centres[state] + rng.normal(0, 0.35, (coins, steps))


def classes_of(states: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    return np.clip(states + offsets - 1, 0, 2)


def exact_posterior(observed: np.ndarray, model: FilterModel) -> tuple[np.ndarray, np.ndarray]:
    """Market's and one coin's class after the last step: every path, one joint normal each."""
    steps = observed.size
    paths = np.array(list(product(range(3), repeat=steps + 1)))  # the first is before the data
    prior = {}
    for name, start, chain in (
        ("market", np.full(3, 1 / 3), model.market_transition),
        ("offset", model.offset_start, model.offset_transition),
    ):
        moves = chain[paths[:, :-1], paths[:, 1:]].prod(axis=1)
        prior[name] = start[paths[:, 0]] * moves
    lag = np.abs(np.subtract.outer(np.arange(steps), np.arange(steps)))
    covariance = (model.noise_variance + model.common_variance) * np.eye(steps)
    for variance, decay in zip(model.variance, model.decay, strict=True):
        covariance += variance * decay**lag
    covariance += model.market_variance * model.market_decay**lag
    precision = np.linalg.inv(covariance)
    market, coin = np.zeros(3), np.zeros(3)
    for path, weight in zip(paths, prior["market"], strict=True):
        if weight == 0.0:
            continue
        found = classes_of(path[1:], paths[:, 1:])
        residual = observed - model.centres[found]
        density = np.exp(-0.5 * np.einsum("pi,ij,pj->p", residual, precision, residual))
        joint = weight * prior["offset"] * density
        market[path[-1]] += joint.sum()
        coin += np.bincount(found[:, -1], joint, minlength=3)
    return market / market.sum(), coin / coin.sum()


def test_coins_at_home_are_an_exact_hidden_markov_model(plain: FilterModel) -> None:
    """Nothing but the market's chain: three coins, the textbook forward algorithm."""
    small = quick(plain)._replace(offset_start=HOME, offset_transition=np.eye(3))
    observed = draw(small, 3, 90)
    observed[1, 20:50] = np.nan
    market, coins = filter_forward(observed, small)
    belief, expected = np.full(3, 1 / 3), []
    for step in observed.T:
        belief = belief @ small.market_transition
        for value in step[np.isfinite(step)]:
            belief = belief * np.exp(-0.5 * (value - small.centres) ** 2 / small.noise_variance)
        belief /= belief.sum()
        expected.append(belief)
    assert market == pytest.approx(np.array(expected), abs=1e-9)
    assert coins == pytest.approx(np.array([expected] * 3), abs=1e-9)


def test_offsets_under_a_state_that_never_changes_are_exact(plain: FilterModel) -> None:
    """Nine joint states, of which the market's three stay as they are."""
    small = quick(plain)._replace(market_transition=np.eye(3))
    (observed,) = draw(small, 1, 60, seed=4)
    market, coins = filter_forward(observed[None], small)
    belief = np.outer(np.full(3, 1 / 3), small.offset_start)
    named = classes_of(np.arange(3)[:, None], np.arange(3)[None])
    for t, value in enumerate(observed):
        belief = belief @ small.offset_transition
        belief *= np.exp(-0.5 * (value - small.centres[named]) ** 2 / small.noise_variance)
        belief /= belief.sum()
        assert market[t] == pytest.approx(belief.sum(axis=1), abs=1e-9)
        expected = np.bincount(named.ravel(), belief.ravel(), minlength=3)
        assert coins[0, t] == pytest.approx(expected, abs=1e-9)


def test_gaussian_parts_are_an_exact_kalman_filter(model: FilterModel) -> None:
    """Given a fixed state a path is one joint normal: its likelihood by the whole covariance."""
    small = model._replace(
        market_transition=np.eye(3), offset_start=HOME, offset_transition=np.eye(3),
        market_variance=NEVER, common_variance=NEVER, outlier_frac=0.0,
    )  # fmt: skip
    observed = draw(small, 1, 40, seed=2)[0] - 0.3
    market, _ = filter_forward(observed[None], small)
    lag = np.abs(np.subtract.outer(np.arange(40), np.arange(40)))
    covariance = small.noise_variance * np.eye(40)
    for variance, decay in zip(small.variance, small.decay, strict=True):
        covariance += variance * decay**lag
    for t in (0, 5, 39):
        precision = np.linalg.inv(covariance[: t + 1, : t + 1])
        residual = observed[: t + 1] - small.centres[:, None]
        log_density = -0.5 * np.einsum("si,ij,sj->s", residual, precision, residual)
        expected = np.exp(log_density - log_density.max())
        assert market[t] == pytest.approx(expected / expected.sum(), abs=1e-7)


def test_the_shared_part_is_integrated_on_its_nodes(model: FilterModel) -> None:
    """Noise that all coins share adds no evidence with every coin: the joint normal of a step."""
    small = model._replace(
        market_transition=np.eye(3), offset_start=HOME, offset_transition=np.eye(3),
        variance=PARTS, outlier_frac=0.0,
    )  # fmt: skip
    observed = small.centres[1] + np.array([[0.4], [0.5], [0.3]])
    market, _ = filter_forward(observed, small)
    covariance = small.noise_variance * np.eye(3) + small.common_variance + small.market_variance
    residual = observed - small.centres
    log_density = -0.5 * np.einsum("is,ij,js->s", residual, np.linalg.inv(covariance), residual)
    expected = np.exp(log_density) / np.exp(log_density).sum()
    assert market[0] == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("histories", "within"), [(6, 0.06), (100, 0.04)])
def test_all_of_it_is_close_to_every_path_enumerated(
    model: FilterModel, seed: int, histories: int, within: float
) -> None:
    """Chains that move, parts and shared noise: what merging and moment matching cost."""
    small = quick(model)._replace(outlier_frac=0.0, histories=histories)
    observed = draw(small, 1, 5, seed)
    market, coins = filter_forward(observed, small)
    exact_market, exact_coin = exact_posterior(observed[0], small)
    assert market[-1] == pytest.approx(exact_market, abs=within)
    assert coins[0, -1] == pytest.approx(exact_coin, abs=within)


def test_a_coin_away_from_the_market_is_named(model: FilterModel) -> None:
    rng = np.random.default_rng(3)
    observed = model.centres[1] + rng.normal(0, 0.3, (6, 24 * 8))
    observed[0, 24 * 5 :] += model.centres[2] - model.centres[1]
    market, coins = filter_forward(observed, model)
    assert (market[48:].argmax(axis=1) == 1).all()
    assert coins[0, -24:].argmax(axis=1).tolist() == [2] * 24
    assert (coins[1:, 48:].argmax(axis=2) == 1).all()


def test_a_change_of_all_coins_is_the_market_s(model: FilterModel) -> None:
    rng = np.random.default_rng(5)
    observed = model.centres[1] + rng.normal(0, 0.3, (6, 24 * 8))
    observed[:, 24 * 5 :] += model.centres[2] - model.centres[1]
    market, coins = filter_forward(observed, model)
    assert (market[24 * 5 + 6 :].argmax(axis=1) == 2).all()
    assert (coins[:, 24 * 5 + 6 :].argmax(axis=2) == 2).all()


def test_probabilities_sum_to_one(model: FilterModel) -> None:
    observed = draw(model, 4, 300)
    observed[0, 50:90] = np.nan
    observed[:, 200:210] = np.nan
    market, coins = filter_forward(observed, model)
    assert market.sum(axis=1) == pytest.approx(1.0, abs=1e-9)
    assert coins.sum(axis=2) == pytest.approx(1.0, abs=1e-9)


def test_steps_one_by_one_have_the_bits_of_the_whole(model: FilterModel) -> None:
    observed = draw(model, 4, 300)
    observed[0, 50:90] = np.nan
    market, coins = filter_forward(observed, model)
    work = make_workspace(model, 4)
    for t in range(300):
        states, classes = np.zeros(3), np.zeros((4, 3))
        step_filter(np.ascontiguousarray(observed[:, t]), t, model, work, states, classes)
        assert np.array_equal(states, market[t])
        assert np.array_equal(classes, coins[:, t])


def test_a_coin_that_is_never_seen_changes_no_other_bit_for_bit(model: FilterModel) -> None:
    observed = draw(model, 3, 400)
    market, coins = filter_forward(observed, model)
    nothing = np.full((1, 400), np.nan)
    for place in (0, 2, 3):
        more = np.insert(observed, place, nothing, axis=0)
        other_market, other_coins = filter_forward(more, model)
        assert np.array_equal(market, other_market)
        assert np.array_equal(coins, np.delete(other_coins, place, axis=0))


def test_a_coin_that_starts_late_changes_nothing_before(model: FilterModel) -> None:
    observed = draw(model, 4, 400)
    observed[3, :250] = np.nan
    market, coins = filter_forward(observed, model)
    other_market, other_coins = filter_forward(observed[:3], model)
    assert np.array_equal(market[:250], other_market[:250])
    assert np.array_equal(coins[:3, :250], other_coins[:, :250])
    assert not np.array_equal(market[250:], other_market[250:])


def test_a_stopped_coin_goes_on_with_the_market_and_home(model: FilterModel) -> None:
    observed = draw(model, 4, 24 * 40)
    observed[3, 24 * 10 :] = np.nan
    market, coins = filter_forward(observed, model)
    assert coins[3, -1].argmax() == market[-1].argmax()
    assert np.isfinite(coins).all()


def test_a_value_beyond_every_density_is_left_out(model: FilterModel) -> None:
    observed = draw(model, 4, 400)
    gone, wild = observed.copy(), observed.copy()
    gone[2, 100], wild[2, 100] = np.nan, 700.0
    market, coins = filter_forward(wild, model)
    other_market, other_coins = filter_forward(gone, model)
    assert market == pytest.approx(other_market, abs=1e-9)
    assert coins == pytest.approx(other_coins, abs=1e-9)


@pytest.mark.parametrize("step", [0, 7, 150, 398])
def test_no_later_observation_changes_what_was(model: FilterModel, step: int) -> None:
    observed = draw(model, 4, 400)
    market, coins = filter_forward(observed, model)
    later = observed.copy()
    later[:, step + 1 :] += 3.0
    later[1, step + 1 :] = np.nan
    other_market, other_coins = filter_forward(later, model)
    assert np.array_equal(market[: step + 1], other_market[: step + 1])
    assert np.array_equal(coins[:, : step + 1], other_coins[:, : step + 1])
    assert not np.array_equal(market, other_market)
    cut_market, _ = filter_forward(observed[:, : step + 1], model)
    assert np.array_equal(market[: step + 1], cut_market)


@pytest.mark.parametrize("histories", [1, 2, 3, 6])
def test_any_number_of_histories_gives_probabilities(model: FilterModel, histories: int) -> None:
    market, _ = filter_forward(draw(model, 2, 200), model._replace(histories=histories))
    assert market.sum(axis=1) == pytest.approx(1.0, abs=1e-9)


def test_chains_come_from_days(params) -> None:
    regime: Regime = params.regime
    found = build_model(class_centres(regime), regime)
    assert found.market_transition.sum(axis=1) == pytest.approx(1.0)
    assert found.market_transition[0, 0] == pytest.approx(np.exp(-1 / (24 * regime.dwell_days)))
    long_run = np.linalg.matrix_power(found.offset_transition, 100_000)[0]
    assert found.offset_start == pytest.approx(long_run, abs=1e-6)
    fast = regime.hierarchical.fast
    assert found.decay[2] ** (24 * fast.halflife_days) == pytest.approx(0.5)
