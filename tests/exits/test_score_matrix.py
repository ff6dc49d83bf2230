"""Exit probabilities of rows reach the engine at the close of their own bar."""

from typing import Any

import numpy as np

from dipmaster.backtest import ExitRules, ExitType, ScoreExitRule, simulate_independent_trades
from dipmaster.exits.rows import build_exit_rows
from dipmaster.exits.scores import build_score_matrix

FLAT = (100.0, 100.1, 99.9, 100.0)


def test_each_probability_in_its_position_and_column(make: Any, exits: Any, free: Any) -> None:
    bars = [FLAT, FLAT, FLAT, None, FLAT, FLAT, FLAT]
    rows = build_exit_rows(make.market(bars), make.positions([(0, 0), (0, 3), (0, 2)]), free, exits)
    matrix = build_score_matrix(rows, np.arange(1.0, len(rows) + 1), 3, 36)
    assert matrix.shape == (3, 36)
    assert np.count_nonzero(np.isfinite(matrix)) == len(rows)
    assert matrix[0, [0, 1, 3, 4, 5]].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]  # in the hole none
    assert matrix[1, [0, 1, 2]].tolist() == [6.0, 7.0, 8.0]
    assert np.isnan(matrix[2]).all()


def test_the_engine_sells_at_the_open_after_the_row(make: Any, exits: Any, execution: Any) -> None:
    market = make.random_market(8, gaps=False)
    positions = make.everywhere(market, 37)
    rows = build_exit_rows(market, positions, execution, exits)
    rng = np.random.default_rng(1)
    probability = np.where(rng.random(len(rows)) < 0.1, 0.9, 0.5)
    probability[rng.random(len(rows)) < 0.2] = np.nan
    matrix = build_score_matrix(rows, probability, len(positions), 36)
    sold = simulate_independent_trades(
        market.panel, positions.symbol_index, positions.signal_index, execution,
        ExitRules(None, score=ScoreExitRule(matrix)), 9.0, 0.9, 36,
    )  # fmt: skip
    sure = probability > 0.8
    chosen = 0
    for i in np.flatnonzero(sold.exit_type == int(ExitType.OPTIMAL_TIMING)):
        assert sold.exit_index[i] == rows.bar[sure & (rows.position == i)][0] + 1
        chosen += 1
    assert chosen > 10
