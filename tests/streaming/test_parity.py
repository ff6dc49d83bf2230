"""A replay of the small market decides as the batch did, to the last bit; differences are found."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.core import catalog
from dipmaster.core.tables import BARS
from dipmaster.streaming.account import AccountStep
from dipmaster.streaming.assembly import read_engine
from dipmaster.streaming.decisions import BarDecisions
from dipmaster.streaming.difference import ParityDifference, ParityError
from dipmaster.streaming.parity import ParityComparison, require_parity
from dipmaster.streaming.replay import iterate_bars
from dipmaster.streaming.tables import BatchTables, read_tables
from tests.stages.small_market import put
from tests.streaming.conftest import bet_always, run_batch, trading_params

pytestmark = [pytest.mark.slow, pytest.mark.replay]


@dataclass(frozen=True)
class Replayed:
    """Every step of the market, and what the batch wrote."""

    steps: list[BarDecisions]
    end: dict[int, AccountStep]
    symbols: tuple[str, ...]
    tables: BatchTables

    def compare(self, tables: BatchTables) -> tuple[ParityDifference | None, ParityComparison]:
        """The first difference to some tables."""
        comparison = ParityComparison(self.symbols, tables)
        for step in self.steps:
            found = comparison.compare(step, is_last=step is self.steps[-1])
            if found is not None:
                return found, comparison
        return comparison.compare_end(self.steps[-1].bar.time_ms, self.end), comparison


def replay(folder: Path) -> Replayed:
    """Push every bar of a folder in which the stages have run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("dipmaster.sizing.sizes.compute_kelly_frac", bet_always)
        engine = read_engine()
        bars = iterate_bars(catalog.read_symbols(catalog.BARS, table=BARS))
        steps = [step for time, at_time in bars for step in engine.push(time, at_time)]
        tables = read_tables(engine.facts, engine.phases, with_features=True)
        return Replayed(steps, engine.finish(), engine.facts.symbols, tables)


@pytest.fixture(scope="module")
def replayed(batch: Path) -> Replayed:
    return replay(batch)


def test_every_phase_over_every_bar(replayed: Replayed) -> None:
    difference, comparison = replayed.compare(replayed.tables)
    require_parity(difference)
    ledgers = {f"{name}_phase_{p}" for name in ("fills", "trades", "equity") for p in range(5)}
    assert set(comparison.compared) == ledgers | {
        "features", "candidates", "scores", "filter_results", "exit_plans", "evidence_scores",
        "exit_rows",
    }  # fmt: skip
    assert len(replayed.steps) == replayed.tables.ledgers["equity", 0]["time"].size


def test_what_was_compared_is_worth_comparing(replayed: Replayed) -> None:
    """Refits inside, holes, idle bars, funding, every kind of exit, sizes of their own."""
    tables = replayed.tables
    trades = {p: tables.ledgers["trades", p] for p in range(5)}
    assert all(len(one["trade_id"]) >= 20 for one in trades.values())
    assert len({len(one["trade_id"]) for one in trades.values()}) >= 3
    exits = {str(kind) for one in trades.values() for kind in one["exit_type"]}
    assert {
        "stop", "target", "time_limit", "quarter_hour", "trailing_stop", "optimal_timing",
    } <= exits  # fmt: skip
    assert "profit_taking" in tables.ledgers["fills", 2]["exit_type"]
    assert any((one["funding"] != 0.0).any() for one in trades.values())
    assert (trades[0]["bars_held"] > 36).any(), "a hole beyond the time limit"
    assert np.unique(tables.by_candidate["scores"]["models_fitted"]).size >= 4
    assert np.isfinite(trades[3]["kelly"]).any()
    assert (tables.exit_rows["licensed"] == 1).any()
    assert any(not step.bar.has_bar.any() for step in replayed.steps), "no coin has a bar"
    idle = [step.bar.has_bar & np.isnan(step.bar.open) for step in replayed.steps]
    assert np.any(idle), "a bar in which nobody traded"


def nudge(values: Any, row: int) -> Any:
    """The column with one value that is another in the last bit."""
    changed = values.copy()
    changed[row] = np.nextafter(changed[row], changed.dtype.type(9.0))
    return changed


def in_candidates(table: str, column: str, row: int) -> Callable[[BatchTables], BatchTables]:
    def change(tables: BatchTables) -> BatchTables:
        found = dict(tables.by_candidate)
        found[table] = {**found[table], column: nudge(found[table][column], row)}
        return replace(tables, by_candidate=found)

    return change


def in_ledger(name: str, phase: int, column: str, row: int) -> Callable[[BatchTables], BatchTables]:
    def change(tables: BatchTables) -> BatchTables:
        found = dict(tables.ledgers)
        found[name, phase] = {
            **found[name, phase], column: nudge(found[name, phase][column], row),
        }  # fmt: skip
        return replace(tables, ledgers=found)

    return change


@pytest.mark.parametrize(
    ("change", "table", "column"),
    [
        (in_candidates("candidates", "dip_z", 50), "candidates", "dip_z"),
        (in_candidates("scores", "confidence", -3), "scores", "confidence"),
        (in_candidates("filter_results", "confirmation_score", 60), "filter_results",
         "confirmation_score"),
        (in_candidates("exit_plans", "target_frac", 70), "exit_plans", "target_frac"),
        (in_candidates("evidence_scores", "confidence", -2), "evidence_scores", "confidence"),
        (in_ledger("fills", 3, "quantity", 9), "fills_phase_3", "quantity"),
        (in_ledger("trades", 2, "mfe_frac", 4), "trades_phase_2", "mfe_frac"),
        (in_ledger("equity", 4, "cash", -1), "equity_phase_4", "cash"),
    ],
)  # fmt: skip
def test_one_bit_is_a_difference(
    replayed: Replayed, change: Callable[[BatchTables], BatchTables], table: str, column: str
) -> None:
    difference, _ = replayed.compare(change(replayed.tables))
    assert difference is not None
    assert (difference.table, difference.column) == (table, column)
    assert difference.stream != difference.batch
    with pytest.raises(ParityError, match=rf"{table}, bar 2023-.*{column}: stream .*, batch "):
        require_parity(difference)


def test_a_feature_of_one_coin_is_a_difference(replayed: Replayed) -> None:
    tables = copy.deepcopy(replayed.tables)
    assert tables.features is not None
    row = tables.features.names.index("rsi14")
    tables.features.values[row, 2, 5000] += 1.0
    difference, _ = replayed.compare(tables)
    assert difference is not None
    assert (difference.table, difference.symbol, difference.column) == (
        "features", replayed.symbols[2], "rsi14",
    )  # fmt: skip


@pytest.mark.parametrize("kept", [slice(None, -1), slice(1, None)])
def test_a_candidate_that_only_one_has_is_a_difference(replayed: Replayed, kept: slice) -> None:
    found = {
        name: {column: values[kept] for column, values in table.items()}
        for name, table in replayed.tables.by_candidate.items()
    }
    difference, _ = replayed.compare(replace(replayed.tables, by_candidate=found))
    assert difference is not None
    assert difference.table == "candidates"


def test_a_fill_that_only_the_batch_has_is_a_difference(replayed: Replayed) -> None:
    found = dict(replayed.tables.ledgers)
    found["fills", 1] = {
        column: np.append(values, values[-1:]) for column, values in found["fills", 1].items()
    }
    difference, _ = replayed.compare(replace(replayed.tables, ledgers=found))
    assert difference is not None
    assert (difference.table, difference.column) == ("fills_phase_1", "rows")


COINS, FROM, UNTIL = ("BTCUSDT", "DOGEUSDT", "LINKUSDT"), "2023-01-16", "2023-04-01"


def test_real_bars_with_an_outage(
    real_data: Path, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """On 2023-03-24 all coins are not traded for fourteen bars, then missing for sixteen."""
    raw = trading_params(project)
    raw["alternative_data"]["provider"] = "none"
    bars = {}
    for coin in COINS:
        frame = pd.read_parquet(real_data / "klines_5m" / f"{coin}_5m.parquet")
        days = frame["open_time"].between(
            pd.Timestamp(FROM, tz="UTC"), pd.Timestamp(UNTIL, tz="UTC"), inclusive="left"
        )
        bars[coin] = frame[days].reset_index(drop=True)
    place = tmp_path_factory.mktemp("real")
    run_batch(place, raw, lambda: put(bars))
    found = replay(place)
    difference, _ = found.compare(found.tables)
    require_parity(difference)
    assert all(found.tables.ledgers["trades", phase]["trade_id"].size >= 20 for phase in range(4))
    empty = [step.bar.time_ms for step in found.steps if not step.bar.has_bar.any()]
    assert len(empty) == 16, "the outage"
