"""Workspace, commits and experiments to what was set and what was measured in each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from dipmaster.cli import git
from dipmaster.core import catalog, store
from dipmaster.core.errors import DataError, PipelineError, data_error
from dipmaster.core.params.changes import flatten
from dipmaster.core.yaml_text import parse_yaml
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.gates import GateRow, GateRows
from dipmaster.results.serialisation import from_json

HEAD, WORKSPACE = "HEAD", "workspace"
_LISTING = "`dipmaster compare` without names lists all experiments"
Result = TypeVar("Result")


@dataclass(frozen=True)
class Revision:
    """A state of the project; without a commit, the files as they are now."""

    name: str
    commit: str | None = None

    @property
    def label(self) -> str:
        """For messages: the name, and where files come from."""
        return f"{self.name} ({self.commit[:7]})" if self.commit else self.name

    def read_text(self, path: Path) -> str:
        """Text of a file of the project.

        Raises
        ------
        PipelineError
            Where this state has no such file.
        """
        if self.commit is None:
            return store.read_text(path)
        text = self.find_text(path)
        if text is None:
            raise PipelineError(
                f"{self.label}: expected {path}, found none.\n"
                "  Fix: name a commit or an experiment of which the pipeline has run."
            )
        return text

    def find_text(self, path: Path) -> str | None:
        """Text of a file of the project; None where this state has no such file."""
        if self.commit is not None:
            return git.read_file(self.commit, path)
        return store.read_text(path) if path.is_file() else None


@dataclass(frozen=True)
class PhaseRow:
    """The key figures of one phase; None where one cannot be computed.

    Attributes
    ----------
    mean_net_bps
        Mean net return per trade, basis points.
    gates
        Metric to its gate.
    """

    phase: int
    verdict: str
    reason: str
    trades: int
    mean_net_bps: float | None
    gates: Mapping[str, GateRow]

    def value(self, metric: str) -> float | None:
        """Value of a gate; None where it cannot be computed, or is no gate of this phase."""
        gate = self.gates.get(metric)
        return None if gate is None else gate.value


@dataclass(frozen=True)
class Findings:
    """What was set and measured in one revision."""

    revision: Revision
    params: Mapping[str, Any]
    validation: ValidationResults
    gates: GateRows
    phases: tuple[PhaseRow, ...]


def find_revision(name: str) -> Revision:
    """The state of a name: `workspace`, an experiment, or whatever git knows as a commit.

    Raises
    ------
    DataError
        Where there is none of that name, or two that differ.
    """
    if name == WORKSPACE:
        return Revision(WORKSPACE)
    experiments = git.list_experiments()
    kept, commit = experiments.get(name), git.resolve_commit(name)
    if kept and commit and kept != commit and name != HEAD:
        raise data_error(
            name,
            "a name with one meaning",
            "an experiment, and a branch, tag or commit",
            f"`dvc exp rename {name} NEW-NAME`, or name the commit by its hash",
        )
    commit = commit or kept
    if commit is None:
        raise data_error(
            name,
            "an experiment, a commit, or `workspace`",
            f"none of that name; experiments are: {', '.join(experiments) or 'none yet'}",
            _suggest_fetch() if git.is_shallow() else _LISTING,
        )
    return Revision(name, commit)


def is_experiment(revision: Revision) -> bool:
    """Whether DVC keeps it as an experiment; HEAD is git's, whatever else has that name."""
    return revision.name != HEAD and revision.commit in git.list_experiments().values()


def _suggest_fetch() -> str:
    """How a commit comes into a clone whose history was cut off."""
    return (
        "this clone has only the newest commits of one branch: `git fetch --unshallow` brings all "
        "of them, `git fetch --depth=50` the last 50, `git fetch --depth=1 origin NAME:NAME` "
        "another branch; experiments come with `dvc exp pull`. Then run again; "
        f"{_LISTING}"
    )


def read_findings(revision: Revision) -> Findings:
    """Params and key figures of a revision.

    Raises
    ------
    PipelineError
        Where a file is not there or cannot be parsed.
    DataError
        Where another version of the project wrote it.
    """
    validation = read_validation(revision)
    gates = _read(revision, catalog.GATES, GateRows)
    return Findings(
        revision=revision,
        params=read_params(revision),
        validation=validation,
        gates=gates,
        phases=tuple(_build_row(phase, validation, gates) for phase in validation.built_phases),
    )


def read_validation(revision: Revision) -> ValidationResults:
    """validate.json of a revision; errors as `read_findings`."""
    return _read(revision, catalog.VALIDATE_METRICS, ValidationResults)


def read_params(revision: Revision) -> Mapping[str, Any]:
    """Values of params.yaml of a revision, as they are in the file."""
    text = revision.read_text(store.PARAMS_FILE)
    where = f"{store.PARAMS_FILE} of {revision.label}"
    values = parse_yaml(text, where, "correct the line it names")
    if not isinstance(values, dict):
        raise DataError(f"{where}: expected sections, found {values!r:.40}.\n  Fix: restore it.")
    return values


def list_changes(params: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Path to (value in `base`, value in `params`) of every param that differs."""
    before, after = flatten(base), flatten(params)
    paths = dict.fromkeys((*after, *before))
    pairs = {path: (before.get(path), after.get(path)) for path in paths}
    return {path: pair for path, pair in pairs.items() if pair[0] != pair[1]}


def _read(revision: Revision, path: Path, kind: type[Result]) -> Result:
    where = f"{path} of {revision.label}"
    return from_json(kind, parse_json(revision.read_text(path), where), where)


def parse_json(text: str, where: str) -> Any:
    """Parse a file of metrics.

    Raises
    ------
    PipelineError
        Where it is no JSON.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise PipelineError(f"{where} is no valid JSON: {error}.\n  Fix: `make report`.") from error


def _build_row(phase: int, validation: ValidationResults, gates: GateRows) -> PhaseRow:
    figures = validation.phases[str(phase)]
    return PhaseRow(
        phase=phase,
        verdict=figures.verdict,
        reason=figures.verdict_reason,
        trades=figures.counts.trades,
        mean_net_bps=figures.per_trade.mean_net_bps,
        gates={row.metric: row for row in gates if row.phase == phase},
    )
