"""What a position aims at when it is bought, and how it ends without the exit models."""

import numpy as np
import pandas as pd

from dipmaster.backtest import (
    EXIT_NAMES,
    ExitRules,
    TradeOutcomes,
    TrailingStopRule,
    simulate_independent_trades,
)
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import to_timestamps
from dipmaster.core.params import AdaptiveExits, Execution
from dipmaster.exits.arrays import Positions
from dipmaster.exits.market import MARKET_MOMENTUM, ExitMarket
from dipmaster.exits.target import (
    MEDIUM,
    Classes,
    ExitTargets,
    classify_momentum,
    classify_strength,
    combine_multipliers,
)
from dipmaster.exits.trailing import compute_trailing_distance


def build_hold_rules(market: ExitMarket, exits: AdaptiveExits) -> ExitRules:
    """Phase 2's rules but for the exit models: trailing stop and quarter-hour exit where on."""
    return put_hold_rules(compute_trailing_distance(market, exits.trailing), exits)


def put_hold_rules(distance_frac: Floats, exits: AdaptiveExits) -> ExitRules:
    """The rules of `build_hold_rules` with these distances of the trailing stop."""
    trailing = exits.trailing
    stop = TrailingStopRule(distance_frac, trailing.activation_frac, trailing.break_even_floor)
    return ExitRules(
        boundary_min_net_frac=exits.boundary_min_net_frac
        if exits.quarter_hour_exit_from_phase_2
        else None,
        trailing=stop if trailing.enabled else None,
    )


def compute_targets(
    market: ExitMarket,
    symbol_index: Ints,
    signal_index: Ints,
    confidence: Floats | None,
    open_ms: Ints,
    regime: Classes,
    exits: AdaptiveExits,
) -> ExitTargets:
    """Target of each signal from what is known at the close of its bar.

    Parameters
    ----------
    symbol_index, signal_index
        Row of the panel and position on its grid, shape (rows,), in any order.
    confidence
        Shape (rows,), NaN where there is no score. None: bars that nobody scored
        (random entries) are of medium strength, which is neutral.
    open_ms
        Open time of the signal's bar.
    regime
        0, 1, 2; -1 not known.
    """
    params = exits.dynamic_target
    strength = (
        np.full(symbol_index.size, MEDIUM, np.int8)
        if confidence is None
        else classify_strength(confidence, open_ms, params.min_past)
    )
    sigmas = market.columns[MARKET_MOMENTUM][symbol_index, signal_index]
    momentum = classify_momentum(sigmas, params)
    combination = exits.target_combination
    return combine_multipliers(strength, regime, momentum, exits.target_frac, combination, params)


def build_positions(
    symbol_index: Ints, signal_index: Ints, target_frac: Floats, exits: AdaptiveExits
) -> Positions:
    """Positions with these targets and the fixed stop and time limit."""
    return Positions(
        symbol_index=symbol_index,
        signal_index=signal_index,
        target_frac=target_frac,
        stop_frac=np.full(symbol_index.size, exits.stop_frac),
        max_holding_bars=np.full(symbol_index.size, exits.max_holding_bars, np.int64),
    )


def simulate_hold(
    market: ExitMarket, positions: Positions, execution: Execution, exits: AdaptiveExits
) -> TradeOutcomes:
    """How each position ends alone under `build_hold_rules`.

    Raises
    ------
    DataError
        Positions off the panel, or a missing half-spread.
    """
    return simulate_independent_trades(
        market.panel,
        positions.symbol_index,
        positions.signal_index,
        execution,
        build_hold_rules(market, exits),
        positions.target_frac,
        positions.stop_frac,
        positions.max_holding_bars,
    )


def build_plans_table(
    candidates: pd.DataFrame, market: ExitMarket, positions: Positions, targets: ExitTargets,
    hold: TradeOutcomes,
) -> pd.DataFrame:  # fmt: skip
    """Table EXIT_PLANS; every argument has the rows of `candidates`, in their order."""
    signal = positions.symbol_index, positions.signal_index
    exit_names = np.asarray((*EXIT_NAMES, ""))[hold.exit_type]
    exit_time = to_timestamps(market.panel.open_time[hold.exit_index])
    return pd.DataFrame(
        {
            "candidate_id": candidates["candidate_id"].to_numpy(np.int64),
            "symbol": candidates["symbol"].array,
            "open_time": candidates["open_time"].array,
            "signal_strength": targets.strength,
            "regime": targets.regime,
            "momentum_class": targets.momentum,
            "momentum_sigmas": market.columns[MARKET_MOMENTUM][signal],
            "signal_multiplier": targets.signal_multiplier,
            "volatility_multiplier": targets.volatility_multiplier,
            "momentum_multiplier": targets.momentum_multiplier,
            "combined_multiplier": targets.combined_multiplier,
            "target_frac": targets.target_frac,
            "hold_net_frac": hold.net_frac,
            "hold_exit_type": pd.array(exit_names, dtype="str"),
            "hold_exit_time": exit_time.where(hold.tradable),
        }
    )
