"""Sections of params.yaml to digests: whether two runs had the same settings."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from dipmaster.core.params import Params

STRATEGY_SECTIONS = (
    "ingest",
    "features",
    "volatility",
    "signal",
    "confidence",
    "filter",
    "confirmation",
    "execution",
    "exits",
    "sizing",
    "alternative_data",
    "split",
    "gates",
)
"""Sections that verdicts depend on."""

DIGITS = 16


def digest_sections(params: Params) -> dict[str, str]:
    """Digest of each of `STRATEGY_SECTIONS`, whatever the seed of the simulated market.

    Parameters
    ----------
    params
        With all of `STRATEGY_SECTIONS` declared whole.
    """
    values = params.values()
    return {name: _digest(_without_market_seed(values[name])) for name in STRATEGY_SECTIONS}


def _without_market_seed(section: Mapping[str, Any]) -> dict[str, Any]:
    simulated = section.get("simulated")
    if not isinstance(simulated, Mapping):
        return dict(section)
    without_seed = {key: value for key, value in simulated.items() if key != "seed"}
    return {**section, "simulated": without_seed}


def _digest(section: Mapping[str, Any]) -> str:
    text = json.dumps(section, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
