"""Phase 1's orders: the admitted ones, the surest first; abstaining; no look-ahead."""

from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest

from dipmaster.core.panel import Panel, as_times, epoch_ms
from dipmaster.core.params import Execution, Exits
from dipmaster.core.store import read_params
from dipmaster.core.tables import CANDIDATES
from dipmaster.evaluation.integrity import Check
from dipmaster.evaluation.phase_evaluation import inconclusive
from dipmaster.evaluation.phase_orders import (
    Phase,
    abstained_at,
    judge_phase,
    phase_0,
    phase_1,
    trade_phase,
    why_abstained,
)
from dipmaster.evaluation.statistics.random_entry.strata import MatchingCovariates

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
            "open_time": as_times(panel.open_time[bars]),
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
def admission() -> pd.DataFrame:
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
def first(candidates, panel, period, execution, exits, quick) -> Phase:
    return phase_0(candidates, panel, period, execution, exits, quick)


@pytest.fixture(scope="module")
def second(first, scores, admission, quick) -> Phase:
    return phase_1(first, scores, admission, quick, "")


def test_orders_are_the_admitted_ones_with_their_score(second, first, scores, admission) -> None:
    orders, row = second.orders, second.orders.candidate_id
    admitted = np.flatnonzero(admission["admitted"] == 1)
    assert set(row) == set(admitted) & set(first.orders.candidate_id)
    assert np.array_equal(orders.confidence, admission["confidence"].to_numpy()[row])
    assert np.array_equal(orders.priority, orders.confidence)
    assert np.array_equal(orders.regime, scores["regime"].to_numpy()[row])
    for name in ("size_frac", "target_frac", "stop_frac", "cap_bars"):
        assert np.unique(getattr(orders, name)).size == 1
        assert getattr(orders, name)[0] == getattr(first.orders, name)[0]
    assert second.rules == first.rules
    assert second.targets == {
        "win_rate": 0.82, "sharpe": 0.8, "profit_factor": 1.0, "max_drawdown": 0.03
    }  # fmt: skip


def test_the_surest_is_bought_where_two_compete(second, first, panel, execution) -> None:
    alone = execution.model_copy(update={"max_positions": 1})
    trades = trade_phase(second, panel, alone).trades
    orders = pd.DataFrame({"bar": second.orders.signal_index, "c": second.orders.confidence})
    best = orders.groupby("bar")["c"].max()
    assert len(trades) == len(best)
    bought = panel.index_of(epoch_ms(trades["signal_time"]))
    assert np.array_equal(trades["confidence"].to_numpy(), best.loc[bought].to_numpy())
    assert set(trade_phase(first, panel, alone).trades["symbol"]) == {"AUSDT"}
    assert (trades["symbol"] == "BUSDT").any()


def test_the_ledger_names_confidence_and_regime(second, panel, execution, scores) -> None:
    trades = trade_phase(second, panel, execution).trades
    names = np.array(["low", "normal", "high", "unknown"])
    row = trades["candidate_id"].to_numpy()
    assert np.array_equal(trades["regime"].to_numpy(dtype=str), names[scores["regime"][row]])
    assert trades["confidence"].notna().all()


def test_every_candidate_admitted_is_phase_0_but_for_its_order(
    first, scores, admission, quick, panel, execution
) -> None:
    """Same exits, same costs, same size: with room for all the money is the same."""
    everything = admission.assign(admitted=np.int8(1))
    again = trade_phase(phase_1(first, scores, everything, quick, ""), panel, execution)
    one = trade_phase(first, panel, execution)
    assert again.equity["equity"].to_numpy() == pytest.approx(one.equity["equity"].to_numpy())


def test_the_future_changes_no_closed_trade(
    candidates, scores, admission, panel, period, execution, exits, quick
) -> None:
    """Bars, scores and admissions after t are other ones; what was closed by t stays."""

    def trades_of(bars: Panel, marks: pd.DataFrame, regimes: pd.DataFrame) -> pd.DataFrame:
        orders = phase_0(candidates, bars, period, execution, exits, quick)
        return trade_phase(phase_1(orders, regimes, marks, quick, ""), bars, execution).trades

    whole = trades_of(panel, admission, scores)
    rng = np.random.default_rng(3)
    middle = whole.iloc[len(whole) // 2]
    for time in (middle["signal_time"], middle["entry_time"], middle["exit_time"]):
        cut = int(panel.index_of(epoch_ms(pd.Series([time])))[0]) + 1
        noise = np.exp(0.3 * rng.standard_normal((2, BARS)))
        noise[:, :cut] = 1.0
        prices = {name: getattr(panel, name) * noise for name in ("open", "high", "low", "close")}
        later = (candidates["open_time"] > time).to_numpy()
        marks, regimes = admission.copy(), scores.copy()
        marks.loc[later, "confidence"] = rng.random(later.sum())
        marks.loc[later, "admitted"] = rng.integers(0, 2, later.sum()).astype(np.int8)
        regimes.loc[later, "regime"] = np.int8(2)
        other = trades_of(replace(panel, **prices), marks, regimes)
        closed = [frame[frame["exit_time"] <= time][list(SEEN)] for frame in (whole, other)]
        assert len(closed[0]) > 20
        assert closed[0].reset_index(drop=True).equals(closed[1].reset_index(drop=True))
        assert not other.equals(whole)


@pytest.fixture(scope="module")
def around() -> MatchingCovariates:
    return MatchingCovariates(
        np.zeros((2, BARS), np.int8), np.tile(np.arange(BARS) % 37 / 1e3, (2, 1))
    )


def judged(phase, panel, around, period, execution, exits, quick, proofs=()):
    ledger = trade_phase(phase, panel, execution)
    return judge_phase(phase, ledger, panel, around, period, execution, quick, proofs)


def test_abstaining_is_no_verdict(
    first, scores, admission, candidates, panel, around, period, execution, exits, quick
) -> None:
    """Only the burn-in is traded: out of sample the account stands still."""
    late = epoch_ms(candidates["open_time"]) >= period.out_of_sample_ms
    cautious = admission.assign(
        admitted=np.where(late, 0, admission["admitted"]),
        passes_threshold=np.where(late, 0, admission["passes_threshold"]),
    )
    why = why_abstained(candidates, cautious, period, "")
    assert why == f"0 of {late.sum()} candidates reached the threshold"
    phase = phase_1(first, scores, cautious, quick, why)
    assert len(phase.orders) > 20
    found = judged(phase, panel, around, period, execution, exits, quick)
    assert {row.verdict for row in found.gates.rows} == {"INCONCLUSIVE"}
    assert found.gates.ruling.verdict == "INCONCLUSIVE"
    value = {row.metric: row.value for row in found.gates.rows}
    assert value == dict.fromkeys(value) | {"max_drawdown": 0.0}
    for row in found.gates.rows:
        assert row.reason.startswith(f"abstained: {why} (insufficient: 0 of 100 trades")
        assert (asdict(row)["low"], asdict(row)["high"]) == (None, None)
    assert (found.sample.days.growth == 1.0).all()
    assert inconclusive(found, quick) == f"phase 1 abstained: {why}"


def test_where_the_last_candidate_was_lost(candidates, admission, period) -> None:
    none = admission.assign(admitted=np.int8(0))
    low = none.assign(passes_threshold=np.int8(0))
    assert abstained_at(candidates, admission, period) == ""
    assert abstained_at(candidates, none, period) == "steps"
    assert abstained_at(candidates, low, period) == "threshold"
    assert abstained_at(candidates, low.assign(confidence=np.nan), period) == "score"
    assert abstained_at(candidates.iloc[:0], admission.iloc[:0], period) == "candidates"


def test_why_nothing_was_admitted(candidates, admission, period) -> None:
    late = epoch_ms(candidates["open_time"]) >= period.out_of_sample_ms
    n, reached = int(late.sum()), int((admission["passes_threshold"] == 1)[late].sum())
    none = admission.assign(admitted=np.int8(0))
    assert why_abstained(candidates, admission, period, "") == ""
    assert why_abstained(candidates, none, period, "") == (
        f"{reached} of {n} candidates reached the threshold, none of them was admitted"
    )
    unscored = none.assign(confidence=np.nan, passes_threshold=np.int8(0))
    assert why_abstained(candidates, unscored, period, "") == f"0 of {n} candidates have a score"
    assert why_abstained(candidates, unscored, period, "too few candidates: 12 of 200") == (
        f"0 of {n} candidates have a score: too few candidates: 12 of 200"
    )


def test_a_proof_that_fails_takes_every_verdict_back(
    second, panel, around, period, execution, exits, quick
) -> None:
    proof = Check("every candidate traded was admitted", False, "3 of 4")
    found = judged(second, panel, around, period, execution, exits, quick, (proof,))
    assert found.checks[-1] == proof
    assert {row.verdict for row in found.gates.rows} == {"INCONCLUSIVE"}
    assert found.gates.rows[0].reason.startswith("withheld:")
    assert inconclusive(found, quick).startswith("withheld: the ledger of phase 1")
