"""Phase 1's orders: the admitted ones, the surest first; abstaining; no look-ahead."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.backtest import ExitRules
from dipmaster.core.panel import Panel, to_epoch_ms, to_timestamps
from dipmaster.core.params import Execution, Exits
from dipmaster.core.tables import CANDIDATES
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.integrity import Check
from dipmaster.evaluation.phase import Abstention, CompletedPhase
from dipmaster.evaluation.phase_evaluation import (
    EntryUniverse,
    PhaseEvaluation,
    describe_inconclusive,
    evaluate_phase,
)
from dipmaster.evaluation.phases.baseline import BaselinePhase
from dipmaster.evaluation.phases.selection import SelectionPhase
from dipmaster.evaluation.phases.selection.orders import find_abstention
from dipmaster.evaluation.reading import EvaluationInputs
from dipmaster.evaluation.run import complete_phases
from dipmaster.evaluation.statistics.random_entry.strata import MatchingCovariates
from tests.made.confidence import confidence
from tests.made.params import read_params

PHASES = BaselinePhase(), SelectionPhase()
BARS, BOUNDARY, ROWS = 60 * 288, 20 * 288, 400
SEEN = ("candidate_id", "entry_time", "entry_price", "exit_time", "exit_price", "net_pnl",
        "confidence", "regime")  # fmt: skip


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


Complete = Callable[..., Sequence[CompletedPhase]]


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


def test_orders_are_the_admitted_ones_with_their_score(
    both, scores, filter_results, exits, quick
) -> None:
    every, orders = (one.orders.entries for one in both)
    row = orders.candidate_id
    admitted = np.flatnonzero(filter_results["admitted"] == 1)
    assert set(row) == set(admitted) & set(every.candidate_id)
    assert np.array_equal(orders.confidence, filter_results["confidence"].to_numpy()[row])
    assert np.array_equal(orders.priority, orders.confidence)
    assert np.array_equal(orders.regime, scores["regime"].to_numpy()[row])
    for name in ("size_frac", "target_frac", "stop_frac", "max_holding_bars"):
        assert np.unique(getattr(orders, name)).size == 1
        assert getattr(orders, name)[0] == getattr(every, name)[0]
    assert [one.exit_policy.rules for one in both] == [ExitRules.phase_0(exits)] * 2
    assert both[1].exit_simulator is both[0].exit_simulator
    assert both[1].phase.targets(quick) == {
        "win_rate": 0.82, "sharpe": 0.8, "profit_factor": 1.0, "max_drawdown": 0.03
    }  # fmt: skip


def test_the_surest_is_bought_where_two_compete(complete, panel, execution) -> None:
    first, second = complete(execution=execution.model_copy(update={"max_positions": 1}))
    trades, entries = second.ledger.trades, second.orders.entries
    orders = pd.DataFrame({"bar": entries.signal_index, "c": entries.confidence})
    best = orders.groupby("bar")["c"].max()
    assert len(trades) == len(best)
    bought = panel.index_of(to_epoch_ms(trades["signal_time"]))
    assert np.array_equal(trades["confidence"].to_numpy(), best.loc[bought].to_numpy())
    assert set(first.ledger.trades["symbol"]) == {"AUSDT"}
    assert (trades["symbol"] == "BUSDT").any()


def test_the_ledger_names_confidence_and_regime(both, scores) -> None:
    trades = both[1].ledger.trades
    names = np.array(["low", "normal", "high", "unknown"])
    row = trades["candidate_id"].to_numpy()
    assert np.array_equal(trades["regime"].to_numpy(dtype=str), names[scores["regime"][row]])
    assert trades["confidence"].notna().all()


def test_every_candidate_admitted_is_phase_0_but_for_its_order(complete, filter_results) -> None:
    """Same exits, same costs, same size: with room for all the money is the same."""
    everything = filter_results.assign(admitted=np.int8(1))
    one, again = (phase.ledger for phase in complete(filter_results=everything))
    assert again.equity["equity"].to_numpy() == pytest.approx(one.equity["equity"].to_numpy())


def test_the_future_changes_no_closed_trade(
    complete, candidates, scores, filter_results, panel
) -> None:
    """Bars, scores and admissions after t are other ones; what was closed by t stays."""

    def trades_of(bars: Panel, marks: pd.DataFrame, regimes: pd.DataFrame) -> pd.DataFrame:
        return complete(panel=bars, filter_results=marks, scores=regimes)[1].ledger.trades

    whole = trades_of(panel, filter_results, scores)
    rng = np.random.default_rng(3)
    middle = whole.iloc[len(whole) // 2]
    for time in (middle["signal_time"], middle["entry_time"], middle["exit_time"]):
        cut = int(panel.index_of(to_epoch_ms(pd.Series([time])))[0]) + 1
        noise = np.exp(0.3 * rng.standard_normal((2, BARS)))
        noise[:, :cut] = 1.0
        prices = {name: getattr(panel, name) * noise for name in ("open", "high", "low", "close")}
        later = (candidates["open_time"] > time).to_numpy()
        marks, regimes = filter_results.copy(), scores.copy()
        marks.loc[later, "confidence"] = rng.random(later.sum())
        marks.loc[later, "admitted"] = rng.integers(0, 2, later.sum()).astype(np.int8)
        regimes.loc[later, "regime"] = np.int8(2)
        other = trades_of(replace(panel, **prices), marks, regimes)
        closed = [frame[frame["exit_time"] <= time][list(SEEN)] for frame in (whole, other)]
        assert len(closed[0]) > 20
        assert closed[0].reset_index(drop=True).equals(closed[1].reset_index(drop=True))
        assert not other.equals(whole)


def test_abstaining_is_no_verdict(
    complete, judge, filter_results, candidates, period, quick
) -> None:
    """Only the burn-in is traded: out of sample the account stands still."""
    late = to_epoch_ms(candidates["open_time"]) >= period.out_of_sample_ms
    cautious = filter_results.assign(
        admitted=np.where(late, 0, filter_results["admitted"]),
        passes_threshold=np.where(late, 0, filter_results["passes_threshold"]),
    )
    phase = complete(filter_results=cautious)[1]
    why = f"0 of {late.sum()} candidates reached the threshold"
    assert phase.orders.abstention == Abstention(why, "threshold")
    assert len(phase.orders.entries) > 20
    found = judge(phase)
    assert {row.verdict for row in found.gates.rows} == {"INSUFFICIENT DATA"}
    assert found.gates.ruling.verdict == "INSUFFICIENT DATA"
    value = {row.metric: row.value for row in found.gates.rows}
    assert value == dict.fromkeys(value) | {"max_drawdown": 0.0}
    for row in found.gates.rows:
        assert row.reason.startswith(f"abstained: {why}; sample too small (0 trades, minimum 100")
        assert (asdict(row)["low"], asdict(row)["high"]) == (None, None)
    assert (found.sample.days.growth == 1.0).all()
    assert describe_inconclusive(found, quick) == f"phase 1 abstained: {why}"


def test_where_the_last_candidate_was_lost(candidates, filter_results, period) -> None:
    none = filter_results.assign(admitted=np.int8(0))
    low = none.assign(passes_threshold=np.int8(0))
    for table, lost_at in (
        (filter_results, ""),
        (none, "steps"),
        (low, "threshold"),
        (low.assign(confidence=np.nan), "score"),
    ):
        assert find_abstention(candidates, table, period, "").lost_at == lost_at
    nobody = find_abstention(candidates.iloc[:0], filter_results.iloc[:0], period, "")
    assert nobody.lost_at == "candidates"


def test_why_nothing_was_admitted(candidates, filter_results, period) -> None:
    late = to_epoch_ms(candidates["open_time"]) >= period.out_of_sample_ms
    n, reached = int(late.sum()), int((filter_results["passes_threshold"] == 1)[late].sum())
    none = filter_results.assign(admitted=np.int8(0))
    assert find_abstention(candidates, filter_results, period, "") == Abstention()
    assert find_abstention(candidates, none, period, "").reason == (
        f"{reached} of {n} candidates reached the threshold, none of them was admitted"
    )
    unscored = none.assign(confidence=np.nan, passes_threshold=np.int8(0))
    none_scored = find_abstention(candidates, unscored, period, "")
    assert none_scored.reason == f"0 of {n} candidates have a score"
    too_few = find_abstention(candidates, unscored, period, "too few candidates: 12 of 200")
    assert too_few.reason == (f"0 of {n} candidates have a score: too few candidates: 12 of 200")


def test_a_check_that_fails_takes_every_verdict_back(both, judge, quick) -> None:
    check = Check("every candidate traded had passed the filter", False, "3 of 4", 4)
    found = judge(both[1], check)
    assert found.integrity_checks[-1] == check
    assert {row.verdict for row in found.gates.rows} == {"INCONCLUSIVE"}
    assert found.gates.rows[0].reason.startswith("withheld:")
    assert describe_inconclusive(found, quick).startswith("withheld: the ledger of phase 1")
