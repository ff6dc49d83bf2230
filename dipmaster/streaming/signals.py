"""Candidates of a bar to words: who is bought and why, who is not and why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dipmaster.backtest.entries import REGIMES
from dipmaster.core.params import Params
from dipmaster.signal_filter.filtering import list_step_switches
from dipmaster.sizing import explain_size
from dipmaster.streaming.decisions import BarDecisions
from dipmaster.streaming.orders import BarOrders
from dipmaster.streaming.phases import PHASES


@dataclass(frozen=True)
class ExplainedSignal:
    """What one phase makes of one candidate.

    Attributes
    ----------
    confidence
        Of the phase; NaN where there is none.
    is_ordered
        To be bought at the next open, as far as the account allows.
    """

    time_ms: int
    candidate_id: int
    coin: int
    confidence: float
    is_ordered: bool
    reason: str


def explain_signals(step: BarDecisions, phase: int, params: Params) -> list[ExplainedSignal]:
    """Every candidate of a bar as one phase sees it."""
    scored = step.scored
    if scored is None:
        return []
    table, streamed = scored.filter_results, PHASES[phase]
    if streamed.needs_evidence and scored.evidence_filter_results is not None:
        table = scored.evidence_filter_results
    orders = step.orders[phase]
    places = {int(one): row for row, one in enumerate(orders.candidate_id)}
    signals = []
    for row, candidate in enumerate(scored.candidates.candidate_id.tolist()):
        facts = {name: column[row] for name, column in table.items()}
        if candidate in places:
            words = _explain_order(orders, places[candidate], params)
        elif streamed.selection == "all" or facts["admitted"] == 1:
            words = "nothing is bet on it, or it could be held across the out-of-sample start"
        else:
            words = _explain_refusal(facts, REGIMES[int(scored.regime[row])], params)
        signals.append(
            ExplainedSignal(
                step.bar.time_ms, candidate, int(scored.candidates.coin[row]),
                float(facts["confidence"]), candidate in places, words,
            )
        )  # fmt: skip
    return signals


def _explain_order(orders: BarOrders, row: int, params: Params) -> str:
    sizing = {name: float(column[row]) for name, column in orders.sizing.items()}
    if sizing:
        return explain_size(sizing, params.sizing.kelly_share_frac)
    return f"{100.0 * orders.size_frac[row]:.2f} % of equity"


def _explain_refusal(facts: Mapping[str, Any], regime: str, params: Params) -> str:
    """The first step that it did not pass."""
    if facts["confidence"] != facts["confidence"]:
        return "no score: no model has been fitted yet"
    switches: Mapping[str, bool] = list_step_switches(params.filter, params.confirmation)
    words = {
        "passes_threshold": f"confidence {facts['confidence']:.3f} below {facts['threshold']:.3f} "
        f"({regime} volatility)",
        "passes_checks": "too few of the checks passed",
        "passes_volatility": "volatility beyond the limit, or not known",
        "passes_confirmation": f"confirmation {facts['confirmation_score']:.2f} below "
        f"{params.confirmation.min_score:.2f}",
    }
    return next(text for step, text in words.items() if switches[step] and not facts[step])
