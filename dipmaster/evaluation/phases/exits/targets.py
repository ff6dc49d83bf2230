"""Where the dynamic target put the targets, and which of its multipliers did it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from dipmaster.core.kernels import Bools
from dipmaster.core.params.exits import DynamicTarget
from dipmaster.evaluation.figures.breakdowns import mean_or_none
from dipmaster.evaluation.phases.exits.subsets import by_subset
from dipmaster.results.common import BySubset
from dipmaster.results.evaluation.exit_rules import TargetClass, TargetFigures

STRENGTHS = ("low", "medium", "high")  # from 0 on
REGIMES = ("unknown", "low", "normal", "high")  # from -1 on
MOMENTA = ("strong_down", "weak_down", "neutral", "weak_up", "strong_up")  # from -2 on


def measure_targets(
    plans: pd.DataFrame, opened: Bools, params: DynamicTarget
) -> BySubset[TargetFigures]:
    """Targets of the positions that the phase opened, and of all entries.

    Parameters
    ----------
    plans
        Of table EXIT_PLANS, a row an entry.
    opened
        Shape (entries,).
    """
    return by_subset(opened, lambda subset: _measured(plans[subset], params))


def _measured(plans: pd.DataFrame, params: DynamicTarget) -> TargetFigures:
    target = plans["target_frac"].to_numpy(dtype=np.float64)
    combined = plans["combined_multiplier"].to_numpy(dtype=np.float64)
    bound = (combined <= params.min_multiple) | (combined >= params.max_multiple)
    strength, regime, momentum = (
        part.model_dump()
        for part in (params.signal_strength, params.volatility_regime, params.market_momentum)
    )
    return TargetFigures(
        n=target.size,
        mean_frac=mean_or_none(target),
        min_frac=float(target.min()) if target.size else None,
        max_frac=float(target.max()) if target.size else None,
        at_bound=int(bound.sum()) if params.enabled else 0,
        strength=_classes(plans["signal_strength"], STRENGTHS, 0, strength),
        regime=_classes(
            plans["regime"], REGIMES, -1, {**regime, "unknown": params.volatility_regime.normal}
        ),
        momentum=_classes(plans["momentum_class"], MOMENTA, -2, momentum),
    )


def _classes(
    codes: "pd.Series[int]", names: tuple[str, ...], first: int, multipliers: Mapping[str, float]
) -> tuple[TargetClass, ...]:
    """A row a class, in the order of their codes."""
    counts = np.bincount(codes.to_numpy(dtype=np.int64) - first, minlength=len(names))
    return tuple(
        TargetClass(class_=name, multiplier=multipliers[name], n=int(n))
        for name, n in zip(names, counts, strict=True)
    )
