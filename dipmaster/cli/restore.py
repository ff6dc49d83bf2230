"""Bring params, metrics and outputs back to the last commit."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dipmaster.cli.dvc_failure import DvcFailure


def restore(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    keep_params: Annotated[
        bool, typer.Option("--keep-params", help="Leave params.yaml as it is.")
    ] = False,
) -> None:
    """Bring params, metrics and data back to the last commit.

    For after a failed run or an experiment: params.yaml, dvc.lock, reports/metrics, and the data
    of dvc.lock. It lists what will be overwritten and asks first. Code, docs and data/raw are
    never touched; params.yaml as it was is kept under reports/local, and the record of trials
    stays. Refused while a run is at work in this folder.

    Example: dipmaster restore --yes
    """
    from dipmaster.cli.at_work import refuse_at_work
    from dipmaster.cli.restoring import (
        checkout_outputs,
        list_kept_trials,
        list_overwritten,
        restore_committed,
    )
    from dipmaster.core import store

    refuse_at_work()
    paths = [path for path in list_overwritten() if not (keep_params and path == store.PARAMS_FILE)]
    if paths:
        typer.echo("These differ from the last commit and will be brought back to it:")
        for path in paths:
            typer.echo(f"  {path}")
        if store.PARAMS_FILE in paths:
            describe_params()
        confirm(yes)
        backup = restore_committed(paths)
        if backup is not None:
            typer.echo(f"params.yaml as it was: {backup}")
    else:
        typer.echo("params.yaml, dvc.lock and metrics are those of the last commit.")
    report_outputs(checkout_outputs())
    for path in list_kept_trials():
        typer.echo(f"Kept: {path}, the record of what was evaluated since; commit it.")


def report_outputs(failure: "DvcFailure | None") -> None:
    """Say what came of the data.

    Raises
    ------
    PipelineError
        Where they could not be brought back although DVC has them.
    """
    from dipmaster.core.errors import PipelineError

    if failure is None:
        typer.echo("Data and report are those of dvc.lock.")
    elif failure.is_lacking:
        typer.echo(f"{failure.reason}: {failure.fix}.")
    else:
        raise PipelineError(
            "expected data and report of dvc.lock, found that DVC could not bring them back: "
            f"{failure.reason}.\n  Fix: {failure.fix}."
        )


def describe_params() -> None:
    """Print each value of params.yaml that will be lost, and the one it gives way to."""
    from dipmaster.cli.revisions import HEAD, Revision, find_revision, list_changes, read_params
    from dipmaster.core import store
    from dipmaster.core.errors import DipMasterError

    if not store.PARAMS_FILE.is_file():
        return
    try:
        now = read_params(Revision("workspace"))
    except DipMasterError as error:
        typer.echo(f"    values cannot be listed: {str(error).splitlines()[0]}")
        return
    for path, (committed, value) in list_changes(now, read_params(find_revision(HEAD))).items():
        typer.echo(f"    {path}: {value} becomes {committed}")


def confirm(yes: bool) -> None:
    """Ask; without a terminal to ask on, `--yes` is needed.

    Raises
    ------
    PipelineError
        Where nobody can be asked.
    """
    import sys

    from dipmaster.core.errors import PipelineError

    if yes:
        return
    if not sys.stdin.isatty():
        raise PipelineError(
            "expected an answer, found no terminal to ask on; nothing was changed.\n"
            "  Fix: `dipmaster restore --yes`."
        )
    typer.confirm("Go on?", abort=True)
