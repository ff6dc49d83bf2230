"""Decisions of a bar as rows of the batch's tables: column to values, in the tables' order."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dipmaster.backtest.rules import EXIT_CONFIDENCE, EXIT_NAMES, EXIT_REASONS
from dipmaster.backtest.trades import BUY
from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.core.time_units import BAR_MS
from dipmaster.streaming.account import AccountStep
from dipmaster.streaming.decisions import BarDecisions

Rows = Mapping[str, Sequence[Any] | npt.NDArray[Any]]
"""Column to one value a row."""
Row = Mapping[str, Any]


def list_candidates(step: BarDecisions) -> Rows:
    """Table CANDIDATES but for symbol and time."""
    candidates = step.candidates
    return {
        "candidate_id": candidates.candidate_id,
        "dip_z": candidates.dip_z,
        "sigma_1h_frac": candidates.sigma_1h_frac,
        "volatility_class": candidates.volatility_class,
    }


def list_scores(step: BarDecisions) -> Rows:
    """What of table SCORES is known at the close, the roadmap's components apart."""
    assert step.scored is not None, "candidates are scored"
    scores, size = step.scored.scores, len(step.candidates)
    fitted, calibrated = (
        np.where(known, fitted_ms, -1)
        for known, fitted_ms in (
            (~np.isnan(scores.p_lgb), scores.models_fitted_ms),
            (~np.isnan(scores.confidence), scores.calibrator_fitted_ms),
        )
    )
    return {
        "candidate_id": step.candidates.candidate_id,
        "regime": step.scored.regime,
        "no_new_trades": step.scored.no_new_trades,
        "p_lgb": scores.p_lgb,
        "p_xgb": scores.p_xgb,
        "p_ensemble": scores.p_ensemble,
        "confidence": scores.confidence,
        "models_fitted": np.broadcast_to(fitted, size),
        "calibrator_fitted": np.broadcast_to(calibrated, size),
    }


def list_filter_results(step: BarDecisions) -> Rows:
    """Table FILTER_RESULTS."""
    assert step.scored is not None, "candidates are filtered"
    return step.scored.filter_results


def list_plans(step: BarDecisions) -> Rows:
    """What of table EXIT_PLANS is known at the close."""
    assert step.targets is not None, "candidates have targets"
    targets = step.targets
    return {
        "candidate_id": step.candidates.candidate_id,
        "signal_strength": targets.strength,
        "regime": targets.regime,
        "momentum_class": targets.momentum,
        "momentum_sigmas": np.full(len(step.candidates), step.bar.momentum_sigmas),
        "signal_multiplier": targets.signal_multiplier,
        "volatility_multiplier": targets.volatility_multiplier,
        "momentum_multiplier": targets.momentum_multiplier,
        "combined_multiplier": targets.combined_multiplier,
        "target_frac": targets.target_frac,
    }


def list_evidence(step: BarDecisions) -> Rows:
    """The confidence of table EVIDENCE_SCORES; nothing without alternative data."""
    assert step.scored is not None, "candidates are scored"
    if step.scored.evidence_confidence is None:
        return {}
    return {
        "candidate_id": step.candidates.candidate_id,
        "confidence": step.scored.evidence_confidence,
    }


def list_exit_rows(step: BarDecisions) -> Rows:
    """Table EXIT_ROWS of the positions that are open, outcomes apart."""
    rows = step.rows
    features = {name: rows.features[:, place] for place, name in enumerate(EXIT_FEATURES)}
    return {
        "candidate_id": rows.candidate_id,
        "bars_held": rows.held,
        **features,
        "exit_probability": rows.probability,
    }


def list_fills(account: AccountStep, symbols: Sequence[str]) -> list[Row]:
    """Table FILLS."""
    return [_describe_fill(fill, symbols) for fill in account.fills]


def _describe_fill(fill: Mapping[str, Any], symbols: Sequence[str]) -> Row:
    kind = int(fill["exit_type"])
    is_buy = kind == BUY
    confidence = np.nan if is_buy else EXIT_CONFIDENCE[kind]
    return {
        "trade_id": fill["trade_id"],
        "time": fill["number"] * BAR_MS,
        "symbol": symbols[fill["coin"]],
        "side": "buy" if is_buy else "sell",
        "quantity": float(fill["quantity"]),
        "reference_price": float(fill["reference"]),
        "price": float(fill["price"]),
        "half_spread_cost": float(fill["half_spread_cost"]),
        "slippage_cost": float(fill["slippage_cost"]),
        "fee": float(fill["fee"]),
        "exit_type": "entry" if is_buy else EXIT_NAMES[kind],
        "exit_confidence": float(fill["score"]) if np.isnan(confidence) else confidence,
        "reason": "signal at the close before" if is_buy else EXIT_REASONS[kind],
        "cash_after": fill["cash_after"],
    }


def list_trades(account: AccountStep, symbols: Sequence[str]) -> list[Row]:
    """Table TRADES, those that ended, in the order in which they did."""
    return [
        {"trade_id": trade.trade_id, "symbol": symbols[trade.coin], **trade.values}
        for trade in account.closed
    ]
