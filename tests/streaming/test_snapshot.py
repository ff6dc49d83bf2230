"""An engine that was saved, thrown away and loaded again decides as one that ran through."""

from pathlib import Path

import numpy as np
import pytest

from dipmaster.core import catalog, store
from dipmaster.core.errors import DataError, PipelineError
from dipmaster.core.tables import BARS
from dipmaster.streaming.assembly import SECTIONS, read_engine
from dipmaster.streaming.engine import StreamEngine
from dipmaster.streaming.parity import ParityComparison, require_parity
from dipmaster.streaming.replay import iterate_bars
from dipmaster.streaming.snapshot import identify_decisions, load_snapshot, write_snapshot
from dipmaster.streaming.tables import read_tables

pytestmark = [pytest.mark.slow, pytest.mark.replay]

FILE = Path("replay.npz")
RESTARTS = 12


def identify(engine: StreamEngine) -> str:
    return identify_decisions(store.read_params(*SECTIONS), engine.facts, SECTIONS)


def test_restarts_in_the_middle_change_nothing(workspace: Path) -> None:
    engine = read_engine()
    decisions = identify(engine)
    bars = list(iterate_bars(catalog.read_symbols(catalog.BARS, table=BARS)))
    tables = read_tables(engine.facts, engine.phases)
    comparison = ParityComparison(engine.facts.symbols, tables)
    # Most of them while positions are open, which is when there is something to lose.
    restarts = set(np.linspace(100, len(bars) - 2, RESTARTS).astype(int).tolist())
    held = 0
    for place, (time_ms, at_time) in enumerate(bars):
        for step in engine.push(time_ms, at_time):
            is_last = place == len(bars) - 1
            require_parity(comparison.compare(step, is_last=is_last))
        if restarts and place >= min(restarts) and any(
            account.positions for account in engine.accounts.values()
        ):  # fmt: skip
            restarts.remove(min(restarts))
            held += 1
            write_snapshot(engine, decisions, FILE, {"place": place})
            engine = read_engine()
            assert load_snapshot(engine, decisions, FILE) == {"place": place}
            write_snapshot(engine, decisions, Path("again.npz"), {"place": place})
            assert Path("again.npz").read_bytes() == FILE.read_bytes()
    require_parity(comparison.compare_end(bars[-1][0], engine.finish()))
    assert held >= RESTARTS - 1


def test_a_snapshot_of_another_run_is_refused(workspace: Path) -> None:
    engine = read_engine()
    write_snapshot(engine, identify(engine), FILE, {})
    with pytest.raises(DataError, match="found one of others"):
        load_snapshot(engine, "another", FILE)
    params = Path("params.yaml").read_text(encoding="utf-8")
    assert "z_min: 0.5" in params
    Path("params.yaml").write_text(params.replace("z_min: 0.5", "z_min: 0.6"), encoding="utf-8")
    other = read_engine()
    with pytest.raises(DataError, match="found one of others"):
        load_snapshot(other, identify(other), FILE)


def test_a_damaged_snapshot_is_refused(workspace: Path) -> None:
    engine = read_engine()
    write_snapshot(engine, identify(engine), FILE, {})
    FILE.write_bytes(FILE.read_bytes()[:2000])
    with pytest.raises(PipelineError, match=r"replay\.npz is damaged"):
        load_snapshot(engine, identify(engine), FILE)
    store.write_arrays({"other": np.zeros(3)}, FILE)
    with pytest.raises(DataError, match="expected a snapshot, found arrays other"):
        load_snapshot(engine, identify(engine), FILE)
    with pytest.raises(PipelineError, match="is not there"):
        load_snapshot(engine, identify(engine), Path("nowhere.npz"))
