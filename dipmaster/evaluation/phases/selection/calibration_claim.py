"""The claim of section 1.3 on confidence: held against the one limit that decides it.

Two limits bind in every regime: the expected calibration error and the calibration
slope. A row of the table has room for one interval, so it shows the one that decides:
where some regime fails, the one farthest beyond its limit; else the one that sticks
out of it farthest; where all pass, the one that comes closest.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from dipmaster.core.params.roadmap import CALIBRATION_SLOPE_RANGE, ECE_MAX
from dipmaster.evaluation.claims import INCONCLUSIVE, INSUFFICIENT, MET, NOT_MET, Claim
from dipmaster.results.common import ClaimVerdict, Interval, Verdict
from dipmaster.results.confidence.calibration import CalibrationGate
from dipmaster.results.evaluation.claims import RoadmapClaim

ALL = "all"  # regimes together: shown, not judged
WORDS = "confidence properly scaled across regimes"
LIMITS = {
    "ece": Claim("1.3.calibration", "1.3", WORDS, ECE_MAX, "frac"),
    "slope": Claim("1.3.calibration", "1.3", WORDS, CALIBRATION_SLOPE_RANGE, "ratio"),
}
NAMES = {"ece": "calibration error", "slope": "calibration slope"}
VERDICTS: Mapping[Verdict, ClaimVerdict] = {  # worst first
    "FAIL": NOT_MET,
    "INSUFFICIENT DATA": INSUFFICIENT,
    "INCONCLUSIVE": INCONCLUSIVE,
    "PASS": MET,
}


@dataclass(frozen=True)
class _Distance:
    """How far one limit in one regime is broken, in units of the limit's width."""

    regime: str
    limit: str
    beyond: float


def measure_calibration_claim(calibration: Mapping[str, CalibrationGate]) -> RoadmapClaim:
    """Met where every regime passes its calibration gate, not met where one fails.

    Parameters
    ----------
    calibration
        Regime, or "all", to its gate, of the confidence stage.
    """
    rows = {name: row for name, row in calibration.items() if name != ALL}
    if not any(row.n for row in rows.values()):
        return LIMITS["ece"].insufficient("no candidate out of sample has a score")
    gate = next(gate for gate in VERDICTS if any(row.gate == gate for row in rows.values()))
    worst = _deciding({name: row for name, row in rows.items() if row.gate == gate})
    row = rows[worst.regime]
    by_regime = ", ".join(f"{name} {one.gate}" for name, one in rows.items())
    why = f"decided by the {NAMES[worst.limit]} in the regime {worst.regime}: {row.reason}"
    why += f"; gates by regime: {by_regime}"
    if ALL in calibration:
        why += f"; all regimes together: {_error(calibration[ALL].ece)}"
    interval: Interval = getattr(row, worst.limit)
    return LIMITS[worst.limit].record(interval, row.n, VERDICTS[gate], why)


def _deciding(rows: Mapping[str, CalibrationGate]) -> _Distance:
    distances = [
        _Distance(name, limit, _beyond(limit, getattr(row, limit), row.gate))
        for name, row in rows.items()
        for limit in LIMITS
    ]
    return max(distances, key=lambda one: one.beyond)  # the first of equals


def _beyond(limit: str, interval: Interval, gate: Verdict) -> float:
    """Of the whole interval where a regime fails, else of its farther end."""
    low, high = interval.low, interval.high
    if low is None or high is None:
        return -math.inf
    near, far = (high, low) if gate == "FAIL" else (low, high)
    if limit == "ece":
        return float((far - ECE_MAX) / ECE_MAX)
    width = CALIBRATION_SLOPE_RANGE[1] - CALIBRATION_SLOPE_RANGE[0]
    return float(max(CALIBRATION_SLOPE_RANGE[0] - near, far - CALIBRATION_SLOPE_RANGE[1]) / width)


def _error(interval: Interval) -> str:
    """The calibration error with its bounds, where it has any."""
    if interval.value is None or interval.low is None or interval.high is None:
        return f"{NAMES['ece']} not computable"
    numbers = interval.value, interval.low, interval.high
    value, low, high = (f"{100 * x:.1f} %" for x in numbers)
    return f"{NAMES['ece']} {value} [{low}, {high}]"
