"""Scores to confidence.json: how every step did on candidates out of sample."""

from typing import Any

import numpy as np

from dipmaster.confidence.folds import folds_of
from dipmaster.confidence.importance import importance
from dipmaster.confidence.judging import (
    Sample,
    calibration_record,
    family_record,
    model_record,
    sample_of,
)
from dipmaster.confidence.scores import LAYER_INPUTS, Scores
from dipmaster.confidence.stored import when
from dipmaster.core.kernels import Bools, Floats
from dipmaster.core.parallel import in_threads
from dipmaster.core.params import Split
from dipmaster.core.params.confidence import ConfidenceJudging
from dipmaster.core.time_units import boundary_ms
from dipmaster.learning.evaluation import (
    auc,
    brier,
    ece_debiased,
    log_loss,
    mean_statistic,
    reliability_table,
)

Record = dict[str, Any]
REGIMES = ("low", "normal", "high")
HISTOGRAM = 20


def record_of(
    scores: Scores, bars_ms: tuple[int, int], split: Split, params: ConfidenceJudging
) -> Record:
    """Everything that is told about the scores; None where not computable, with the reason.

    Parameters
    ----------
    bars_ms
        Open times of the market's first and last bar.
    """
    boundary = boundary_ms(bars_ms[0], split.burn_in_days)
    sample = sample_of(scores.events, boundary, bars_ms[1], params)
    return {
        "family": scores.chosen,
        "calibrator": scores.kind,
        "out_of_sample_from": when(boundary),
        "candidates": _counts(scores, boundary, sample),
        "base_rate": float(sample.won.mean()) if sample.won.size else None,
        "reason": _reason(scores, sample),
        "features": {
            "used": list(scores.base.family.inputs),
            "left_out": [{"feature": f, "reason": why} for f, why in scores.matrix.left_out],
        },
        "folds": folds_of(scores),
        "models": _models(scores, sample),
        "families": _families(scores, sample),
        "reliability": _reliability(scores, sample),
        "calibration_by_regime": {
            name: calibration_record(scores.confidence, sample, keep)
            for name, keep in _by_regime(scores).items()
        },
        "components": {
            name: _component(values, sample) for name, values in scores.components.items()
        },
        "layer": _last_layer(scores),
        "importance": _importance(scores, sample),
        "distribution": _distribution(scores, boundary),
        "calibrators_compared": _calibrators(scores, sample),
    }


def probabilities(scores: Scores) -> dict[str, Floats]:
    """Every step's figure of all candidates, by the name it has in the record."""
    base = scores.base
    return {
        "lgb": base.walks["lgb"].predictions,
        "xgb": base.walks["xgb"].predictions,
        "ensemble": base.p_ensemble,
        "weighted_score": scores.weighted,
        "score": scores.layer.predictions,
        "confidence": scores.confidence,
        "reference": scores.reference.predictions,
    }


def _counts(scores: Scores, boundary: int, sample: Sample) -> Record:
    events = scores.events
    return {
        "all": events.count,
        "labelled": int(np.count_nonzero(events.label >= 0)),
        "out_of_sample": int(np.count_nonzero(events.signal_ms >= boundary)),
        "scored_out_of_sample": int(np.isfinite(scores.confidence[sample.rows]).sum()),
    }


def _reason(scores: Scores, sample: Sample) -> str:
    """Why no candidate out of sample has a score, from the lowest level that failed last."""
    if np.isfinite(scores.confidence[sample.rows]).any():
        return ""
    if not sample.rows.size:
        return "no candidate with a label out of sample"
    last = [
        walk.models[-1:]
        for walk in (scores.base.walks["lgb"], scores.layer, scores.calibrators[scores.kind])
    ]
    told = [refit.reason for level in last for refit in level if refit.reason]
    return told[0] if told else "the history ends before every level has been fitted"


def _models(scores: Scores, sample: Sample) -> Record:
    named = probabilities(scores)
    made = in_threads(lambda name: model_record(named[name], sample), list(named), "judging")
    return dict(zip(named, made, strict=True))


def _families(scores: Scores, sample: Sample) -> Record:
    """Both families, and which carried information by a rule set before looking.

    Each is held to what it was fitted for, one look each: the classifier where
    the lower bound of its AUC is above .5, the regression where that of its rank
    correlation with the net return is above 0.
    """
    found: Record = {
        name: family_record(base.p_ensemble, sample) for name, base in scores.bases.items()
    }
    area = found["classifier"]["auc"]["low"]
    rank = found["regression"]["return_rank_correlation"]["low"]
    carried = [
        name
        for name, holds in (
            ("classifier", area is not None and area > 0.5),
            ("regression", rank is not None and rank > 0.0),
        )
        if holds
    ]
    verdict = {0: "neither", 1: carried[0] if carried else "", 2: "both"}[len(carried)]
    tops = {name: found[name]["mean_net_bps_top_decile"]["value"] for name in scores.bases}
    why = (
        f"lower bound of the classifier's AUC {_told(area)}, needed above .5; lower bound of the "
        f"regression's rank correlation with the net return {_told(rank)}, needed above 0. To know "
        "which trades win is not yet to earn: the tenth with the highest p nets "
        f"{_told(tops['classifier'])} bps (classifier) and {_told(tops['regression'])} bps "
        "(regression) a trade"
    )
    return {**found, "carried_information": verdict, "why": why}


def _told(value: float | None) -> str:
    return "not computable" if value is None else f"{value:.3g}"


def _by_regime(scores: Scores) -> dict[str, Bools]:
    by = {name: scores.regime == code for code, name in enumerate(REGIMES)}
    return {**by, "all": np.ones(scores.events.count, dtype=np.bool_)}


def _reliability(scores: Scores, sample: Sample) -> Record:
    def table(p: Floats, keep: Bools | None = None) -> list[Record]:
        said, some = sample.of(p, keep)
        return reliability_table(said, some.won, some.params.bins, some.block, some.params.alpha)

    regimes = _by_regime(scores)
    return {
        "confidence": table(scores.confidence),
        "reference": table(scores.reference.predictions),
        "by_regime": {name: table(scores.confidence, regimes[name]) for name in REGIMES},
    }


def _component(values: Floats, sample: Sample) -> Record:
    said, some = sample.of(values)
    mean = float(said.mean()) if said.size else None
    return {"mean": mean, "auc": auc(said, some.won)}


def _last_layer(scores: Scores) -> Record:
    """Coefficients on standardised inputs of the last layer that was fitted; {} without one."""
    fitted = [refit.model for refit in scores.layer.models if refit.model is not None]
    return dict(zip(LAYER_INPUTS, fitted[-1].coefficient, strict=True)) if fitted else {}


def _importance(scores: Scores, sample: Sample) -> list[Record]:
    base, events = scores.base, scores.events
    judged = np.zeros(events.count, dtype=np.bool_)
    judged[sample.rows] = np.isfinite(base.p_ensemble[sample.rows])
    seed = np.random.SeedSequence(sample.params.seed, spawn_key=(1,))
    inputs = scores.matrix.columns(base.family.inputs)
    return importance(base, inputs, events.won, judged, sample.params.permutations, seed)


def _distribution(scores: Scores, boundary: int) -> Record:
    """Candidates out of sample by confidence, in bins of 1 / 20; `none` has no score."""
    ahead = scores.events.signal_ms >= boundary
    edges = np.linspace(0.0, 1.0, HISTOGRAM + 1)

    def counts(keep: Bools) -> Record:
        said = scores.confidence[ahead & keep]
        known = said[np.isfinite(said)]
        return {
            "counts": np.histogram(known, edges)[0].tolist(),
            "none": int(said.size - known.size),
        }

    regimes = _by_regime(scores) | {"not_known": np.isnan(scores.regime)}
    return {"confidence": {"edges": edges.tolist(), **{n: counts(k) for n, k in regimes.items()}}}


def _calibrators(scores: Scores, sample: Sample) -> Record:
    """The three kinds on the same rows, and their Brier score less that of the one in use."""
    walks = scores.calibrators
    chosen, some = sample.of(scores.confidence)
    own = (chosen - some.won) ** 2

    def one(p: Floats) -> Record:
        if not some.rows.size:
            return {"brier": None, "ece": None, "log_loss": None, "brier_less_chosen": None}
        return {
            "brier": brier(p, some.won),
            "ece": ece_debiased(p, some.won, some.params.bins),
            "log_loss": log_loss(p, some.won),
            "brier_less_chosen": some.interval(mean_statistic((p - some.won) ** 2 - own)),
        }

    return {kind: one(walk.predictions[some.rows]) for kind, walk in walks.items()}
