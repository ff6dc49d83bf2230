"""Run the pipeline as an experiment of DVC; a run that fails leaves things as they were."""

import re
import signal
import subprocess
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from dipmaster.core.errors import PipelineError

if TYPE_CHECKING:
    from pathlib import Path

    from dipmaster.cli.dvc_failure import DvcFailure
    from dipmaster.cli.ending import Ending


class InterruptedRunError(PipelineError):
    """Ctrl-C ended the run."""

    exit_code: ClassVar[int] = 128 + signal.SIGINT


class TerminatedRunError(PipelineError):
    """Another program ended the run, as a time limit does."""

    exit_code: ClassVar[int] = 128 + signal.SIGTERM


class HungUpRunError(PipelineError):
    """The terminal of the run was closed."""

    exit_code: ClassVar[int] = 128 + signal.SIGHUP


NAME = re.compile(r"[A-Za-z0-9](?:[\w-]|\.(?!\.|$|lock$))*", re.ASCII)
"""Of an experiment, which DVC keeps as a reference of git."""

ENDED_EARLY = (InterruptedRunError, TerminatedRunError, HungUpRunError)


def run(
    values: Annotated[
        list[str] | None,
        typer.Option("--set", "-S", metavar="KEY=VALUE", help="A param and its value; repeat it."),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", "-n", help="Name to find it by.")] = None,
    message: Annotated[str | None, typer.Option("--message", "-m", help="What it is for.")] = None,
    queue: Annotated[
        bool, typer.Option("--queue", help="Only note it down; `dvc queue start` runs all.")
    ] = False,
    temp: Annotated[
        bool, typer.Option("--temp", help="Run in a copy; this folder stays as it is.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", "-f", help="Replace an experiment of that name.")
    ] = False,
) -> None:
    """Run the whole pipeline at once, unasked, as an experiment.

    Without options too, under a random name. DVC keeps the experiment. Params and history are
    checked before anything is written. Without --temp the result stays in this folder: `dipmaster
    restore` brings the last commit back.

    Example: dipmaster run --set signal.rule=capitulation --name cap -m "deep falls only"
    """
    from dipmaster.cli import git

    overrides = values or []
    check_request(overrides, name, queue, force)
    report_inherited(overrides)
    before = git.list_experiments()
    options = build_options(overrides, name, message)
    options += [f"--{word}" for word, on in zip(("queue", "temp", "force"), (queue, temp, force),
                                                strict=True) if on]  # fmt: skip
    if queue or temp:
        run_apart(options)
    else:
        run_here(options)
    report_result(before, queue, temp)


def check_request(overrides: Sequence[str], name: str | None, queue: bool, force: bool) -> None:
    """Refuse what would fail later: params, history, a name that is taken.

    Raises
    ------
    ParamsError, DataError, PipelineError
        Before anything was written.
    """
    from dipmaster.cli import git
    from dipmaster.cli.check import check_all
    from dipmaster.cli.overrides import expand_sweeps, refuse_sweeps

    if name is not None:
        check_name(name)
    sweeps = expand_sweeps(overrides)
    for sweep in sweeps if queue else refuse_sweeps(sweeps):
        check_all(sweep)
    if name in git.list_experiments() and not force:
        raise PipelineError(
            f"--name: expected a new name, found an experiment '{name}'.\n"
            f"  Fix: choose another name, or replace it with --force."
        )


def check_name(name: str) -> None:
    """Refuse a name that is none, or that already means a commit or this folder.

    Raises
    ------
    DataError
        With what it would be taken for.
    """
    from dipmaster.cli import git
    from dipmaster.cli.revisions import WORKSPACE
    from dipmaster.core.errors import data_error

    if not NAME.fullmatch(name):
        expected = (
            "letters, digits, dots, dashes and underscores, a letter or digit first, no two dots "
            "together, no dot or `.lock` at the end"
        )
        raise data_error("--name", expected, f"'{name}'", "choose another name")
    if name == WORKSPACE or git.resolve_commit(name):
        found = "that of this folder" if name == WORKSPACE else "a branch, tag or commit"
        raise data_error("--name", f"a new name, not '{name}'", found, "choose another name")


def report_inherited(overrides: Sequence[str]) -> None:
    """Say which params the experiment has from this folder, not from `--set` or the last commit."""
    from dipmaster.cli import git
    from dipmaster.cli.revisions import HEAD, WORKSPACE, Revision, list_changes, read_params
    from dipmaster.core import store

    if not git.is_tracked(store.PARAMS_FILE):
        return
    here = read_params(Revision(WORKSPACE))
    committed = read_params(Revision(HEAD, git.resolve_commit(HEAD)))
    given = {override.partition("=")[0].lstrip("+~") for override in overrides}
    inherited = [
        f"{path}={after}"
        for path, (_, after) in list_changes(here, committed).items()
        if path not in given
    ]
    if inherited:
        typer.echo(
            f"note: this folder's params.yaml already has {', '.join(inherited)}, and so will the "
            "experiment; `dipmaster restore` first starts from the last commit.",
            err=True,
        )


def build_options(overrides: Sequence[str], name: str | None, message: str | None) -> list[str]:
    """Options of `dvc exp run`."""
    options = [word for override in overrides for word in ("-S", override)]
    options += ["--name", name] if name else []
    return options + (["--message", message] if message else [])


def run_apart(options: Sequence[str]) -> None:
    """Queue, or run in a copy.

    Raises
    ------
    PipelineError
        Where it fails; this folder is untouched.
    """
    from dipmaster.cli.ending import Ending

    with Ending() as ending:
        code = call_dvc(options, ending)
    if code != 0:
        raise choose_error(code)(
            "the experiment failed, its messages are above; this folder is untouched.\n"
            "  Fix: what the stage names, then run it again."
        )


def run_here(options: Sequence[str]) -> None:
    """Run in the project's folder; whatever ends the run early, take back what it wrote.

    Raises
    ------
    PipelineError
        Where it fails, or where another run is at work here.
    """
    from dipmaster.cli.at_work import refuse_at_work
    from dipmaster.cli.dvc_failure import RESTORE
    from dipmaster.cli.ending import Ending
    from dipmaster.cli.restoring import checkout_outputs, put_back, take_snapshot

    refuse_at_work()
    with Ending() as ending:  # to the end: what is put back is put back whole
        snapshot = take_snapshot()
        code = call_dvc(options, ending)
        if code == 0:
            return
        try:
            changed = put_back(snapshot)
            failure = checkout_outputs(retry=f"`{RESTORE} --keep-params`")
        except OSError as error:
            raise choose_error(code)(describe_half_restored(error)) from error
    raise choose_error(code)(describe_restored(changed, failure))


def describe_restored(changed: Sequence["Path"], failure: "DvcFailure | None") -> str:
    """What was put back after a run that failed, and what could not be."""
    files = ", ".join(str(path) for path in changed) or "nothing had changed"
    start = f"the run failed, its messages are above; put back as before it: {files}"
    if failure is None:
        return f"{start}.\n  Fix: what the stage names, then run it again."
    return (
        f"{start}; data and report are not: {failure.reason}.\n"
        f"  Fix: {failure.fix}; then what the stage names, and run it again."
    )


def describe_half_restored(error: OSError) -> str:
    """That what a failed run wrote could not be put back, and how it will be."""
    from dipmaster.cli.unwritable import name_time

    cause = error.strerror or str(error)
    where = f"{error.filename}: " if error.filename else ""
    return (
        "the run failed, its messages are above; what it wrote could not all be put back: "
        f"{where}{cause}.\n"
        f"  Fix: {name_time(cause)}, `dipmaster restore` brings params, metrics and data of the "
        "last commit back."
    )


def call_dvc(options: Sequence[str], ending: "Ending") -> int:
    """Exit code of `dvc exp run`; 128 and its number where a signal ended it."""
    return ending.wait_for(start_dvc(options))


def start_dvc(options: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Start `dvc exp run` in a process group of its own; its output goes to the terminal."""
    from dipmaster.cli.project import build_environment, find_program

    command = [find_program("dvc"), "exp", "run", *options]
    return subprocess.Popen(command, env=build_environment(), process_group=0)


def choose_error(code: int) -> type[PipelineError]:
    """What a run that did not end well raises."""
    return {one.exit_code: one for one in ENDED_EARLY}.get(code, PipelineError)


def report_result(before: dict[str, str], queue: bool, temp: bool) -> None:
    """Print what came of it, or how to go on."""
    from dipmaster.cli import git
    from dipmaster.cli.compare import compare
    from dipmaster.cli.show import show

    if queue:
        typer.echo(
            "Next: `dvc queue start`, `dvc queue status` until they are done, then `dipmaster "
            "compare`, or `dipmaster show NAME`."
        )
        return
    if not temp:
        show()
        return
    after = git.list_experiments()
    made = [name for name, commit in after.items() if before.get(name) != commit]
    for name in made:
        show(name)
    compare(made)
