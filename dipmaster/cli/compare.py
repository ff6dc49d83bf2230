"""Experiments side by side: what was changed, and what came of it in each phase."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from dipmaster.cli.revisions import Findings, PhaseRow

FIGURES = {
    "mean_net_bps": "net bp",
    "profit_factor": "PF",
    "sharpe": "Sharpe",
    "max_drawdown": "drawdown",
}
"""Metric to heading: what is shown of a phase beside its verdict and its number of trades."""

COLUMNS = {
    "name": False,
    "changed params": False,
    "phase": True,
    "verdict": False,
    "trades": True,
    **dict.fromkeys(FIGURES.values(), True),
}
CHANGE_WIDTH = 32
"""Columns for a changed param in the table: its value must be seen, its sections need not."""
SORT_KEYS = ("name", "trades", *FIGURES)


def compare(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Experiments or commits; all experiments where none is given."),
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(help=f"Best first by one of: {', '.join(SORT_KEYS)} (of the last phase)."),
    ] = None,
    phase: Annotated[int | None, typer.Option(help="Show this phase alone.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown table.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, full precision.")] = False,
) -> None:
    """Show experiments side by side with the last commit.

    Example: dipmaster compare cap deep --sort sharpe --phase 2
    """
    if as_json and markdown:
        raise typer.BadParameter("choose one of --json and --markdown", param_hint="--json")
    findings, problems = read_all(names or [])
    rows = sort_findings([select_phase(one, phase) for one in findings], sort)
    base = findings[0].params
    if as_json:
        typer.echo(json.dumps([to_record(one, base) for one in rows], indent=2))
    elif markdown:
        typer.echo(to_markdown(rows, base))
    else:
        from dipmaster.cli.console import fit_words, make_console, print_whole

        console, table = make_console(), build_table(rows, base)
        fit_words(table, console.width, breaking=("name", "changed params"))
        print_whole(console, table)
    for problem in problems:
        typer.echo(f"left out: {problem}", err=True)


def read_all(names: Sequence[str]) -> tuple[list["Findings"], list[str]]:
    """Findings of HEAD first, then of the names; of all experiments where none is given.

    Returns
    -------
    findings, problems
        Without names an experiment that cannot be read is left out with the reason; with names
        it is an error.
    """
    from dipmaster.cli import git
    from dipmaster.cli.revisions import HEAD, Revision, find_revision, read_findings
    from dipmaster.core.errors import DipMasterError

    findings = [read_findings(find_revision(HEAD))]
    if names:
        others = (one for one in names if one != HEAD)
        return [*findings, *(read_findings(find_revision(one)) for one in others)], []
    problems = []
    for name, commit in git.list_experiments().items():
        try:
            findings.append(read_findings(Revision(name, commit)))
        except DipMasterError as error:
            problems.append(str(error))
    return findings, problems


def select_phase(findings: "Findings", phase: int | None) -> "Findings":
    """The same with one phase alone.

    Raises
    ------
    DataError
        Where that phase was not built.
    """
    from dataclasses import replace

    from dipmaster.core.errors import data_error

    if phase is None:
        return findings
    phases = tuple(row for row in findings.phases if row.phase == phase)
    if not phases:
        built = ", ".join(str(row.phase) for row in findings.phases)
        raise data_error(
            findings.revision.label, f"one of the phases {built}", str(phase), "name one of them"
        )
    return replace(findings, phases=phases)


def sort_findings(rows: Sequence["Findings"], key: str | None) -> list["Findings"]:
    """Best first by a figure of the last phase shown; what cannot be computed comes last.

    Raises
    ------
    DataError
        For a key that is none.
    """
    from dipmaster.core.errors import data_error
    from dipmaster.results.metrics import METRICS

    if key is None:
        return list(rows)
    if key not in SORT_KEYS:
        raise data_error("--sort", f"one of {', '.join(SORT_KEYS)}", key, "choose one of them")
    if key == "name":
        return sorted(rows, key=lambda one: one.revision.name)
    least_first = key in METRICS and METRICS[key].direction == "max"

    def rank(one: "Findings") -> tuple[bool, float]:
        value = figure(one.phases[-1], key)
        return (True, 0.0) if value is None else (False, value if least_first else -value)

    return sorted(rows, key=rank)


def figure(row: "PhaseRow", key: str) -> float | None:
    """A key figure of a phase."""
    if key == "trades":
        return row.trades
    return row.mean_net_bps if key == "mean_net_bps" else row.value(key)


def build_table(rows: Sequence["Findings"], base: Mapping[str, Any]) -> "Table":
    """A line a phase of each revision; name and changed params beside the first ones."""
    from dipmaster.cli.console import make_table

    table = make_table(COLUMNS)
    for one in rows:
        lines = list(build_lines(one, base))
        for number, (name, change, *figures) in enumerate(lines):
            table.add_row(name, shorten(change), *figures, end_section=number == len(lines) - 1)
    return table


def shorten(change: str) -> str:
    """`section.key=value` without its first sections where it is long: the value stays."""
    path, sign, value = change.partition("=")
    sections = path.split(".")
    while len(sections) > 1 and len(change) > CHANGE_WIDTH:
        del sections[0]
        change = f"\N{HORIZONTAL ELLIPSIS}{'.'.join(sections)}{sign}{value}"
    return change


def build_lines(findings: "Findings", base: Mapping[str, Any]) -> Iterable[list[str]]:
    """Cells of the lines of one revision; those of its phases, or more where more was changed."""
    changes = describe_changes(findings, base)
    name = findings.revision.name
    for number in range(max(len(findings.phases), len(changes))):
        change = changes[number] if number < len(changes) else ""
        figures = (
            build_cells(findings.phases[number])
            if number < len(findings.phases)
            else [""] * (len(COLUMNS) - 2)
        )
        yield [name if number == 0 else "", change, *figures]


def build_cells(row: "PhaseRow") -> list[str]:
    """Phase, verdict and figures in print."""
    from dipmaster.cli.console import format_metric
    from dipmaster.report.kit import numbers

    figures = [
        format_metric(key, figure(row, key)).split(numbers.NBSP + "bp")[0] for key in FIGURES
    ]
    return [str(row.phase), row.verdict, numbers.count(row.trades), *figures]


def describe_changes(findings: "Findings", base: Mapping[str, Any]) -> list[str]:
    """Each param that differs from the base, `section.key=value`."""
    from dipmaster.cli.revisions import list_changes

    changes = list_changes(findings.params, base)
    return [f"{path}={after}" for path, (_, after) in changes.items()]


def to_markdown(rows: Sequence["Findings"], base: Mapping[str, Any]) -> str:
    """The table as Markdown."""
    lines = [list(COLUMNS), ["---:" if number else "---" for number in COLUMNS.values()]]
    lines += [line for one in rows for line in build_lines(one, base)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def to_record(findings: "Findings", base: Mapping[str, Any]) -> dict[str, Any]:
    """One revision as JSON: values as the stages wrote them."""
    from dipmaster.cli.revisions import list_changes

    return {
        "name": findings.revision.name,
        "commit": findings.revision.commit,
        "changed_params": {
            path: after for path, (_, after) in list_changes(findings.params, base).items()
        },
        "verdict": findings.validation.verdict,
        "phases": [
            {"phase": row.phase, "verdict": row.verdict}
            | {key: figure(row, key) for key in ("trades", *FIGURES)}
            for row in findings.phases
        ],
    }
