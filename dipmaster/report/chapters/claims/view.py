"""Every promise of the roadmap beside what was measured, as rows grouped by phase."""

from collections.abc import Sequence
from dataclasses import dataclass

from dipmaster.report.inputs import Inputs, Json
from dipmaster.report.kit import numbers

MARKS = {"KEPT": "●", "NOT SHOWN": "◐", "NOT KEPT": "○", "NOT BUILT": ""}
VERDICTS = tuple(MARKS)
NOT_BUILT = "NOT BUILT"
SECTIONS = {
    "SignalQualityValidator": "Signal validation",
    "Deployment plan": "Plan",
    "Implementation priority": "Plan",
}


@dataclass(frozen=True)
class Promise:
    """One promise; empty where nothing was measured."""

    section: str
    promise: str
    target: str
    value: str
    bounds: str
    n: str
    mark: str
    verdict: str
    reason: str


@dataclass(frozen=True)
class Group:
    """Promises that were measured, or those that wait for their phase."""

    title: str
    built: bool
    rows: tuple[Promise, ...]


def groups(inputs: Inputs) -> list[Group]:
    """A table a phase built, then one of all that is not built, in the order of the file."""
    rows = inputs.validate["promises"]
    measured = [row for row in rows if row["verdict"] != NOT_BUILT]
    phases = sorted({int(row["phase"]) for row in measured})
    found = [Group(f"Phase {phase}", True, _promises(measured, phase=phase)) for phase in phases]
    waiting = [row for row in rows if row["verdict"] == NOT_BUILT]
    return [*found, Group("Not built yet", False, _promises(waiting))] if waiting else found


def _promises(rows: Sequence[Json], phase: int | None = None) -> tuple[Promise, ...]:
    return tuple(_promise(row) for row in rows if phase in (None, int(row["phase"])))


def _promise(row: Json) -> Promise:
    kind = row["unit"]
    return Promise(
        section=_section(row["section"]),
        promise=row["promise"][:1].upper() + row["promise"][1:],
        target=_target(row["target"], kind),
        value=_format(row["value"], kind),
        bounds=_bounds(row["low"], row["high"], kind),
        n=numbers.count(row["n"]) if row["n"] else numbers.MISSING,
        mark=MARKS[row["verdict"]],
        verdict=row["verdict"],
        reason=row["reason"] or "",
    )


def _section(name: str) -> str:
    """The roadmap's section; a class of its code by what it does."""
    return SECTIONS.get(name, name)


def _format(value: float | None, kind: str) -> str:
    """A promised or measured number in its unit; an unknown unit is printed after it."""
    if value is None:
        return numbers.MISSING
    if kind in ("points", "ratio", "bps"):
        return numbers.metric(kind, value)
    if kind == "frac":
        return numbers.metric("percent", value)
    return numbers.plain(value, 0 if float(value).is_integer() else 1) + numbers.NBSP + kind


def _bounds(low: float | None, high: float | None, kind: str) -> str:
    if low is None and high is None:
        return numbers.MISSING
    return _pair(_format(low, kind), _format(high, kind))


def _pair(low: str, high: str) -> str:
    unit = low.partition(numbers.NBSP)[2]
    if unit and high.endswith(numbers.NBSP + unit):
        low = low.removesuffix(numbers.NBSP + unit)
    return f"{low} to {high}"


def _target(wanted: float | Sequence[float] | None, kind: str) -> str:
    if isinstance(wanted, Sequence):
        return _pair(*(_format(float(end), kind) for end in wanted))
    return _format(wanted, kind)


def summary(inputs: Inputs) -> str:
    """How many promises are kept, in a sentence."""
    rows = inputs.validate["promises"]
    tally = {word: sum(row["verdict"] == word for row in rows) for word in VERDICTS}
    listed = ", ".join(f"{count} {word.lower()}" for word, count in tally.items() if count)
    return f"Of {len(rows)} promises: {listed}."
