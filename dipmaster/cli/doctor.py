"""What a machine or a folder lacks, and how to mend it."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

LIBRARIES = (
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libharfbuzz-subset.so.0",
    "libgomp.so.1",
)
LOCK_FILE = Path("requirements.lock")
SHOWN_NAMES = 5


@dataclass(frozen=True)
class Diagnosis:
    """What was looked at, what was found, and the fix; empty where nothing is wrong."""

    subject: str
    finding: str
    fix: str = ""


def doctor() -> None:
    """Check the environment and the state of the pipeline.

    Says what to do about each fault, and how to restore after a failed run. Takes some seconds.

    Example: dipmaster doctor
    """
    diagnoses = [diagnose() for diagnose in CHECKS]
    for one in diagnoses:
        typer.echo(f"{'fix' if one.fix else 'ok ':<5}{one.subject:<13}{one.finding}")
        if one.fix:
            typer.echo(f"{'':<18}Fix: {one.fix}")
    if any(one.fix for one in diagnoses):
        raise typer.Exit(1)


def diagnose_python() -> Diagnosis:
    """Whether this is the environment that `make` creates."""
    version = ".".join(map(str, sys.version_info[:3]))
    code = Path(__file__).resolve().parents[2]
    if Path("dipmaster").is_dir() and code != Path.cwd().resolve():
        finding = f"the code of {code} runs here, not that of this folder"
        return Diagnosis("environment", finding, "`make report`, then `. .venv/bin/activate`")
    if Path(sys.prefix).resolve() == Path(".venv").resolve():
        return Diagnosis("environment", f".venv, Python {version}")
    finding = f"Python {version} outside the project's .venv"
    if Path(".venv/bin/python").exists():
        return Diagnosis("environment", finding, "`. .venv/bin/activate`")
    return Diagnosis("environment", finding, "`make report` creates it")


def diagnose_packages() -> Diagnosis:
    """Whether the installed packages are the pinned ones."""
    wrong = [
        f"{name} {found}, not {pinned}" for name, pinned, found in list_pins() if found != pinned
    ]
    if not wrong:
        return Diagnosis("packages", f"as pinned in {LOCK_FILE}")
    more = f" and {len(wrong) - SHOWN_NAMES} more" if len(wrong) > SHOWN_NAMES else ""
    fix = "`rm .venv/.installed && make report` installs the pinned ones"
    return Diagnosis("packages", "; ".join(wrong[:SHOWN_NAMES]) + more, fix)


def list_pins() -> Iterator[tuple[str, str, str]]:
    """Name, pinned and installed version of each package that this machine needs."""
    from importlib.metadata import PackageNotFoundError, version

    from packaging.requirements import Requirement

    from dipmaster.core import store

    for line in store.read_text(LOCK_FILE).splitlines():
        if line[:1].isspace() or "==" not in line:
            continue
        pin = Requirement(line.removesuffix("\\").strip())
        if pin.marker is not None and not pin.marker.evaluate():
            continue
        try:
            installed = version(pin.name)
        except PackageNotFoundError:
            installed = "absent"
        yield pin.name, str(pin.specifier).removeprefix("=="), installed


def diagnose_libraries() -> Diagnosis:
    """Whether the libraries that wheels do not bring are there."""
    import ctypes

    missing = []
    for name in LIBRARIES:
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(name)
    if missing:
        fix = "`sh profiles/setup.sh libraries` installs them"
        return Diagnosis("libraries", f"not there: {', '.join(missing)}", fix)
    return Diagnosis("libraries", "Pango, HarfBuzz and OpenMP are there")


def diagnose_processor() -> Diagnosis:
    """Whether it has what dvc.lock was made with; no fault where it has not."""
    from dipmaster.core.native import list_lacking

    lacking = list_lacking()
    if lacking == []:
        return Diagnosis("processor", "x86-64-v3, as dvc.lock was made")
    found = "instructions not known" if lacking is None else f"no {', '.join(lacking)}"
    return Diagnosis("processor", f"{found}: last digits, and so trades, may differ from dvc.lock")


def diagnose_files() -> Diagnosis:
    """Whether params, lock and metrics are those of the last commit."""
    from dipmaster.cli.restoring import list_overwritten
    from dipmaster.core import store

    paths = list_overwritten()
    gone = [path for path in paths if not path.is_file()]
    names = ", ".join(str(path) for path in paths)
    if gone:
        finding = f"a run did not end well: {', '.join(map(str, gone))} not there"
        again = "" if store.PARAMS_FILE in gone else ", or `make report` to run again"
        return Diagnosis("results", finding, f"`dipmaster restore`{again}")
    if paths and paths != [store.PARAMS_FILE]:
        return Diagnosis("results", f"not those of the last commit (`dipmaster restore`): {names}")
    edited = "; params.yaml was edited" if paths else ""
    return Diagnosis("results", f"those of the last commit{edited}")


def diagnose_running() -> Diagnosis:
    """Whether a stage is at work."""
    from dipmaster.cli.at_work import list_writing

    held = list_writing()
    if held:
        finding = f"at work, so outputs may change: {', '.join(held)}"
        return Diagnosis("stages", finding, "wait, or end it: `pgrep -af stages` lists it")
    return Diagnosis("stages", "none at work")


def diagnose_pipeline() -> Diagnosis:
    """Whether every stage is up to date."""
    import json
    import subprocess

    from dipmaster.cli.dvc_failure import explain_failure
    from dipmaster.cli.project import build_environment, find_program

    done = subprocess.run(
        [find_program("dvc"), "status", "--json"],
        env=build_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        failure = explain_failure(done.stderr)
        return Diagnosis("pipeline", failure.reason, failure.fix)
    return judge_status(json.loads(done.stdout))


def judge_status(status: dict[str, Any]) -> Diagnosis:
    """Whether what `dvc status` lists is a fault; a trial that was added to the record is none."""
    from dipmaster.core.catalog import TRIALS

    if status == {"report": [{"changed deps": {TRIALS.as_posix(): "modified"}}]}:
        finding = "every stage is up to date, but the report does not count the trials since"
        return Diagnosis("pipeline", f"{finding} ({TRIALS}); `make report` counts them")
    stages = sorted(status)
    if stages:
        return Diagnosis("pipeline", f"not up to date: {', '.join(stages)}", "`make report`")
    return Diagnosis("pipeline", "every stage is up to date")


CHECKS: tuple[Callable[[], Diagnosis], ...] = (
    diagnose_python,
    diagnose_packages,
    diagnose_libraries,
    diagnose_processor,
    diagnose_running,
    diagnose_files,
    diagnose_pipeline,
)
"""In the order in which they are printed; the slowest last."""
