"""Candidates of a bar to scores, and scores to who is admitted, with the models in force."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from dipmaster.altdata.layer.model_files import StoredLayer
from dipmaster.confidence import VOLATILITY_COLUMNS
from dipmaster.confidence.inputs import FROM_FEATURES, MARKET_FALL_COLUMNS, build_input_matrix
from dipmaster.confidence.stored_models import CandidateScores, StoredScoreModels
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.params import Confirmation, Filter, Signal
from dipmaster.core.params.confidence import ConfidenceThresholds
from dipmaster.core.tables import FEATURES, I8
from dipmaster.learning.logistic import log_odds
from dipmaster.signal_filter import INPUT_COLUMNS, NEWS_COLUMN
from dipmaster.signal_filter.filtering import apply_steps
from dipmaster.signal_filter.inputs import CandidateInputs
from dipmaster.streaming.candidates import BarCandidates
from dipmaster.streaming.evidence import EvidenceSource
from dipmaster.streaming.market import MarketBar, MarketFacts

Columns = Mapping[str, Floats | Ints | Bools]
"""Column of a table to its values, shape (candidates,)."""
_CODES = frozenset(column.name for column in FEATURES.columns if column.dtype == I8)


@dataclass(frozen=True)
class ScoredCandidates:
    """Candidates of one bar with everything that is said of them; arrays of shape (candidates,).

    Attributes
    ----------
    scores
        Of phase 1's models.
    regime, no_new_trades
        As in table SCORES, -1 where not known.
    filter_results
        Table FILTER_RESULTS on the confidence of phase 1.
    evidence_confidence
        Of phase 4, that of phase 1 where evidence says nothing; None without a second layer.
    evidence_filter_results
        The table on that confidence; None without a second layer.
    """

    candidates: BarCandidates
    scores: CandidateScores
    regime: Ints
    no_new_trades: Ints
    filter_results: Columns
    evidence_confidence: Floats | None
    evidence_filter_results: Columns | None


@dataclass(frozen=True)
class FilterParams:
    """Sections of params that decide who is admitted.

    Attributes
    ----------
    absent
        Inputs of the filter that no coin's source can have.
    """

    signal: Signal
    thresholds: ConfidenceThresholds
    filter: Filter
    confirmation: Confirmation
    absent: frozenset[str]

    def admit(
        self, candidate_id: Ints, inputs: Mapping[str, Floats], confidence: Floats, regime: Ints,
        no_new_trades: Ints,
    ) -> Columns:  # fmt: skip
        """Table FILTER_RESULTS of some candidates."""
        columns = {name: one.astype(np.float32) for name, one in inputs.items()}
        steps = apply_steps(
            CandidateInputs.of_columns(columns, candidate_id.size, self.absent),
            confidence,
            regime,
            no_new_trades,
            self.signal.rule,
            self.signal.rsi_min_v4,
            self.thresholds,
            self.filter,
            self.confirmation,
        )
        return {"candidate_id": candidate_id, **steps}


class CandidateScorer:
    """Scores candidates of a bar; keeps nothing from bar to bar.

    Parameters
    ----------
    layer, evidence
        Models of the second layer and what they are given; None without alternative data.
    """

    def __init__(
        self, facts: MarketFacts, models: StoredScoreModels, filter_params: FilterParams,
        layer: StoredLayer | None, evidence: EvidenceSource | None,
    ) -> None:  # fmt: skip
        self._facts, self._models, self._filter = facts, models, filter_params
        self._layer, self._evidence = layer, evidence
        present = {name for names in facts.columns.values() for name in names}
        self._inputs = tuple(
            name
            for name in (*FROM_FEATURES, *MARKET_FALL_COLUMNS)
            if name != "half_spread_bps" or name in present
        )

    def score(self, bar: MarketBar, candidates: BarCandidates) -> ScoredCandidates:
        """Score the candidates of a closed bar; at least one."""
        coin = candidates.coin
        features = {name: bar.feature(name)[coin] for name in self._inputs}
        features = {name: _missing_codes(name, one) for name, one in features.items()}
        volatility = {name: bar.volatility[name][coin] for name in VOLATILITY_COLUMNS}
        regime, no_new_trades = (
            volatility[name].astype(np.int64) for name in ("regime", "no_new_trades")
        )
        matrix = build_input_matrix(features, volatility)
        scores = self._models.score(matrix, bar.decided_ms)
        inputs = {name: bar.feature(name)[coin] for name in INPUT_COLUMNS}
        ids = candidates.candidate_id
        admitted = self._filter.admit(ids, inputs, scores.confidence, regime, no_new_trades)
        scored = ScoredCandidates(candidates, scores, regime, no_new_trades, admitted, None, None)
        return self._add_evidence(bar, scored, inputs)

    def _add_evidence(
        self, bar: MarketBar, scored: ScoredCandidates, inputs: Mapping[str, Floats]
    ) -> ScoredCandidates:
        if self._layer is None or self._evidence is None:
            return scored
        evidence = self._evidence.read(bar, scored.candidates)
        base = log_odds(scored.scores.p_ensemble)
        known = np.flatnonzero(evidence.inputs.has_evidence)
        scored_again = np.full(base.size, np.nan)
        scored_again[known] = self._layer.score(
            base[known], evidence.inputs.values[known], bar.decided_ms
        )
        confidence = np.where(np.isfinite(scored_again), scored_again, scored.scores.confidence)
        news: Mapping[str, Floats] = {} if evidence.news is None else {NEWS_COLUMN: evidence.news}
        table = self._filter.admit(
            scored.candidates.candidate_id,
            {**inputs, **news},
            confidence,
            scored.regime,
            scored.no_new_trades,
        )
        return replace(scored, evidence_confidence=confidence, evidence_filter_results=table)


def _missing_codes(name: str, values: Floats) -> Floats:
    """As models see a column: -1 of a flag or class is missing."""
    return np.where(values < 0.0, np.nan, values) if name in _CODES else values
