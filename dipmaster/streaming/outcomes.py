"""Candidates from their score to the outcome under phase 2's exits: what sizes are learned from."""

from dataclasses import dataclass

import numpy as np

from dipmaster.core.kernels import Floats, Ints
from dipmaster.streaming.path_records import PathStep
from dipmaster.streaming.state import Saved


@dataclass(frozen=True)
class BarOutcomes:
    """Outcomes that became known at one close, by candidate; arrays of shape (outcomes,).

    Attributes
    ----------
    confidence, evidence_confidence
        Without and with alternative data; NaN where there is no score.
    """

    regime: Ints
    confidence: Floats
    evidence_confidence: Floats
    net_frac: Floats

    def scored(self, *, with_evidence: bool) -> tuple[Floats, Ints, Floats]:
        """Confidence, regime and net return of those that have a score."""
        confidence = self.evidence_confidence if with_evidence else self.confidence
        scored = ~np.isnan(confidence)
        return confidence[scored], self.regime[scored], self.net_frac[scored]


class OutcomeBook:
    """What is known of candidates that have not ended yet."""

    def __init__(self) -> None:
        self._waiting: dict[int, tuple[int, float, float]] = {}
        self._open: dict[int, tuple[int, float, float]] = {}

    def wait(
        self, candidate_id: Ints, regime: Ints, confidence: Floats, evidence_confidence: Floats
    ) -> None:
        """Candidates of the bar that has just closed."""
        columns = (regime.tolist(), confidence.tolist(), evidence_confidence.tolist())
        scores = zip(*columns, strict=True)
        self._waiting = dict(zip(candidate_id.tolist(), scores, strict=True))

    def take(self, step: PathStep) -> BarOutcomes:
        """Outcomes of the bar; candidates that could not be bought at its open have none."""
        bought = {one: scores for one, scores in self._waiting.items() if one in step.opened}
        self._open |= bought
        self._waiting = {}
        ended = sorted(step.net_frac)
        scores = [self._open.pop(one) for one in ended]
        regime, confidence, evidence = zip(*scores, strict=True) if scores else ((), (), ())
        return BarOutcomes(
            np.array(regime, np.int64),
            np.array(confidence, np.float64),
            np.array(evidence, np.float64),
            np.array([step.net_frac[one] for one in ended], np.float64),
        )

    def save(self) -> Saved:
        """Everything that the next bars depend on."""
        return {
            f"{name}/{column}": values
            for name, scores in (("waiting", self._waiting), ("open", self._open))
            for column, values in _to_arrays(scores).items()
        }

    def load(self, saved: Saved) -> None:
        """Go on where `save` was called."""
        self._waiting, self._open = (
            {
                one: (regime, confidence, evidence)
                for one, regime, confidence, evidence in zip(
                    *(saved[f"{name}/{column}"].tolist() for column in _COLUMNS), strict=True
                )
            }
            for name in ("waiting", "open")
        )


_COLUMNS = ("candidate_id", "regime", "confidence", "evidence_confidence")


def _to_arrays(scores: dict[int, tuple[int, float, float]]) -> Saved:
    rows = list(scores.values())
    return {
        "candidate_id": np.array(list(scores), np.int64),
        "regime": np.array([row[0] for row in rows], np.int64),
        "confidence": np.array([row[1] for row in rows], np.float64),
        "evidence_confidence": np.array([row[2] for row in rows], np.float64),
    }
