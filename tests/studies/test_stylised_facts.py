"""The table of stylised facts: its text, its verdicts, its use without real data."""

from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError

from dipmaster.core.errors import PipelineError
from dipmaster.core.params.market import Informativeness, SimulatorParams
from dipmaster.market.simulator import MARKET_MODEL
from studies.stylised_facts import (
    compute_real_facts,
    compute_simulated_facts,
    override_dials,
    override_model,
    render_table,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def dials(monkeypatch) -> SimulatorParams:
    monkeypatch.setenv("DIPMASTER_WORKERS", "1")
    known = Informativeness(bars=1.2, order_book=1.2, on_chain=2.4, sentiment=2.4)
    return SimulatorParams(
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
    assert render_table(simulated, real) == (
        "| statistic | simulated [5-95 % of seeds] | real [min, max] | among coins |\n"
        "|---|---|---|---|\n"
        "| calm | 2 [1.1, 2.9] | 5 [0, 10] | yes |\n"
        "| wild | 5 [5, 5] | 1.5 [1, 2] | no |"
    )
    assert render_table(simulated, None).splitlines()[2] == "| calm | 2 [1.1, 2.9] | absent |  |"


def test_without_real_bars_there_is_nothing_to_compare(tmp_path: Path):
    assert compute_real_facts(tmp_path / "nowhere") is None
    assert compute_real_facts(tmp_path) is None


def test_a_seed_is_a_column(dials):
    facts = compute_simulated_facts(dials, 2)
    assert list(facts.columns) == [9001, 9002]
    assert facts.notna().all().all()
    assert not facts[9001].equals(facts[9002])


def test_changed_dials_are_held_against_their_bounds(dials):
    assert override_dials(dials, {"edge": 0.3}).edge == 0.3
    with pytest.raises(ValidationError, match="edge"):
        override_dials(dials, {"edge": 1.5})


def test_constants_of_the_world_can_be_changed_by_name():
    assert override_model(["degrees_of_freedom=5"]).degrees_of_freedom == 5.0
    assert override_model([]) == MARKET_MODEL
    with pytest.raises(PipelineError, match="no such constant \\['tails'\\]"):
        override_model(["tails=5"])


def test_simulated_bars_are_near_real_ones(project, real_data, monkeypatch):
    """A few facts that no change may lose; the whole table is in docs/simulator.md."""
    from dipmaster.core.store import read_params

    monkeypatch.setenv("DIPMASTER_WORKERS", "1")
    monkeypatch.chdir(project)
    default = override_dials(read_params("ingest").ingest.simulated, {"coins": 6, "days": 365})
    facts = compute_simulated_facts(default, 2).median(axis=1)
    real = compute_real_facts(real_data / "klines_5m")
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
        assert real.loc[name].min() <= facts[name] <= real.loc[name].max(), name
