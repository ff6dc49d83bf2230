"""exits.json: how the exit models and the exit probability did out of sample.

A row is one closed bar of one position. Figures with an interval have it from resampled
calendar blocks of the entries, all coins together.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dipmaster.results.common import PermutationImportance
from dipmaster.results.exits.models import ExitHeads
from dipmaster.results.exits.probability import (
    ExitBin,
    ExitHistogram,
    ExitProbability,
    GainStep,
    ProbabilityByAge,
)
from dipmaster.results.exits.refits import ExitActing, ExitLicence, ExitModelFold


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionCounts:
    """Candidates: all, those that could be opened, and those out of sample."""

    all: int
    opened: int
    out_of_sample: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCounts:
    """Rows of the exit models.

    Attributes
    ----------
    labelled
        With a known outcome.
    out_of_sample, scored_out_of_sample
        Labelled rows out of sample, and those with an exit probability.
    evaluated
        Scored rows that the figures with intervals rest on.
    """

    all: int
    labelled: int
    out_of_sample: int
    scored_out_of_sample: int
    evaluated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitModelInputs:
    """Features of the exit models: the roadmap's, and those added to them."""

    roadmap: tuple[str, ...]
    price_levels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitModelResults:
    """All of exits.json.

    Attributes
    ----------
    reason
        Why no row out of sample has an exit probability; empty where one has.
    out_of_sample_from
        UTC.
    importance
        Of the profit model, the most important first; empty where there is no AUC.
    calibrator
        Input to its coefficient in the last fitted calibrator, inputs standardised, mean
        over its runs; empty without.
    licences
        One a refit.
    acting
        Out of sample, where the rules may act; `acting_unlicensed`: what acting would have
        earned where they may not.
    """

    reason: str
    out_of_sample_from: str
    positions: PositionCounts
    rows: RowCounts
    features: ExitModelInputs
    folds: tuple[ExitModelFold, ...]
    exit_models: ExitHeads
    exit_probability: ExitProbability
    reliability: tuple[ExitBin, ...]
    distribution: ExitHistogram
    by_bars_held: tuple[ProbabilityByAge, ...]
    gain_by_score: tuple[GainStep, ...]
    importance: tuple[PermutationImportance, ...]
    calibrator: Mapping[str, float]
    licences: tuple[ExitLicence, ...]
    acting: ExitActing
    acting_unlicensed: ExitActing
