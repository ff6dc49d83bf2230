"""Candidates that two coins have on the same bars, some admitted; phases 0 and 1 traded on them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.panel import Panel, to_timestamps
from dipmaster.core.params import Execution, Exits
from dipmaster.core.tables import CANDIDATES
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.integrity import Check
from dipmaster.evaluation.phase import CompletedPhase
from dipmaster.evaluation.phase_evaluation import EntryUniverse, PhaseEvaluation, evaluate_phase
from dipmaster.evaluation.phases.baseline import BaselinePhase
from dipmaster.evaluation.phases.selection import SelectionPhase
from dipmaster.evaluation.reading import EvaluationInputs
from dipmaster.evaluation.run import complete_phases
from dipmaster.evaluation.statistics.random_entry.strata import MatchingCovariates
from tests.made.confidence import confidence
from tests.made.params import read_params

PHASES = BaselinePhase(), SelectionPhase()
BARS, ROWS = 60 * 288, 400
Complete = Callable[..., Sequence[CompletedPhase]]


@pytest.fixture(scope="module")
def execution(project) -> Execution:
    return read_params("execution").execution


@pytest.fixture(scope="module")
def exits(project) -> Exits:
    return read_params("exits").exits


@pytest.fixture(scope="module")
def quick(gates):
    entry = gates.random_entry.model_copy(update={"pool": 300, "draws": 100})
    return gates.model_copy(
        update={"bootstrap_reps": 100, "block_days": 10, "min_blocks": 4, "random_entry": entry}
    )


@pytest.fixture(scope="module")
def panel(period) -> Panel:
    rng = np.random.default_rng(17)
    close = 100 * np.exp(np.cumsum(0.002 * rng.standard_normal((2, BARS)), axis=1))
    opened = np.concatenate([np.full((2, 1), 100.0), close[:, :-1]], axis=1)
    high, low = np.maximum(opened, close) * 1.0005, np.minimum(opened, close) / 1.0005
    time = period.first_ms + 300_000 * np.arange(BARS, dtype=np.int64)
    ones = np.ones((2, BARS))
    return Panel(("AUSDT", "BUSDT"), time, opened, high, low, close, ones, ones)


@pytest.fixture(scope="module")
def candidates(panel) -> pd.DataFrame:
    """Two coins fire on the same bar, every 80 bars."""
    bars = np.repeat(60 + 80 * np.arange(ROWS // 2), 2)
    frame = pd.DataFrame(
        {
            "candidate_id": np.arange(ROWS),
            "symbol": np.tile(panel.symbols, ROWS // 2),
            "open_time": to_timestamps(panel.open_time[bars]),
            "dip_z": np.tile([3.0, 1.0], ROWS // 2),  # phase 0 prefers the first coin
            "sigma_1h_frac": 0.01,
            "volatility_class": np.int8(0),
        }
    )
    return CANDIDATES.check(frame, "candidates")


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    return pd.DataFrame(
        {"candidate_id": np.arange(ROWS), "regime": (np.arange(ROWS) % 4 - 1).astype(np.int8)}
    )


@pytest.fixture(scope="module")
def filter_results() -> pd.DataFrame:
    confidence = np.random.default_rng(2).random(ROWS)
    confidence[:50] = np.nan
    known = confidence >= 0.4
    return pd.DataFrame(
        {
            "candidate_id": np.arange(ROWS),
            "confidence": confidence,
            "passes_threshold": known.astype(np.int8),
            "admitted": known.astype(np.int8),
        }
    )


@pytest.fixture(scope="module")
def complete(
    candidates, panel, scores, filter_results, period, execution, exits, quick
) -> Complete:
    """Phases 0 and 1 traded, with some of what they are given replaced."""

    def run(**changes: Any) -> Sequence[CompletedPhase]:
        given = {
            "panel": panel,
            "scores": scores,
            "filter_results": filter_results,
            "execution": execution,
        }
        given |= changes
        covariates = MatchingCovariates(
            np.zeros((2, BARS), np.int8), np.tile(np.arange(BARS) % 37 / 1e3, (2, 1))
        )
        inputs = EvaluationInputs(
            given["panel"], covariates, candidates, given["scores"], pd.DataFrame(), frozenset(),
            None, replace(confidence(), reason=""), None,
        )  # fmt: skip
        params: Any = SimpleNamespace(execution=given["execution"], exits=exits, gates=quick)
        return complete_phases(
            EvaluationContext(inputs, params, period, given["filter_results"]), PHASES
        )

    return run


@pytest.fixture(scope="module")
def both(complete) -> Sequence[CompletedPhase]:
    return complete()


@pytest.fixture(scope="module")
def judge(panel, period, execution, quick) -> Callable[..., PhaseEvaluation]:
    """A phase judged, its scores unchecked."""
    covariates = MatchingCovariates(
        np.zeros((2, BARS), np.int8), np.tile(np.arange(BARS) % 37 / 1e3, (2, 1))
    )

    def run(one: CompletedPhase, *checks: Check) -> PhaseEvaluation:
        return evaluate_phase(
            one.phase.number,
            one.ledger,
            EntryUniverse(panel, covariates, one.exit_simulator),
            period,
            one.phase.targets(quick),
            execution,
            quick,
            one.orders.abstention.reason,
            checks,
        )

    return run
