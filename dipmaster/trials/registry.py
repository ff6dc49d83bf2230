"""Lines of the registry: each names the lines before it by their digests.

A line that was changed or taken out no longer has the digest that later lines name. Lines of two
branches may follow the same one; the next evaluation after a merge names the ends of both.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from dipmaster.core import catalog, store
from dipmaster.core.errors import DataError, PipelineError, data_error
from dipmaster.results.serialisation import from_json, to_json
from dipmaster.results.trials import TrialCount, TrialIdentity, TrialOutcome, TrialRecord
from dipmaster.trials.history import find_committed_lines

_RESTORE = "restore the file from git; lines are only ever added"


@dataclass(frozen=True)
class Registry:
    """Evaluations of the same bars.

    Attributes
    ----------
    path
        Of the file, which need not be there yet.
    lines
        Its texts, in order.
    unchecked
        What could not be checked and why; empty where all could.
    """

    path: Path
    lines: tuple[str, ...]
    unchecked: str

    @property
    def records(self) -> tuple[TrialRecord, ...]:
        """Lines as values."""
        return tuple(map(_parse, self.lines))

    @property
    def identities(self) -> set[TrialIdentity]:
        """Evaluations on record."""
        return {record.identity for record in self.records}


def open_registry(data: str, folder: Path = catalog.TRIALS) -> Registry:
    """Read the lines of the bars with a digest, and check those of all bars.

    Raises
    ------
    DataError
        Where a line is no longer what later ones name, or is not of the file's bars.
    PipelineError
        Where a line is missing that a commit before HEAD has.
    """
    committed = find_committed_lines(folder)
    files = {path.name: _read_lines(path) for path in sorted(folder.glob("*.jsonl"))}
    for name, line in committed.lines:
        if line not in files.get(name, ()):
            raise _missing_error(folder / name, line, committed.lines[name, line])
    for name, lines in files.items():
        _check_chain(folder / name, lines)
    name = f"{data}.jsonl"
    return Registry(folder / name, files.get(name, ()), committed.unchecked)


def register(registry: Registry, identity: TrialIdentity, outcome: TrialOutcome) -> Registry:
    """Add a line, where this evaluation has none yet.

    Parameters
    ----------
    outcome
        Of `build_outcome`.

    Returns
    -------
    Registry
        With the line; the file is written whole or not at all.
    """
    if identity in registry.identities:
        return registry
    record = TrialRecord(**asdict(identity), outcome=outcome, previous=_list_ends(registry))
    line = json.dumps(store.to_json_value(to_json(record)), sort_keys=True, allow_nan=False)
    lines = (*registry.lines, line)
    store.write_text("".join(f"{one}\n" for one in lines), registry.path)
    return Registry(registry.path, lines, registry.unchecked)


def count_trials(registry: Registry, identity: TrialIdentity) -> TrialCount:
    """How many different evaluations there are, this one included."""
    outcomes = {record.outcome.trades_digest for record in registry.records}
    return TrialCount(
        evaluations=len(registry.identities | {identity}),
        outcomes=max(1, len(outcomes)),
        is_registered=identity in registry.identities,
    )


def _parse(line: str) -> TrialRecord:
    return from_json(TrialRecord, json.loads(line))


def _read_lines(path: Path) -> tuple[str, ...]:
    return tuple(store.read_text(path).splitlines())


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()


def _list_ends(registry: Registry) -> tuple[str, ...]:
    """Lines that no other names, sorted: one, or several after a merge."""
    named = {digest for record in registry.records for digest in record.previous}
    return tuple(sorted(set(map(_digest, registry.lines)) - named))


def _check_chain(path: Path, lines: tuple[str, ...]) -> None:
    before: set[str] = set()
    for number, line in enumerate(lines, start=1):
        where = f"{path}, line {number}"
        try:
            record = _parse(line)
        except (json.JSONDecodeError, DataError) as error:
            raise data_error(where, "an evaluation as JSON", f"{line:.60}", _RESTORE) from error
        if record.data != path.stem:
            raise data_error(where, "an evaluation of these bars", record.data, _RESTORE)
        if set(record.previous) - before:
            raise data_error(where, "digests of lines before it", "one that no line has", _RESTORE)
        before.add(_digest(line))


def _missing_error(path: Path, line: str, commit: str) -> PipelineError:
    return PipelineError(
        f"{path}: expected every line that a commit before HEAD has, found one missing that "
        f"commit {commit[:12]} has: {line:.80}...\n"
        f"  Fix: `git checkout {commit[:12]} -- {path}` brings it back; put lines that were added "
        "since below it."
    )
