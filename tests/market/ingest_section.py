"""Section ingest with values of its own: no test may lean on the defaults of params.yaml."""

from typing import Any


def ingest_section(**changes: Any) -> dict[str, Any]:
    """Values of section ingest; a change goes to the part that has its name."""
    simulated: dict[str, Any] = {
        "seed": 11,
        "coins": 2,
        "days": 5,
        "start": "2023-01-01",
        "edge": 0.8,
        "reversion_rate": 0.1,
        "jumps_per_day": 0.5,
        "informativeness": {"bars": 1.2, "order_book": 1.2, "on_chain": 2.4, "sentiment": 2.4},
    }
    raw: dict[str, Any] = {
        "set": None,
        "symbols": None,
        "start": None,
        "end": None,
        "half_spread_bps": 1.0,
        "trim_to_common_end": True,
        "ended_after_days": 7,
    }
    section = {
        "source": "simulated",
        "max_time": "2035-01-01",
        "on_bad_row": "error",
        "max_jump_factor": 1.5,
        "simulated": simulated,
        "raw": raw,
    }
    for name, value in changes.items():
        next(part for part in (section, raw, simulated) if name in part)[name] = value
    return section
