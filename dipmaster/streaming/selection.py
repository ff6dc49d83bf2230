"""Scored candidates of one close to the orders of every selection, all of one size."""

from dataclasses import replace

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.streaming.orders import BarOrders
from dipmaster.streaming.phases import Selection
from dipmaster.streaming.scoring import Columns, ScoredCandidates


def select_orders(scored: ScoredCandidates, size_frac: float) -> dict[Selection, BarOrders]:
    """Orders in the sequence in which they are filled; with evidence only where there is some."""
    candidates, size = scored.candidates, len(scored.candidates)
    orders = BarOrders(
        candidates.candidate_id,
        candidates.coin,
        np.full(size, size_frac),
        candidates.dip_z,
        np.full(size, np.nan),
        scored.regime,
    )
    selected: dict[Selection, BarOrders] = {
        "all": orders.sort(),
        "confidence": _admit(orders, scored.filter_results, scored.scores.confidence),
    }
    confidence, table = scored.evidence_confidence, scored.evidence_filter_results
    if confidence is not None and table is not None:
        selected["evidence"] = _admit(orders, table, confidence)
    return selected


def _admit(orders: BarOrders, filter_results: Columns, confidence: Floats) -> BarOrders:
    """Those admitted, the highest confidence first, as `select_admitted`."""
    admitted = filter_results["admitted"] == 1
    return replace(orders, priority=confidence, confidence=confidence).take(admitted).sort()
