"""What dvc.lock says of a revision: hashes of outputs, and whether its figures are that run's."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dipmaster.cli.revisions import Revision, flatten
from dipmaster.core import catalog, store
from dipmaster.core.errors import PipelineError
from dipmaster.core.yaml_text import parse_yaml
from dipmaster.report import provenance


@dataclass(frozen=True)
class OutputPair:
    """Hashes (md5, of dvc.lock) of one output; None where a lock does not have it."""

    stage: str
    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Lock:
    """What dvc.lock records of a run: outputs (stage and path to hash), params (path to value)."""

    outputs: Mapping[tuple[str, str], str]
    params: Mapping[str, Any]


def read_lock(revision: Revision) -> Lock:
    """dvc.lock of a revision.

    Raises
    ------
    PipelineError
        Where it is not there, or not that of a whole run.
    """
    where = f"{catalog.LOCK} of {revision.label}"
    values = parse_yaml(revision.read_text(catalog.LOCK), where, "restore it from git")
    try:
        outputs = {(one.stage, one.path): one.md5 for one in provenance.outputs(values)}
    except PipelineError as error:
        raise PipelineError(f"{revision.label}: {error}") from error
    sections = (
        stage.get("params", {}).get(store.PARAMS_FILE.as_posix(), {})
        for stage in values["stages"].values()
    )
    return Lock(outputs, {path: one for each in sections for path, one in flatten(each).items()})


def find_unrecorded(revision: Revision, params: Mapping[str, Any], lock: Lock) -> tuple[str, ...]:
    """Params that a stage read with another value than they have now, and metrics of another run.

    Where there are any, params.yaml or a file of metrics was edited, and nothing ran since.
    """
    now = flatten(params)
    paths = [path for path, value in lock.params.items() if now.get(path) != value]
    for (_, name), md5 in lock.outputs.items():
        if Path(name).parent == catalog.METRICS and _hash(revision.find_text(Path(name))) != md5:
            paths.append(name)
    return tuple(paths)


def _hash(text: str | None) -> str | None:
    return None if text is None else hashlib.md5(text.encode()).hexdigest()


def pair_outputs(
    before: Mapping[tuple[str, str], str], after: Mapping[tuple[str, str], str]
) -> tuple[OutputPair, ...]:
    """Every output that either lock has, in the order of the pipeline."""
    return tuple(
        OutputPair(stage, path, before.get((stage, path)), after.get((stage, path)))
        for stage, path in dict.fromkeys((*after, *before))
    )
