"""A phase with nothing but a number and a name is the phase before it, trade for trade."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from dipmaster.backtest import Ledger
from dipmaster.core import store
from dipmaster.core.errors import PipelineError
from dipmaster.core.machine import kernel_cache_folder
from dipmaster.core.params import Gates
from dipmaster.core.params.roadmap import FINAL_PHASE
from dipmaster.evaluation.context import EvaluationContext, build_context
from dipmaster.evaluation.phase import Checks, Completed, Phase
from dipmaster.evaluation.reading import read_inputs
from dipmaster.evaluation.registry import PHASES, read_phases
from dipmaster.evaluation.run import complete_phases
from stages import validate
from tests.stages.made_candidates import LEDGERS, read

pytestmark = pytest.mark.slow


class EmptyPhase(Phase):
    """All there has to be: the achievement matrix has no column for a phase after the last."""

    number = len(PHASES)
    name = "empty"

    def targets(self, gates: Gates) -> Mapping[str, float]:
        """Those of the final phase."""
        return gates.targets.model_dump()[f"phase_{FINAL_PHASE}"]


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


MODULE = '''"""Nothing that the phase before it has not."""

from dipmaster.evaluation.phase import Phase


class WrittenPhase(Phase):
    """All there has to be."""

    number = {number}
    name = "written"

    def targets(self, gates):
        """Those of the final phase."""
        return gates.targets.model_dump()["phase_4"]
'''
IMPORT = "from dipmaster.evaluation.phases.sizing import SizingPhase\n"
LAST = "    AlternativeDataPhase,\n"


def test_its_package_and_its_entry_are_all_it_takes(
    project: Path, template: Path, tmp_path: Path
) -> None:
    """As docs/contributing.md says: written into a copy of the project, run from there."""
    copy = tmp_path / "project"
    shutil.copytree(template, copy, symlinks=True)
    for package in ("dipmaster", "stages"):
        shutil.copytree(
            project / package, copy / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    package, number = copy / "dipmaster/evaluation/phases/written", len(PHASES)
    package.mkdir()
    (package / "__init__.py").write_text(MODULE.format(number=number), encoding="utf-8")
    registry = copy / "dipmaster/evaluation/registry.py"
    text = registry.read_text(encoding="utf-8").replace(
        IMPORT, f"{IMPORT}from dipmaster.evaluation.phases.written import WrittenPhase\n"
    )
    registry.write_text(text.replace(LAST, f"{LAST}    WrittenPhase,\n"), "utf-8")
    command = [sys.executable, "-m", "stages.validate"]
    compiled = {"DIPMASTER_KERNEL_CACHE": str(kernel_cache_folder(__name__).parent)}
    subprocess.run(command, cwd=copy, env=os.environ | compiled, check=True, capture_output=True)
    trades = [
        copy / f"data/validate/trades_phase_{phase}.parquet" for phase in (number - 1, number)
    ]
    assert trades[0].read_bytes() == trades[1].read_bytes()
    details = json.loads((copy / "reports/metrics/validate.json").read_text(encoding="utf-8"))
    assert details["built_phases"] == list(range(number + 1))
