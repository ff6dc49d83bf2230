"""The claim of section 1.3 on confidence: held against the one limit that decides it.

Two limits bind in every regime: the expected calibration error and the calibration
slope. A row of the table has room for one interval, so it shows the one that decides:
where some regime fails, the one farthest beyond its limit; else the one that sticks
out of it farthest; where all pass, the one that comes closest.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dipmaster.core.params.roadmap import ECE_MAX, SLOPES
from dipmaster.evaluation.claims import INCONCLUSIVE, MET, NOT_MET, Claim
from dipmaster.evaluation.figures.breakdowns import Record

Json = Mapping[str, Any]
WORDS = "confidence properly scaled across regimes"
LIMITS = {
    "ece": Claim("1.3.calibration", "1.3", WORDS, ECE_MAX, "frac"),
    "slope": Claim("1.3.calibration", "1.3", WORDS, SLOPES, "ratio"),
}
NAMES = {"ece": "calibration error", "slope": "calibration slope"}
VERDICTS = {"FAIL": NOT_MET, "INCONCLUSIVE": INCONCLUSIVE, "PASS": MET}  # worst first


@dataclass(frozen=True)
class _Distance:
    """One limit in one regime; `beyond` is how far out of it, in units of the limit's width."""

    regime: str
    limit: str
    beyond: float


def calibration_claim(calibration: Json) -> Record:
    """Met where every regime passes its calibration gate, not met where one fails.

    Parameters
    ----------
    calibration
        Section `calibration_by_regime` of the confidence stage's JSON.
    """
    rows = {name: row for name, row in calibration.items() if name != "all"}
    if not any(row["n"] for row in rows.values()):
        return LIMITS["ece"].not_shown("no candidate out of sample has a score")
    gate = next(gate for gate in VERDICTS if any(row["gate"] == gate for row in rows.values()))
    worst = _deciding({name: row for name, row in rows.items() if row["gate"] == gate}, gate)
    row = rows[worst.regime]
    by_regime = ", ".join(f"{name} {one['gate']}" for name, one in rows.items())
    why = f"decided by the {NAMES[worst.limit]} in the regime {worst.regime}: {row['reason']}"
    why += f"; gates by regime: {by_regime}"
    if "all" in calibration:
        why += f"; all regimes together: {_error(calibration['all']['ece'])}"
    return LIMITS[worst.limit].record(row[worst.limit], int(row["n"]), VERDICTS[gate], why)


def _deciding(rows: Json, gate: str) -> _Distance:
    distances = [
        _Distance(name, limit, _beyond(limit, row[limit], gate))
        for name, row in rows.items()
        for limit in LIMITS
    ]
    return max(distances, key=lambda one: one.beyond)  # the first of equals


def _beyond(limit: str, measured: Json, gate: str) -> float:
    """Of the whole interval where a regime fails, else of its farther end."""
    low, high = measured["low"], measured["high"]
    if low is None or high is None:
        return -math.inf
    near, far = (high, low) if gate == "FAIL" else (low, high)
    if limit == "ece":
        return float(((low if gate == "FAIL" else high) - ECE_MAX) / ECE_MAX)
    width = SLOPES[1] - SLOPES[0]
    return float(max(SLOPES[0] - near, far - SLOPES[1]) / width)


def _error(measured: Json) -> str:
    """The calibration error with its bounds."""
    numbers = [measured[name] for name in ("value", "low", "high")]
    value, low, high = ("-" if x is None else f"{100 * x:.1f} %" for x in numbers)
    return f"{NAMES['ece']} {value} [{low}, {high}]"
