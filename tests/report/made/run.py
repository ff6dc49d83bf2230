"""A whole run in the shapes the stages write."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from dipmaster.core.params import Params
from dipmaster.report import provenance
from dipmaster.report.inputs import Inputs, ShownCoin
from tests.report.made import confidence, exits, volatility
from tests.report.made.market import equity_frame, quality
from tests.report.made.phase import COINS

PROJECT = Path(__file__).parents[3]
SECTIONS = (
    "ingest",
    "features",
    "volatility",
    "signal",
    "confidence",
    "filter",
    "confirmation",
    "execution",
    "exits",
    "split",
    "gates",
    "report",
)


def lock() -> dict[str, Any]:
    def stage(*paths: str) -> dict[str, Any]:
        return {
            "cmd": "python",
            "outs": [{"path": path, "md5": f"{k:032x}", "size": 1} for k, path in enumerate(paths)],
        }

    return {
        "schema": "2.0",
        "stages": {
            "ingest": stage("data/ingest", "reports/metrics/ingest.json"),
            "features": stage("data/features", "reports/metrics/features.json"),
            "volatility": stage("data/volatility", "reports/metrics/volatility.json"),
            "confidence": stage("data/confidence/scores.parquet"),
            "exits": stage("data/exits", "reports/metrics/exits.json"),
            "validate": stage("data/validate", "reports/metrics/gates.json", "reports/plots"),
            "report": stage("reports/phase_gate.pdf"),
        },
    }


@cache
def params(source: str = "simulated") -> Params:
    raw = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
    raw["ingest"]["source"] = source
    return Params.parse(raw, SECTIONS)


def shown(known: bool = True) -> ShownCoin:
    """The first coin's price and, where it is known, its latent state."""
    frame = volatility.frames()[COINS[0]]
    truth = volatility.truth_of(frame) if known else None
    return ShownCoin(COINS[0], volatility.bars_of(frame), truth)


def run(gates: list[dict[str, Any]], phase: dict[str, Any]) -> Inputs:
    return Inputs(
        gates=gates,
        gates_bytes=(json.dumps(gates, indent=2, sort_keys=True) + "\n").encode(),
        validate={
            "verdict": "INCONCLUSIVE",
            "verdict_reason": "phases 1 to 4 are not built",
            "period": {
                "first_open_time": "2023-01-01T00:00:00Z",
                "out_of_sample_from": "2023-06-30T00:00:00Z",
                "last_open_time": "2024-12-30T23:55:00Z",
                "burn_in_days": 180.0,
                "days_out_of_sample": 550,
                "blocks": 18,
                "block_days": 30,
            },
            "built_phases": [0],
            "phases": {"0": phase},
            "checks": [
                {"phase": 0, "name": "cash follows fills", "holds": True, "detail": "1 against 1"}
            ],
        },
        ingest=quality(),
        market={
            "source": "simulated",
            "symbols": list(COINS),
            "first_open_time": "2023-01-01T00:00:00Z",
            "last_open_time": "2024-12-30T23:55:00Z",
            "days": 730.0,
            "columns": {coin: ["volume"] for coin in COINS},
            "columns_left_out": [],
            "fallback_half_spread_bps": 0.0,
        },
        volatility=volatility.judged(),
        confidence=confidence.judged(),
        exits=exits.judged(),
        equity={0: equity_frame()},
        scores=confidence.scores(),
        forecasts=volatility.frames(),
        shown=shown(),
        outputs=provenance.outputs(lock()),
        params=params(),
        versions={"numpy": "2.4.6", "python": "3.11"},
    )


def cannot_tell(gates: list[dict[str, Any]], reason: str) -> list[dict[str, Any]]:
    unknown = {"value": None, "low": None, "high": None, "n": 0, "n_effective": 0.0}
    return [{**one, **unknown, "verdict": "INCONCLUSIVE", "reason": reason} for one in gates]
