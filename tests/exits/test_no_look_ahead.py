"""Nothing of a row is later than its bar, nothing of a plan later than the signal's.

Every bar and column after a cut is changed, or the data end there, and what was
known by then is compared bit for bit. Planted leaks show that the check can fail.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.backtest import TradeOutcomes
from dipmaster.core.panel import to_timestamps
from dipmaster.exits.arrays import ExitRows
from dipmaster.exits.labels import build_exit_labels
from dipmaster.exits.market import (
    FEATURE_COLUMNS,
    MARKET_COLUMNS,
    VOLATILITY_COLUMNS,
    ExitMarket,
    build_exit_market,
    standardize_momentum,
)
from dipmaster.exits.plans import compute_targets, simulate_hold
from dipmaster.exits.rows import build_exit_rows
from dipmaster.exits.target import ExitTargets, classify_strength
from tests.exits.other_futures import assert_rows_know_their_past_alone, disturbed

pytestmark = pytest.mark.slow

CUTS = [61, 130, 131, 132, 250, 400]


@pytest.fixture(scope="module")
def world(make: Any) -> tuple[ExitMarket, Any]:
    market = make.random_market(21)
    return market, make.everywhere(market, 9)


def on(market: ExitMarket, positions: Any) -> Any:
    """Positions whose signal the market has, with the numbers they have among all."""
    there = positions.signal_index < market.panel.bars
    fields = {name: getattr(positions, name)[there] for name in positions.__dataclass_fields__}
    return replace(positions, **fields), np.flatnonzero(there)


def rows_on(market: ExitMarket, positions: Any, execution: Any, exits: Any) -> ExitRows:
    some, numbers = on(market, positions)
    rows = build_exit_rows(market, some, execution, exits)
    return replace(rows, position=numbers[rows.position])


def test_rows_know_their_past_alone(world: Any, execution: Any, exits: Any) -> None:
    market, positions = world
    assert_rows_know_their_past_alone(
        lambda m: rows_on(m, positions, execution, exits), market, CUTS
    )


def shifted(market: ExitMarket, name: str) -> ExitMarket:
    """A leak: one column a bar early."""
    values = np.roll(market.columns[name], -1, axis=1)
    return replace(market, columns=dict(market.columns) | {name: values})


def peeking(market: ExitMarket) -> ExitMarket:
    """A leak: highs that know the bar after, as where a level acts a bar too early."""
    high = market.panel.high.copy()
    high[:, :-1] = np.fmax(high[:, :-1], market.panel.high[:, 1:])
    high[np.isnan(market.panel.high)] = np.nan
    return replace(market, panel=replace(market.panel, high=high))


@pytest.mark.parametrize(
    "leak",
    [
        peeking,
        *(
            lambda m, name=name: shifted(m, name)
            for name in MARKET_COLUMNS
            if name not in ("regime", "market_momentum_sigmas")
        ),
    ],
)
def test_the_check_of_rows_finds_a_planted_leak(
    world: Any, execution: Any, exits: Any, leak: Callable[[ExitMarket], ExitMarket]
) -> None:
    market, positions = world
    with pytest.raises(AssertionError):
        assert_rows_know_their_past_alone(
            lambda m: rows_on(leak(m), positions, execution, exits), market, CUTS
        )


def test_the_check_of_rows_finds_rows_that_need_the_next_bar(
    world: Any, execution: Any, exits: Any
) -> None:
    """A leak of existence alone: rows only where the next bar was traded."""
    market, positions = world

    def where_the_next_was_traded(m: ExitMarket) -> ExitRows:
        rows = rows_on(m, positions, execution, exits)
        opens = m.panel.traded.open
        following = np.append(opens[:, 1:], np.full((opens.shape[0], 1), np.nan), axis=1)
        kept = ~np.isnan(following[positions.symbol_index[rows.position], rows.bar])
        return ExitRows(*(column[kept] for column in (
            rows.position, rows.bar, rows.held, rows.features)))  # fmt: skip

    with pytest.raises(AssertionError):
        assert_rows_know_their_past_alone(where_the_next_was_traded, market, CUTS)


def test_labels_are_settled_when_the_path_has_ended(world: Any, execution: Any, exits: Any) -> None:
    """Nothing after the bar in which a path ends changes a label of its rows."""
    market, positions = world

    def made(m: ExitMarket) -> tuple[TradeOutcomes, dict[tuple[int, int], tuple[float, ...]]]:
        rows, hold = build_exit_rows(m, positions, execution, exits), simulate_hold(
            m, positions, execution, exits
        )  # fmt: skip
        labels = build_exit_labels(m, positions, rows, hold, execution)
        columns = [getattr(labels, name) for name in labels.__dataclass_fields__]
        known = np.flatnonzero(~np.isnan(labels.hold_net_frac))
        keys = zip(rows.position[known].tolist(), rows.bar[known].tolist(), strict=True)
        return hold, dict(zip(keys, np.column_stack(columns)[known].tolist(), strict=True))

    hold, whole = made(market)
    for cut in CUTS:
        _, other = made(disturbed(market, cut, cut))
        settled = {key: v for key, v in whole.items() if hold.exit_index[key[0]] <= cut}
        assert len(settled) > 100
        assert {key: other[key] for key in settled} == settled


def frames_of(market: ExitMarket, returns: Any) -> tuple[Any, Any]:
    """Tables of features and volatility, as the stages write them, with the market's return."""
    panel = market.panel
    columns = dict(market.columns) | {"market_return_12_frac": np.tile(returns, (3, 1))}

    def table(names: tuple[str, ...], k: int) -> pd.DataFrame:
        values = {name: columns[name][k] for name in names}
        return pd.DataFrame({"open_time": to_timestamps(panel.open_time), **values})

    return tuple(
        {symbol: table(names, k) for k, symbol in enumerate(panel.symbols)}
        for names in (FEATURE_COLUMNS, VOLATILITY_COLUMNS)
    )


SIGNALS = np.arange(40, 480, 3)


def plans_on(market: ExitMarket, confidence: Any, exits: Any) -> ExitTargets:
    symbol = np.arange(SIGNALS.size) % 3
    regime = market.columns["regime"][symbol, SIGNALS].astype(np.int8)
    times = market.panel.open_time[SIGNALS]
    return compute_targets(market, symbol, SIGNALS, confidence, times, regime, exits)


def past_of(targets: ExitTargets, cut: int) -> list[list[float]]:
    known = cut >= SIGNALS
    return [getattr(targets, name)[known].tolist() for name in targets.__dataclass_fields__]


def test_plans_know_the_signals_bar_alone(world: Any, exits_with: Any) -> None:
    """Tables and confidences after the signal's bar change nothing of a plan."""
    market, exits = world[0], exits_with(dynamic_target__min_past=5)
    rng = np.random.default_rng(2)
    returns, confidence = rng.normal(size=500), rng.random(SIGNALS.size)
    whole = plans_on(
        build_exit_market(market.panel, *frames_of(market, returns)), confidence, exits
    )
    classes = {*whole.strength.tolist()}, {*whole.momentum.tolist()}, {*whole.regime.tolist()}
    assert [len(found) for found in classes] == [3, 5, 4]
    for cut in CUTS:
        later = np.arange(500) > cut
        other_market = disturbed(market, cut, 3)
        frames = frames_of(other_market, np.where(later, 5.0 * returns, returns))
        other = plans_on(
            build_exit_market(other_market.panel, *frames),
            np.where(cut < SIGNALS, rng.random(SIGNALS.size), confidence),
            exits,
        )
        assert past_of(other, cut) == past_of(whole, cut)


def test_the_check_of_plans_would_find_terciles_of_all_candidates() -> None:
    """The same comparison on a leak: classes among all scores, not the past ones."""
    rng = np.random.default_rng(2)
    scores = rng.random(150)

    def leaking(values: Any) -> Any:
        return classify_strength(np.append(values, values), np.repeat([0, 1], 150), 5)[150:]

    changed = np.where(np.arange(150) > 75, 1.0 - 0.5 * scores, scores)
    assert (leaking(scores)[:76] != leaking(changed)[:76]).any()
    past = [classify_strength(v, np.arange(150), 5)[:76].tolist() for v in (scores, changed)]
    assert past[0] == past[1]


def test_momentum_of_a_longer_series_is_the_same_to_the_bit() -> None:
    returns = 0.01 * np.random.default_rng(4).standard_t(3, 6000)
    returns[1000:1100] = np.nan
    whole = standardize_momentum(returns)
    for length in (288, 1000, 1050, 3116, 5999):
        np.testing.assert_array_equal(standardize_momentum(returns[:length]), whole[:length])
