"""The table of stylised facts: its text, its verdicts, its use without real data."""

from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError

from dipmaster.core.errors import PipelineError
from dipmaster.core.params.market import Informativeness, Simulated
from dipmaster.market.simulator import WORLD
from studies.stylised_facts import altered, changed, real_facts, simulated_facts, table


@pytest.fixture
def dials(monkeypatch) -> Simulated:
    monkeypatch.setenv("DIPMASTER_WORKERS", "1")
    known = Informativeness(bars=1.2, order_book=1.2, on_chain=2.4, sentiment=2.4)
    return Simulated(
        seed=1,
        coins=2,
        days=30,
        start="2023-01-01",
        edge=0.8,
        reversion_rate=0.1,
        jumps_per_day=0.5,
        informativeness=known,
    )


def test_whole_table():
    simulated = pd.DataFrame({9001: [1.0, 5.0], 9002: [3.0, 5.0]}, index=["calm", "wild"])
    real = pd.DataFrame({"A": [0.0, 1.0], "B": [10.0, 2.0]}, index=["calm", "wild"])
    assert table(simulated, real) == (
        "| statistic | simulated [5-95 % of seeds] | real [min, max] | among coins |\n"
        "|---|---|---|---|\n"
        "| calm | 2 [1.1, 2.9] | 5 [0, 10] | yes |\n"
        "| wild | 5 [5, 5] | 1.5 [1, 2] | no |"
    )
    assert table(simulated, None).splitlines()[2] == "| calm | 2 [1.1, 2.9] | absent |  |"


def test_without_real_bars_there_is_nothing_to_compare(tmp_path: Path):
    assert real_facts(tmp_path / "nowhere") is None
    assert real_facts(tmp_path) is None


def test_a_seed_is_a_column(dials):
    found = simulated_facts(dials, 2)
    assert list(found.columns) == [9001, 9002]
    assert found.notna().all().all()
    assert not found[9001].equals(found[9002])


def test_changed_dials_are_held_against_their_bounds(dials):
    assert changed(dials, {"edge": 0.3}).edge == 0.3
    with pytest.raises(ValidationError, match="edge"):
        changed(dials, {"edge": 1.5})


def test_constants_of_the_world_can_be_changed_by_name():
    assert altered(["degrees_of_freedom=5"]).degrees_of_freedom == 5.0
    assert altered([]) == WORLD
    with pytest.raises(PipelineError, match="no such constant \\['tails'\\]"):
        altered(["tails=5"])


def test_simulated_bars_are_near_real_ones(project, real_data, monkeypatch):
    """A few facts that no change may lose; the whole table is in docs/simulator.md."""
    from dipmaster.core.store import read_params

    monkeypatch.setenv("DIPMASTER_WORKERS", "1")
    monkeypatch.chdir(project)
    default = changed(read_params("ingest").ingest.simulated, {"coins": 6, "days": 365})
    found = simulated_facts(default, 2).median(axis=1)
    real = real_facts(real_data / "klines_5m")
    assert real is not None
    for name in (
        "Hill index 1 %, falls",
        "ACF abs r, 1 bar",
        "beyond 6 recent sigmas, per 10,000",
        "beyond 10 recent sigmas, per 10,000",
        "volume with abs r, rank, 5 min",
        "mean correlation with other coins, 5 min",
        "weekend abs r over weekday",
    ):
        assert real.loc[name].min() <= found[name] <= real.loc[name].max(), name
