"""What the stage `alt-data` wrote to what phase 4 trades on: the candidates scored again."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dipmaster.core import catalog, store
from dipmaster.core.tables import EVIDENCE_SCORES
from dipmaster.evaluation.context import EvaluationContext, build_context
from dipmaster.evaluation.reading import EvaluationInputs
from dipmaster.results.altdata import AlternativeDataRecord, EvidenceFold
from dipmaster.results.confidence.record import ScoreFold
from dipmaster.results.serialisation import read_result
from dipmaster.signal_filter import NEWS_COLUMN

NEWS_CHANNEL = "news_impact"


@dataclass(frozen=True)
class EvidenceInputs:
    """Scores of the second layer and how they came about.

    Attributes
    ----------
    scores
        Table EVIDENCE_SCORES, row by row the candidates.
    """

    scores: pd.DataFrame
    record: AlternativeDataRecord

    @property
    def has_news(self) -> bool:
        """Whether the source has the channel at all; values do not decide."""
        return any(one.channel == NEWS_CHANNEL for one in self.record.data.channels)

    @property
    def fits(self) -> tuple[EvidenceFold, ...]:
        """Refits that have a model."""
        return tuple(one for one in self.record.folds if not one.reason)


def read_evidence_inputs(candidates: pd.DataFrame) -> EvidenceInputs:
    """Read what the stage `alt-data` wrote.

    Raises
    ------
    DataError
        Where the scores are those of other candidates.
    """
    scores = store.read_table(catalog.EVIDENCE_SCORES, EVIDENCE_SCORES)
    record = read_result(catalog.ALTERNATIVE_METRICS, AlternativeDataRecord)
    return EvidenceInputs(catalog.check_scores(scores, candidates), record)


def score_again(context: EvaluationContext, evidence: EvidenceInputs) -> EvaluationContext:
    """The context with phase 4's confidence in place of phase 1's, and the filter on it.

    Fits on record are those of phase 1 and of the second layer: each score names its own.
    """
    inputs, own = context.inputs, evidence.scores
    used = own["uses_evidence"].to_numpy() == 1
    scores = inputs.scores.assign(
        confidence=own["confidence"].to_numpy(dtype=np.float64),
        calibrator_fitted=inputs.scores["calibrator_fitted"].where(~used, own["calibrator_fitted"]),
    )
    folds = (*inputs.confidence.folds, *_to_score_folds(evidence.fits))
    return build_context(
        replace(
            inputs,
            scores=scores,
            confidence=replace(inputs.confidence, folds=folds),
            filter_inputs=add_news(inputs, evidence),
        ),
        context.params,
        context.period,
    )


def add_news(inputs: EvaluationInputs, evidence: EvidenceInputs) -> pd.DataFrame:
    """Inputs of the signal filter, with the impact of news where a source has it."""
    if not evidence.has_news:
        return inputs.filter_inputs
    news = evidence.scores["news_impact_score"].to_numpy(dtype=np.float64)
    return inputs.filter_inputs.assign(**{NEWS_COLUMN: news})


def _to_score_folds(folds: tuple[EvidenceFold, ...]) -> tuple[ScoreFold, ...]:
    return tuple(
        ScoreFold(
            layer="calibrator",
            fitted_at=one.fitted_at,
            rows=one.rows,
            candidates=one.rows,
            wins=one.wins,
            reason="",
        )
        for one in folds
        if one.layer == "calibrator"
    )
