"""The last verdict, and what it rests on, in one screen."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dipmaster.cli.revisions import Findings, PhaseRow
    from dipmaster.results.evaluation.record import ValidationResults

FIRST_ROWS = ("win_rate", "excess_win_rate", "profit_factor", "sharpe", "max_drawdown")
"""Gates in this order; others follow."""


def show(
    name: Annotated[
        str | None,
        typer.Argument(help="An experiment or commit; this folder where none is given."),
    ] = None,
) -> None:
    """Show the last verdict, key figures and the report's path.

    Figures that differ from those of the last commit are shown beside them.

    Example: dipmaster show
    """
    from dipmaster.cli.at_work import refuse_unfinished
    from dipmaster.cli.console import make_console
    from dipmaster.cli.project import refuse_empty, require_params
    from dipmaster.cli.revisions import WORKSPACE, find_revision, read_findings

    refuse_empty(name, "NAME")
    name = None if name == WORKSPACE else name
    if name is None:
        require_params()
        refuse_unfinished()
    findings = read_findings(find_revision(name or WORKSPACE))
    committed = read_committed()
    console = make_console()
    console.print(state_verdict(findings.validation))
    for sentence in recommend_in_words(findings):
        console.print(sentence)
    print_figures(findings, committed)
    report, following = locate_report(findings), suggest_next(findings, committed)
    for start, text in (("report: ", report), ("next:   ", following)):
        if text is not None:
            console.print(f"{start}{text}", soft_wrap=True)


def state_verdict(validation: "ValidationResults") -> str:
    """The overall verdict, or that there is none, in the words of page one."""
    from dipmaster.report.kit.gates import roadmap_phases

    is_complete = set(roadmap_phases(validation.built_phases)) <= set(validation.built_phases)
    start = f"Overall verdict: {validation.verdict}" if is_complete else "No overall verdict"
    return f"{start}: {validation.verdict_reason}."


def locate_report(findings: "Findings") -> str | None:
    """Path of the PDF in this folder; that of an experiment lies in DVC's cache.

    None for a commit that is no experiment: DVC cannot apply it.
    """
    from dipmaster.cli.revisions import is_experiment
    from dipmaster.core import catalog

    if is_experiment(findings.revision):
        return f"`dvc exp apply {findings.revision.name}` brings it into this folder"
    if findings.revision.commit is not None:
        return None
    return (
        str(catalog.PDF.resolve()) if catalog.PDF.is_file() else "not there, `make report` makes it"
    )


def recommend_in_words(findings: "Findings") -> list[str]:
    """A sentence a phase, as on page one of the report."""
    from dipmaster.core.params import Params
    from dipmaster.report.recommendation import recommend

    gates = Params.parse(findings.params, ("gates",)).gates
    recommended = recommend(findings.validation, findings.gates, gates)
    return [one.sentence for one in recommended]


def read_committed() -> "Findings | None":
    """Findings of the last commit; None where it has none that this version can read.

    Nothing is said where the folder is no part of a commit, as that of `make report PROFILE=quick`.
    """
    from dipmaster.cli import git
    from dipmaster.cli.revisions import HEAD, find_revision, read_findings
    from dipmaster.core import store
    from dipmaster.core.errors import DipMasterError

    if not git.is_tracked(store.PARAMS_FILE):
        return None
    try:
        return read_findings(find_revision(HEAD))
    except DipMasterError as error:
        typer.echo(f"no comparison with the last commit: {error}", err=True)
        return None


def list_rows() -> list[str]:
    """Keys of the metrics that are shown: every gate, then the mean net return per trade."""
    from dipmaster.results.metrics import GATES, MEAN_NET_BPS

    return [*dict.fromkeys((*FIRST_ROWS, *(one.key for one in GATES))), MEAN_NET_BPS.key]


def print_figures(findings: "Findings", committed: "Findings | None") -> None:
    """A row a figure, a column a phase; below it what the last commit has, where it differs.

    Figures break into lines where phases are many, the names of the rows where even that does
    not do; neither inside a word.
    """
    from dipmaster.cli.console import fit_words, make_console, make_table, print_whole
    from dipmaster.results.metrics import METRICS

    phases = findings.phases
    before = {row.phase: row for row in committed.phases} if committed else {}
    table = make_table({"": False} | {f"phase {row.phase}": True for row in phases})
    for column in table.columns:
        column.no_wrap = False
    table.add_row("Verdict", *(row.verdict for row in phases))
    table.add_row("Trades", *(cell("trades", row, before.get(row.phase)) for row in phases))
    for key in list_rows():
        cells = (cell(key, row, before.get(row.phase)) for row in phases)
        table.add_row(METRICS[key].title, *cells)
    console = make_console()
    fit_words(table, console.width)
    print_whole(console, table)


def cell(key: str, row: "PhaseRow", before: "PhaseRow | None") -> str:
    """A figure with its target, and the last commit's where that differs."""
    now = text_of(key, row)
    gate = row.gates.get(key)
    if gate is not None:
        from dipmaster.report.kit import numbers
        from dipmaster.results.metrics import METRICS

        target = numbers.target(gate.target, METRICS[key].number_format, gate.direction)
        now = f"{now} ({target})"
    was = text_of(key, before) if before else None
    return now if was is None or was == text_of(key, row) else f"{now}\nwas {was}"


def text_of(key: str, row: "PhaseRow") -> str:
    """A figure in print."""
    from dipmaster.cli.compare import figure
    from dipmaster.cli.console import format_metric
    from dipmaster.report.kit import numbers

    value = figure(row, key)
    return numbers.count(value) if key == "trades" else format_metric(key, value)


def suggest_next(findings: "Findings", committed: "Findings | None") -> str | None:
    """The command that most users need now; None for HEAD, which would be compared with itself."""
    from dipmaster.cli.revisions import HEAD, list_changes
    from dipmaster.core import catalog

    if findings.revision.name == HEAD:
        return None
    if findings.revision.commit is not None:
        return f"`dipmaster compare {findings.revision.name}`"
    if not catalog.PDF.is_file():
        return "`make report`"
    changes: Sequence[str] = (
        list(list_changes(findings.params, committed.params)) if committed else []
    )
    if changes:
        return (
            f"{', '.join(changes)} differ{'s' if len(changes) == 1 else ''} from the last commit: "
            "`dipmaster compare`, "
            "`dipmaster restore` to go back, or `git commit` to keep"
        )
    return (
        f"`dipmaster trades --phase {findings.phases[-1].phase} --worst 10`, or `dipmaster compare`"
    )
