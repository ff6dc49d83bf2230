"""Which thresholds are changed and which are not, and the params of each change.

Only what lies downstream of every fit is changed: models, scores and labels stay as they are, so
that one engine run answers the question. What a fit learned from would need the stages before.
"""

from collections.abc import Collection
from dataclasses import dataclass

from dipmaster.core.errors import ParamsError
from dipmaster.core.params import Params
from dipmaster.results.sensitivity import ExcludedThreshold


@dataclass(frozen=True)
class Threshold:
    """A number of params, and the first phase that reads it."""

    path: str
    first_phase: int


@dataclass(frozen=True)
class Setting:
    """A threshold at another value, and all params with it."""

    threshold: Threshold
    base: float
    value: float
    params: Params


THRESHOLDS = (
    Threshold("confidence.thresholds.low_volatility", 1),
    Threshold("confidence.thresholds.normal_volatility", 1),
    Threshold("confidence.thresholds.high_volatility", 1),
    Threshold("filter.share_of_checks_frac", 1),
    Threshold("filter.volume_within_bars", 1),
    Threshold("filter.rsi_max", 1),
    Threshold("filter.liquidity_min", 1),
    Threshold("confirmation.min_score", 1),
    Threshold("exits.trailing.base_frac", 2),
    Threshold("exits.trailing.activation_frac", 2),
    Threshold("exits.decision.full_probability", 2),
    Threshold("exits.decision.partial_probability", 2),
    Threshold("exits.decision.partial_frac", 2),
    Threshold("sizing.kelly_share_frac", 3),
    Threshold("sizing.target_annual_frac", 3),
    Threshold("execution.size_frac", 0),
    Threshold("execution.max_position_frac", 0),
)

_LABEL = "part of the label that the confidence was fitted to"
_CANDIDATES = "decides which candidates there are, and so every fit"
_INPUT = "part of an input of the confidence and of the regimes"
UPSTREAM = {
    "exits.target_frac": _LABEL,
    "exits.stop_frac": _LABEL,
    "exits.max_holding_bars": _LABEL,
    "exits.boundary_min_net_frac": _LABEL,
    "execution.taker_fee_bps": f"{_LABEL}; changed for the engine alone under costs",
    "execution.slippage_bps": f"{_LABEL}; changed for the engine alone under costs",
    "signal.z_min": _CANDIDATES,
    "signal.volume_multiple": _CANDIDATES,
    "signal.rsi_max": _CANDIDATES,
    "signal.cooldown_bars": _CANDIDATES,
    "volatility.regime.low_daily_frac": _INPUT,
    "volatility.regime.normal_daily_frac": _INPUT,
    "volatility.regime.no_new_trades_daily_frac": _INPUT,
    "exits.dynamic_target": "targets are inputs of the exit models",
}


def list_settings(
    params: Params, phases: Collection[int]
) -> tuple[list[Setting], list[ExcludedThreshold]]:
    """Every threshold down and up within its range, and what is left out.

    Parameters
    ----------
    phases
        Numbers of the phases that were traded.
    """
    settings: list[Setting] = []
    excluded = [ExcludedThreshold(path=path, reason=why) for path, why in UPSTREAM.items()]
    for one in THRESHOLDS:
        if one.first_phase not in phases:
            why = f"phase {one.first_phase} is not built"
            excluded.append(ExcludedThreshold(path=one.path, reason=why))
            continue
        for value in find_values(params, one.path):
            try:
                changed = params.with_changes({one.path: value})
            except ParamsError:
                why = f"{value:g} does not fit the other params"
                excluded.append(ExcludedThreshold(path=one.path, reason=why))
                continue
            base = float(params.value_at(one.path))
            settings.append(Setting(one, base, float(value), changed))
    return settings, excluded


def find_values(params: Params, path: str) -> list[float]:
    """The value less and plus `sensitivity.change_frac` of it, within its range, each once.

    Counts are rounded to whole numbers. What is no other value than the one that stands is
    left out.
    """
    base, change = params.value_at(path), params.sensitivity.change_frac
    low, high = Params.range_of(path)
    moved = (min(max(base * (1.0 + by), low), high) for by in (-change, change))
    values = [round(value) if isinstance(base, int) else value for value in moved]
    return [value for value in dict.fromkeys(values) if value != base]
