"""Where the numbers come from: hashes of earlier outputs, params, package versions, seeds.

Nothing of the machine or the moment is among them, nor dvc.lock's own hash:
the lock contains the report, so the report cannot contain the lock.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata

from pydantic import BaseModel, ValidationError

from dipmaster.core.errors import PipelineError
from dipmaster.report.attachments import Attachment
from dipmaster.results.trials import TrialCount

EARLIER_STAGES = (
    "ingest",
    "features",
    "volatility",
    "confidence",
    "exits",
    "alt-data",
    "validate",
    "stress-test",
    "monitor",
)
PACKAGES = (
    "arch", "fonttools", "jinja2", "lightgbm", "llvmlite", "matplotlib", "numba", "numpy", "pandas",
    "pyarrow", "pydantic", "pydyf", "scikit-learn", "scipy", "statsmodels", "weasyprint", "xgboost",
)  # fmt: skip
ID_DIGITS = 12
INSTEAD = {"xgboost": "xgboost-cpu"}  # on Linux: the same library without what needs a GPU


@dataclass(frozen=True)
class Output:
    """One output of an earlier stage, as dvc.lock names it."""

    stage: str
    path: str
    md5: str


class _LockedOutput(BaseModel):
    path: str
    md5: str


class _LockedStage(BaseModel):
    outs: tuple[_LockedOutput, ...] = ()


class _Lock(BaseModel):
    stages: dict[str, _LockedStage] = {}


def outputs(lock: object, expected: Sequence[str] = EARLIER_STAGES) -> list[Output]:
    """Outputs of the stages before the report, in the order of the pipeline.

    Parameters
    ----------
    expected
        Stages of the pipeline that wrote the lock.

    Raises
    ------
    PipelineError
        Where dvc.lock has no entry for one of them, or none in the form that DVC writes.
    """
    try:
        stages = _Lock.model_validate(lock).stages
    except ValidationError as error:
        fault = error.errors()[0]
        raise PipelineError(
            f"dvc.lock: expected stages with their outputs as DVC writes them, found at "
            f"{'.'.join(str(part) for part in fault['loc']) or 'the top'}: {fault['msg']}.\n"
            "  Fix: restore it from git, or remove it and run the whole pipeline with `dvc repro`."
        ) from error
    missing = [name for name in expected if name not in stages]
    if missing:
        raise PipelineError(
            f"dvc.lock: expected entries of the stages {', '.join(expected)}, found none of "
            f"{', '.join(missing)}.\n  Fix: run the whole pipeline with `dvc repro`."
        )
    return [
        Output(name, out.path, out.md5)
        for name in expected
        for out in sorted(stages[name].outs, key=lambda out: out.path)
    ]


def record(
    outputs: Sequence[Output],
    files: Sequence[Attachment],
    versions: Mapping[str, str],
    trials: TrialCount | None = None,
) -> Attachment:
    """All hashes and versions in one file: what a reader needs to check the others.

    Parameters
    ----------
    files
        What is attached beside it; params.yaml is among them.
    trials
        Evaluations of the same bars, which page one prints.
    """
    content = {
        "attachments_sha256": {file.name: file.sha256 for file in files},
        "outputs_md5": {output.path: output.md5 for output in outputs},
        "packages": versions,
        **({"evaluations": asdict(trials)} if trials else {}),
    }
    text = json.dumps(content, indent=2, sort_keys=True) + "\n"
    description = "Hashes of all inputs; its own SHA-256 begins with the document id"
    return Attachment("provenance.json", description, text.encode())


def document_id(hashes: Attachment) -> str:
    """The first digits of the SHA-256 of `record`."""
    return hashes.sha256[:ID_DIGITS]


def package_versions() -> dict[str, str]:
    """Versions of the packages that a number or the PDF's bytes can depend on."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"python": python, **{name: _version(name) for name in PACKAGES}}


def _version(name: str) -> str:
    """Of a package, or of the one that is installed in its place."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return metadata.version(INSTEAD[name])
