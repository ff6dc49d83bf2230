"""What dvc.lock says of a revision: hashes of outputs, and whether its figures are that run's."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dipmaster.cli.revisions import Revision
from dipmaster.core import catalog, store
from dipmaster.core.errors import PipelineError
from dipmaster.core.params.changes import flatten
from dipmaster.core.yaml_text import parse_yaml
from dipmaster.report import provenance

PIPELINE = Path("dvc.yaml")


@dataclass(frozen=True)
class OutputPair:
    """Hashes (md5, of dvc.lock) of one output; None where a lock does not have it."""

    stage: str
    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Lock:
    """What dvc.lock records of a run.

    Attributes
    ----------
    outputs
        Stage and path to hash.
    params
        Path and value of every param of every stage; a param that several stages read stands there
        several times, with several values where not all of them ran since it was changed.
    """

    outputs: Mapping[tuple[str, str], str]
    params: tuple[tuple[str, Any], ...]


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
        rows = provenance.outputs(values, _list_stages(revision))
    except PipelineError as error:
        raise PipelineError(f"{revision.label}: {error}") from error
    outputs = {(one.stage, one.path): one.md5 for one in rows}
    sections = (
        stage.get("params", {}).get(store.PARAMS_FILE.as_posix(), {})
        for stage in values["stages"].values()
    )
    return Lock(outputs, tuple(pair for each in sections for pair in flatten(each).items()))


def _list_stages(revision: Revision) -> tuple[str, ...]:
    """Those of the pipeline that the revision has: an older one may lack a stage of today."""
    text, where = revision.read_text(PIPELINE), f"{PIPELINE} of {revision.label}"
    stages = parse_yaml(text, where, "restore it from git")["stages"]
    return tuple(name for name in provenance.EARLIER_STAGES if name in stages)


def find_unrecorded(revision: Revision, params: Mapping[str, Any], lock: Lock) -> tuple[str, ...]:
    """Params that a stage read with another value than they have now, and metrics of another run.

    Where there are any, params.yaml or a file of metrics was edited, and nothing ran since.
    """
    now = flatten(params)
    params_changed = [path for path, value in lock.params if now.get(path) != value]
    metrics = {path: md5 for (_, path), md5 in lock.outputs.items() if _is_metrics(path)}
    files = [path for path, md5 in metrics.items() if _hash(revision.find_text(Path(path))) != md5]
    return tuple(dict.fromkeys((*params_changed, *files)))


def _is_metrics(path: str) -> bool:
    return Path(path).parent == catalog.METRICS


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
