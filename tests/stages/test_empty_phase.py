"""A phase with nothing but a number, a name and a title is the one before it, trade for trade."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
import yaml

from dipmaster.backtest import Ledger
from dipmaster.confidence.inputs import FROM_FEATURES, VOLATILITY_COLUMNS
from dipmaster.core import catalog, store
from dipmaster.core.errors import PipelineError
from dipmaster.core.kernel_sources import kernel_cache_folder
from dipmaster.core.params.roadmap import FINAL_PHASE
from dipmaster.evaluation.context import EvaluationContext, build_context
from dipmaster.evaluation.phase import Checks, Completed, Phase
from dipmaster.evaluation.reading import read_inputs
from dipmaster.evaluation.registry import PHASES, read_phases
from dipmaster.evaluation.run import complete_phases
from dipmaster.report.inputs import FORECAST_COLUMNS
from dipmaster.results.serialisation import write_result
from stages import validate
from tests.made import market
from tests.report.run import lock
from tests.stages.made_candidates import LEDGERS, SYMBOLS, read, set_params
from tests.stages.test_monitor import add_columns

pytestmark = pytest.mark.slow


class EmptyPhase(Phase):
    """All there has to be: the achievement matrix has no column for a phase after the last."""

    number = len(PHASES)
    name = "empty"
    title = "nothing more"


def run_stage(monkeypatch: pytest.MonkeyPatch, *more: type[Phase]) -> None:
    monkeypatch.setattr(validate, "read_phases", partial(read_phases, phases=(*PHASES, *more)))
    validate.main()


def test_phases_are_numbered_in_order_and_named_after_their_package() -> None:
    assert [phase.number for phase in PHASES] == list(range(len(PHASES)))
    packages = [phase.__module__.split(".")[-2] for phase in PHASES]
    assert [phase.name for phase in PHASES] == packages


@pytest.fixture(scope="module")
def extended_template(validated_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The market made by hand after the stage with that phase."""
    folder = tmp_path_factory.mktemp("extended") / "copy"
    shutil.copytree(validated_template, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run_stage(patch, EmptyPhase)
    return folder


@pytest.fixture
def extended(extended_template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that read stand in it."""
    monkeypatch.chdir(extended_template)


@pytest.mark.usefixtures("extended")
def test_it_trades_exactly_what_the_phase_before_it_trades() -> None:
    """Through the stage: ledgers, checks, gates but for targets and draws, claims, verdict."""
    new, before = EmptyPhase.number, EmptyPhase.number - 1
    for name in LEDGERS:
        one, two = (
            store.read_table(Path(f"data/validate/{name}_phase_{phase}.parquet"))
            for phase in (before, new)
        )
        pd.testing.assert_frame_equal(one, two, check_exact=True)
    assert len(store.read_table(Path(f"data/validate/trades_phase_{new}.parquet"))) > 50
    details = read("validate")
    assert details["built_phases"] == list(range(new + 1))
    checks = {
        phase: [check["name"] for check in details["integrity_checks"] if check["phase"] == phase]
        for phase in (before, new)
    }
    assert checks[new] == checks[before]
    assert all(check["passed"] for check in details["integrity_checks"])
    difference = details["differences"][str(new)]
    assert difference["baseline_phase"] == before
    for name in ("win_rate", "mean_net_bps", "trades_frac", "sharpe", "net_return"):
        assert difference[name]["value"] == 0.0
    gates = {(row["phase"], row["metric"]): row for row in read("gates")}
    for metric in ("win_rate", "sharpe", "profit_factor", "max_drawdown"):
        assert gates[new, metric]["value"] == gates[before, metric]["value"]
    claims = {row["id"]: row for row in details["claims"]}
    assert claims["4.precision"]["verdict"] != "not measured"
    assert read("summary")["verdict_by_phase"].split(", ")[-1].startswith(f"{new} ")
    assert Path(f"reports/plots/equity_phase_{new}.csv").exists()


def test_the_others_do_not_notice_it(
    validated_template: Path, extended_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(validated_template)
    alone = read("validate"), read("gates")
    monkeypatch.chdir(extended_template)
    details, gates = read("validate"), read("gates")
    assert gates[: len(alone[1])] == alone[1]
    for section in ("funnel", "signal_quality", "exits", "sizing", "alternative_data", "period"):
        assert details[section] == alone[0][section]
    for part in ("phases", "differences"):
        assert {name: details[part][name] for name in alone[0][part]} == alone[0][part]


def test_without_the_final_phase_there_is_no_verdict(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = partial(read_phases, phases=PHASES[:FINAL_PHASE])
    monkeypatch.setattr(validate, "read_phases", fewer)
    validate.main()
    assert read("validate")["verdict_reason"].startswith(f"phase {FINAL_PHASE} is not built")


def test_with_all_phases_there_is_a_verdict(validated: Path) -> None:
    details = read("validate")
    final = details["phases"][str(FINAL_PHASE)]
    assert details["verdict"] == final["verdict"]
    assert details["verdict_reason"].startswith(f"phase {FINAL_PHASE}: {final['verdict_reason']}")


@pytest.fixture
def context(workspace: Path) -> EvaluationContext:
    params = store.read_params(
        "signal", "confidence.thresholds", "filter", "confirmation", "execution", "exits",
        "sizing", "split", "gates", "benchmark",
    )  # fmt: skip
    return build_context(read_inputs(), params)


def test_nothing_is_simulated_again_for_it(context: EvaluationContext) -> None:
    """And there are outcomes of all candidates, burn-in included: what sizes are made from."""
    phases = read_phases(context.inputs, context.params, (*PHASES, EmptyPhase))
    *_, before, new = complete_phases(context, phases)
    assert new.standalone is before.standalone
    assert new.exit_policy is before.exit_policy
    assert new.exit_simulator is before.exit_simulator
    outcomes = new.standalone
    assert outcomes.tradable.size == len(context.inputs.candidates)
    closed_ms = context.inputs.panel.open_time[outcomes.exit_index[outcomes.tradable]]
    assert (closed_ms < context.period.out_of_sample_ms).sum() > 20


def test_the_first_phase_has_to_say_what_it_trades(context: EvaluationContext) -> None:
    with pytest.raises(
        PipelineError, match=rf"(?s)phase {EmptyPhase.number} \(empty\) is the first.*Fix"
    ):
        complete_phases(context, (EmptyPhase(),))


class ReplacingPhase(EmptyPhase):
    """One that filters in another way: the checks of the filter are no longer its own."""

    def integrity_checks(
        self, context: EvaluationContext, completed: Completed, ledger: Ledger
    ) -> Checks:
        return {**super().integrity_checks(context, completed, ledger), "selection": ()}


def test_checks_are_inherited_by_phase_and_can_be_replaced(context: EvaluationContext) -> None:
    phases = read_phases(context.inputs, context.params, (*PHASES, EmptyPhase))
    *completed, new = complete_phases(context, phases)
    inherited = new.phase.integrity_checks(context, completed, new.ledger)
    assert list(inherited) == ["selection", "exits", "sizing", "alternative_data"]
    assert all(inherited.values())
    replaced = ReplacingPhase().integrity_checks(context, completed, new.ledger)
    assert replaced == {**inherited, "selection": ()}


PRINTED = re.compile(r"`([\w./]+\.py)`:\n\n```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CLASS = re.compile(r"^class (\w+)\(Phase\):$", re.MULTILINE)
LAST = PHASES[-1]
STAGES = ("validate", "stress_test", "monitor", "report")


@pytest.fixture(scope="module")
def written(
    project: Path, template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A copy of the project with the phase of docs/contributing.md, after the four stages."""
    copy = tmp_path_factory.mktemp("written") / "project"
    shutil.copytree(template, copy, symlinks=True)
    for package in ("dipmaster", "stages"):
        shutil.copytree(
            project / package, copy / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    write_phase(project / "docs/contributing.md", copy)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(copy)
        write_what_later_stages_read()
        compiled = {"DIPMASTER_KERNEL_CACHE": str(kernel_cache_folder(__name__).parent)}
        for stage in STAGES:
            command = [sys.executable, "-m", f"stages.{stage}"]
            done = subprocess.run(
                command, env=os.environ | compiled | {"PYTHONPATH": str(copy)},
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, f"{stage}: {done.stderr}"
        yield copy


def write_phase(page: Path, copy: Path) -> None:
    """The file that the page prints, and its import and entry in the registry."""
    ((path, text),) = PRINTED.findall(page.read_text(encoding="utf-8"))
    name = CLASS.findall(text)[0]
    (copy / path).parent.mkdir()
    (copy / path).write_text(text, encoding="utf-8")
    registry = copy / "dipmaster/evaluation/registry.py"
    before = registry.read_text(encoding="utf-8")
    package = Path(path).parent.as_posix().replace("/", ".")
    imported = f"from {LAST.__module__.rsplit('.', 1)[0]} import {LAST.__name__}\n"
    assert imported in before
    after = before.replace(imported, f"{imported}from {package} import {name}\n")
    entry = f"    {LAST.__name__},\n"
    registry.write_text(after.replace(entry, f"{entry}    {name},\n"), encoding="utf-8")


def write_what_later_stages_read() -> None:
    """Columns and results that `validate` does without, and few dates to stress."""
    write_result(market.ingest(SYMBOLS), catalog.INGEST_METRICS)
    set_params(
        stress={"dates": 6, "other_dates": 3, "window_days": 2, "past_days": 3},
        monitoring={"recent_days": 5},
    )
    add_columns(catalog.VOLATILITY, (*VOLATILITY_COLUMNS, *FORECAST_COLUMNS))
    add_columns(catalog.FEATURE_PANEL, (*FROM_FEATURES, "market_return_12_frac", "sigma_1h_frac"))
    add_columns(catalog.TRUTH, ("regime", "coin_regime"))
    store.write_text(yaml.safe_dump(lock()), catalog.LOCK)


def test_the_walkthrough_is_all_it_takes(written: Path) -> None:
    """As docs/contributing.md says: trade for trade the phase before, in every file after it."""
    number = len(PHASES)
    trades = [
        written / f"data/validate/trades_phase_{phase}.parquet" for phase in (number - 1, number)
    ]
    assert trades[0].read_bytes() == trades[1].read_bytes()
    assert read("validate")["built_phases"] == list(range(number + 1))
    targets = {(row["phase"], row["metric"]): row["target"] for row in read("gates")}
    assert all(targets[number, metric] == targets[FINAL_PHASE, metric] for _, metric in targets)
    assert read("stress")["final_phase"] == read("monitoring")["final_phase"] == number


def test_what_the_roadmap_does_not_plan_has_no_return_on_investment(written: Path) -> None:
    outcomes = read("outcomes")
    assert [one["phase"] for one in outcomes["added"]] == list(range(1, len(PHASES) + 1))
    assert [one["phase"] for one in outcomes["roi"]] == list(range(1, FINAL_PHASE + 1))
    assert outcomes["programme"]["weeks"] == sum(one["weeks"] for one in outcomes["roi"])


def test_the_report_prints_it_under_its_title(written: Path) -> None:
    page = catalog.HTML.read_text(encoding="utf-8")
    assert catalog.PDF.stat().st_size > 0
    number = len(PHASES)
    assert f"Phase {number}: cooldown after a loss" in page
    assert f"Cooldown after a loss; what it does not change is as in phase {number - 1}." in page
    assert f"No weeks and no return are stated for phase {number}" in page
