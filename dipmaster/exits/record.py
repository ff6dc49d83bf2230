"""Scored rows to exits.json: how heads and exit probability did out of sample."""

from typing import Any

import numpy as np

from dipmaster.core.kernels import Bools
from dipmaster.core.params import Split
from dipmaster.core.params.exits import ExitJudging
from dipmaster.core.tables.exits import LEVEL_FEATURES, ROADMAP_FEATURES
from dipmaster.core.time_units import boundary_ms
from dipmaster.exits.heads import HEADS
from dipmaster.exits.importance import importance_of
from dipmaster.exits.judging import Sample, gain_table, judged, thinned_sample, whole_sample
from dipmaster.exits.levels import CALIBRATOR_INPUTS, Scored
from dipmaster.exits.schooling import Schooling
from dipmaster.exits.stored import when
from dipmaster.learning.evaluation import reliability_table
from dipmaster.learning.walk_forward import Refit, training_rows

Record = dict[str, Any]
HISTOGRAM = 20
TENTHS = 10
_QUANTILES = {"p01": 0.01, "p10": 0.10, "p50": 0.50, "p90": 0.90, "p99": 0.99, "max": 1.0}


def record_of(
    scored: Scored, bars_ms: tuple[int, int], split: Split, params: ExitJudging
) -> Record:
    """Everything that is told about the exit models; None where not computable.

    `distribution`, `by_bars_held` and `gain` take every labelled row out of sample,
    the figures with intervals at most `params.max_rows` of them, thinned by rule.

    Parameters
    ----------
    bars_ms
        Open times of the market's first and last bar.
    """
    boundary = boundary_ms(bars_ms[0], split.burn_in_days)
    whole = whole_sample(scored, boundary, bars_ms[1], params)
    sample = thinned_sample(whole, scored, params.max_rows)
    return {
        "reason": _reason(scored, whole),
        "out_of_sample_from": when(boundary),
        "positions": _positions(scored.school, boundary),
        "rows": _rows(scored, whole, sample),
        "features": {"roadmap": list(ROADMAP_FEATURES), "own": list(LEVEL_FEATURES)},
        "folds": folds_of(scored),
        **judged(scored, sample),
        "reliability": _reliability(scored, sample),
        "distribution": _distribution(scored, whole),
        "by_bars_held": _by_bars_held(scored, whole),
        "gain": gain_table(scored, whole, TENTHS),
        "importance": importance_of(scored, sample),
        "calibrator": _last_calibrator(scored),
    }


def _positions(school: Schooling, boundary: int) -> Record:
    opened = np.zeros(school.signal_ms.size, dtype=np.bool_)
    opened[school.rows.position] = True
    return {
        "all": int(opened.size),
        "opened": int(np.count_nonzero(opened)),
        "out_of_sample": int(np.count_nonzero(school.signal_ms >= boundary)),
    }


def _rows(scored: Scored, whole: Sample, sample: Sample) -> Record:
    p = scored.exit_probability
    return {
        "all": len(scored.school.rows),
        "labelled": int(np.count_nonzero(np.isfinite(scored.school.label("exit_is_best")))),
        "out_of_sample": int(whole.rows.size),
        "scored_out_of_sample": int(np.count_nonzero(np.isfinite(p[whole.rows]))),
        "judged": int(np.count_nonzero(np.isfinite(p[sample.rows]))),
    }


def _reason(scored: Scored, whole: Sample) -> str:
    """Why no row out of sample has a score, from the lowest level that failed last."""
    if np.isfinite(scored.exit_probability[whole.rows]).any():
        return ""
    if not whole.rows.size:
        return "no position with a known outcome out of sample"
    heads = [_why_no_heads(scored, at) for at in range(len(scored.heads["profit"].models))]
    above = [refit.reason for refit in scored.calibrator.models]
    told = [reason for level in (heads, above) for reason in level[-1:] if reason]
    return told[0] if told else "the history ends before every level has been fitted"


def _why_no_heads(scored: Scored, fold: int) -> str:
    """Words of the first head without a model in a fold, "" where all three have one."""
    said = {name: scored.heads[name].models[fold].reason for name in HEADS}
    return next((f"{name}: {reason}" for name, reason in said.items() if reason), "")


def folds_of(scored: Scored) -> list[Record]:
    """A row a level and refit: what it learned from, or why there is no model."""
    label = np.isfinite(scored.school.label("exit_is_best"))
    spoken = label & (scored.heads_fitted_ms >= 0)
    heads = [
        _fold(scored.school, "heads", refit, label, _why_no_heads(scored, at))
        for at, refit in enumerate(scored.heads["profit"].models)
    ]
    above = [
        _fold(scored.school, "calibrator", refit, spoken, refit.reason)
        for refit in scored.calibrator.models
    ]
    return heads + above


def _fold(school: Schooling, level: str, refit: Refit[Any], usable: Bools, reason: str) -> Record:
    position = school.rows.position
    times = school.signal_ms[position], school.known_ms[position]
    train = training_rows(*times, refit.refit_ms, school.purge_ms, usable)
    return {
        "level": level,
        "fitted_at": when(refit.refit_ms),
        "positions": int(np.unique(position[train]).size),
        "rows": int(train.size),
        "thinned_to": int(school.lesson(train)[0].size),
        "reason": reason,
    }


def _reliability(scored: Scored, sample: Sample) -> list[Record]:
    label = scored.school.label("exit_is_best")
    some, (p, best) = sample.of(scored.exit_probability, label)
    table = reliability_table(p, best, some.params.bins, some.block, some.params.alpha)
    words = {"win_rate": "rate", "win_low": "rate_low", "win_high": "rate_high"}
    return [{words.get(name, name): value for name, value in row.items()} for row in table]


def _distribution(scored: Scored, whole: Sample) -> Record:
    """Labelled rows out of sample by exit probability, in bins of 1 / 20."""
    _, (p,) = whole.of(scored.exit_probability)
    edges = np.linspace(0.0, 1.0, HISTOGRAM + 1)
    quantiles = {
        name: float(np.quantile(p, level)) if p.size else None for name, level in _QUANTILES.items()
    }
    counts = np.histogram(p, edges)[0].tolist()
    return {"edges": edges.tolist(), "counts": counts, "quantiles": quantiles}


def _by_bars_held(scored: Scored, whole: Sample) -> list[Record]:
    some, (p,) = whole.of(scored.exit_probability)
    held = scored.school.rows.held[some.rows]
    return [
        {
            "bars_held": int(age),
            "n": int(np.count_nonzero(held == age)),
            "mean_p": float(p[held == age].mean()),
            "p90": float(np.quantile(p[held == age], 0.9)),
        }
        for age in np.unique(held)
    ]


def _last_calibrator(scored: Scored) -> Record:
    """Coefficients on standardised inputs of the last calibrator that was fitted; {} without."""
    fitted = [refit.model for refit in scored.calibrator.models if refit.model is not None]
    return dict(zip(CALIBRATOR_INPUTS, fitted[-1].coefficient, strict=True)) if fitted else {}
