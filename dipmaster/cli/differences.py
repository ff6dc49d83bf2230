"""Two revisions to what differs between them: gates, phases, candidates, params, metrics, data."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dipmaster.cli.lock_file import OutputPair, find_unrecorded, pair_outputs, read_lock
from dipmaster.cli.revisions import (
    Findings,
    PhaseRow,
    Revision,
    list_changes,
    parse_json,
    read_findings,
)
from dipmaster.core import catalog
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.gates import GateRow

METRICS_FILES = (
    catalog.INGEST_METRICS,
    catalog.FEATURES_METRICS,
    catalog.VOLATILITY_METRICS,
    catalog.CONFIDENCE_METRICS,
    catalog.EXITS_METRICS,
    catalog.ALTERNATIVE_METRICS,
    catalog.VALIDATE_METRICS,
    catalog.GATES,
    catalog.SUMMARY,
)
"""What is committed of the results, in the order of the pipeline."""
_JUDGED = ("target", "direction", "value", "low", "high", "n", "verdict")


@dataclass(frozen=True)
class GateChange:
    """A gate whose target, figures or verdict differ; None where one revision has no such gate."""

    phase: int
    metric: str
    before: GateRow | None
    after: GateRow | None

    @property
    def delta(self) -> float | None:
        """Value less the base's, in the unit of the metric; None where one cannot be computed."""
        values = [None if row is None else row.value for row in (self.before, self.after)]
        before, after = values
        return None if before is None or after is None else after - before

    @property
    def has_other_verdict(self) -> bool:
        """Whether the verdict differs, or one revision has none."""
        verdicts = {None if row is None else row.verdict for row in (self.before, self.after)}
        return len(verdicts) == 2


@dataclass(frozen=True)
class PhaseChange:
    """A phase in both revisions; None where it was not built."""

    phase: int
    before: PhaseRow | None
    after: PhaseRow | None

    @property
    def differs(self) -> bool:
        """Whether verdict, number of trades or mean net return differ."""
        keys = [
            None if row is None else (row.verdict, row.trades, row.mean_net_bps)
            for row in (self.before, self.after)
        ]
        return keys[0] != keys[1]


@dataclass(frozen=True)
class StepChange:
    """Candidates left after a step of the filter; None where a revision has no such step."""

    step: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class FileChange:
    """A file of metrics that differs: so many of its values; None where one revision lacks it."""

    path: Path
    differing: int | None
    values: int


@dataclass(frozen=True, kw_only=True)
class Differences:
    """What differs between a base and a head.

    Attributes
    ----------
    gates, phases, params, files
        Those that differ; params as path to (base, head).
    gates_judged
        Gates that either of them has.
    steps
        All steps, out of sample; empty where none differs.
    outputs
        Every output before the report.
    unrecorded
        Of the base and of the head: params and files of metrics that are not those which its
        dvc.lock records.
    """

    base: Findings
    head: Findings
    gates: tuple[GateChange, ...]
    gates_judged: int
    phases: tuple[PhaseChange, ...]
    params: Mapping[str, tuple[Any, Any]]
    steps: tuple[StepChange, ...]
    files: tuple[FileChange, ...]
    outputs: tuple[OutputPair, ...]
    unrecorded: tuple[tuple[str, ...], tuple[str, ...]]

    @property
    def are_none(self) -> bool:
        """Whether params, data and every figure are the same, and those of the lock."""
        differ = self.params or self.files or self.unrecorded[0] or self.unrecorded[1]
        return not (differ or self.have_other_bars)

    @property
    def have_other_bars(self) -> bool:
        """Whether the figures are those of two markets."""
        bars = [pair for pair in self.outputs if pair.path == catalog.INGEST.as_posix()]
        return any(one.before != one.after for one in bars)

    @property
    def candidate_params(self) -> tuple[str, ...]:
        """Changed params that decide what a candidate is: the figures are those of two rules."""
        return tuple(path for path in self.params if path.startswith("signal."))


def find_differences(base: Revision, head: Revision) -> Differences:
    """Read both and compare them.

    Raises
    ------
    PipelineError
        Where a file is not there or cannot be parsed.
    DataError
        Where another version of the project wrote the metrics.
    """
    before, after = read_findings(base), read_findings(head)
    locks = [read_lock(revision) for revision in (base, head)]
    judged = pair_gates(before, after)
    phases = pair_phases(before, after)
    return Differences(
        base=before,
        head=after,
        gates=tuple(one for one in judged if _judgement(one.before) != _judgement(one.after)),
        gates_judged=len(judged),
        phases=tuple(one for one in phases if one.differs),
        params=list_changes(after.params, before.params),
        steps=compare_steps(before.validation, after.validation),
        files=compare_files(base, head),
        outputs=pair_outputs(locks[0].outputs, locks[1].outputs),
        unrecorded=(
            find_unrecorded(base, before.params, locks[0]),
            find_unrecorded(head, after.params, locks[1]),
        ),
    )


def pair_gates(before: Findings, after: Findings) -> list[GateChange]:
    """Every gate of either, in the order of phases."""
    rows = [{(row.phase, row.metric): row for row in one.gates} for one in (before, after)]
    keys = sorted({**rows[0], **rows[1]}, key=lambda key: key[0])
    return [GateChange(*key, rows[0].get(key), rows[1].get(key)) for key in keys]


def pair_phases(before: Findings, after: Findings) -> list[PhaseChange]:
    """Every phase of either, in order."""
    rows = [{row.phase: row for row in one.phases} for one in (before, after)]
    return [
        PhaseChange(phase, rows[0].get(phase), rows[1].get(phase))
        for phase in sorted({*rows[0], *rows[1]})
    ]


def compare_steps(before: ValidationResults, after: ValidationResults) -> tuple[StepChange, ...]:
    """Candidates left after each step; empty where all are the same."""
    counts = [
        {row.step: row.left for row in one.funnel.out_of_sample} if one.funnel else {}
        for one in (before, after)
    ]
    if counts[0] == counts[1]:
        return ()
    steps = dict.fromkeys((*counts[1], *counts[0]))
    return tuple(StepChange(step, counts[0].get(step), counts[1].get(step)) for step in steps)


def compare_files(base: Revision, head: Revision) -> tuple[FileChange, ...]:
    """Files of metrics that differ in any value."""
    compared = [_compare_file(path, base, head) for path in METRICS_FILES]
    return tuple(one for one in compared if one is not None and one.differing != 0)


def _compare_file(path: Path, base: Revision, head: Revision) -> FileChange | None:
    texts = [revision.find_text(path) for revision in (base, head)]
    if texts[0] == texts[1]:
        return None
    values = [
        None if text is None else {"": name_items(parse_json(text, f"{path} of {one.label}"))}
        for text, one in zip(texts, (base, head), strict=True)
    ]
    before, after = values
    whole = len(list_changes(after or before or {}, {}))
    differing = None if before is None or after is None else len(list_changes(after, before))
    return FileChange(path, differing, whole)


def name_items(value: Any) -> Any:
    """Parsed JSON with its lists as sections, items by their place, so that `flatten` sees them."""
    if isinstance(value, list):
        return {str(place): name_items(item) for place, item in enumerate(value)}
    if isinstance(value, dict):
        return {key: name_items(item) for key, item in value.items()}
    return value


def _judgement(row: GateRow | None) -> tuple[object, ...]:
    return () if row is None else tuple(getattr(row, name) for name in _JUDGED)
