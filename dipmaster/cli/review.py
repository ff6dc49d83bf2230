"""What a change does to verdicts, figures and data, as Markdown for a pull request."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dipmaster.cli.differences import Differences
    from dipmaster.cli.revisions import Findings, Revision

MAX_CHARACTERS = 65_000
"""GitHub refuses a comment of more than 65,536."""
CODE = (Path("dipmaster"), Path("stages"), Path("dvc.yaml"), Path("requirements.lock"))
"""What decides, beside params and data, which figures come out."""
SHOWN_PATHS = 5
"""Params and files that are named in a sentence."""


@dataclass(frozen=True)
class ReviewSection:
    """A part of a review; without a title, its beginning."""

    title: str
    text: str


def review(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A commit, compared with this folder; or an experiment, compared with the last "
            "commit. Without it: the last commit, compared with this folder."
        ),
    ] = None,
    base: Annotated[str | None, typer.Option(help="Compare with this (default: HEAD).")] = None,
    head: Annotated[
        str | None, typer.Option(help="What is reviewed (default: workspace, this folder).")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write to this file, not to the terminal.", resolve_path=True),
    ] = None,
) -> None:
    """Write what differs between two revisions, as Markdown.

    For a pull request: the verdict first, then phases, gates, params, candidates, metrics, hashes
    and seconds; one line where nothing differs.

    Example: dipmaster review main --out review.md
    """
    from dipmaster.cli.differences import find_differences
    from dipmaster.core import store

    text = to_markdown(find_differences(*choose_revisions(name, base, head)))
    if out is None:
        typer.echo(text)
    else:
        store.write_text(text + "\n", out)
        typer.echo(f"wrote {out}", err=True)


def choose_revisions(
    name: str | None, base: str | None, head: str | None
) -> tuple["Revision", "Revision"]:
    """Base and head.

    Raises
    ------
    DataError
        Where a name is that of no revision, or there are too many.
    """
    from dipmaster.cli import git
    from dipmaster.cli.revisions import HEAD, WORKSPACE, find_revision
    from dipmaster.core.errors import data_error

    if name is not None and (base is not None or head is not None):
        found = f"{name} and {'--base' if base else '--head'}"
        fix = "`--base A --head B` compares any two"
        raise data_error("review", "a name, or --base and --head", found, fix)
    if name is not None:
        base, head = (HEAD, name) if name in git.list_experiments() else (name, WORKSPACE)
    return find_revision(base or HEAD), find_revision(head or WORKSPACE)


def to_markdown(differences: "Differences") -> str:
    """The review, below `MAX_CHARACTERS`."""
    base, head = (one.revision for one in (differences.base, differences.head))
    if differences.are_none:
        return (
            f"No change: params, data and every committed figure of {quote(head)} are those of "
            f"{quote(base)}. {state_verdict(differences.head)}"
        )
    return fit(build_sections(differences))


def quote(revision: "Revision") -> str:
    """A revision by name and commit."""
    from dipmaster.cli.review_tables import code

    commit = f" ({revision.commit[:7]})" if revision.commit else ""
    return code(revision.name) + commit


def state_verdict(findings: "Findings") -> str:
    """The overall verdict in words."""
    from dipmaster.cli import show
    from dipmaster.cli.review_tables import escape

    return escape(show.state_verdict(findings.validation))


def build_sections(differences: "Differences") -> list[ReviewSection]:
    """Everything that differs, the verdict first."""
    from dipmaster.cli import review_tables as tables

    found = differences
    codes = [describe_code(one.revision) for one in (found.base, found.head)]
    steps = "Candidates left after each step of the filter, out of sample"
    listed = [
        ReviewSection("", open_review(found)),
        ReviewSection("Phases", tables.tabulate_phases(found.phases) if found.phases else ""),
        ReviewSection("Gates", f"{tables.tabulate_gates(found.gates)}\n\n{ON_BOUNDS}")
        if found.gates
        else ReviewSection("Gates", "No gate changed."),
        ReviewSection("Changed params", tables.tabulate_params(found) if found.params else ""),
        ReviewSection(steps, tables.draw_steps(found.steps) if found.steps else ""),
        ReviewSection("Gates with intervals and targets", tables.draw_gates(found.gates)),
        ReviewSection("Metrics", tables.tabulate_files(found) if found.files else ""),
        ReviewSection("Hashes", tables.tabulate_hashes(found, codes)),
        ReviewSection("Seconds by stage", describe_seconds(found.head.revision)),
    ]
    return [one for one in listed if one.text]


ON_BOUNDS = (
    "An interval is that of its own revision's value. Both revisions may hold the same trades, so "
    "none follows from them for the change: overlapping intervals do not show that nothing changed."
)


def open_review(differences: "Differences") -> str:
    """The verdict, the one before where it was another, warnings, and what differs in numbers."""
    base, head = differences.base, differences.head
    before, after = state_verdict(base), state_verdict(head)
    was = "As in the base." if before == after else f"In the base: {before}"
    warnings = warn_of_unrecorded(differences) + warn_of_other_trades(differences)
    names = f"{quote(head.revision)} compared with {quote(base.revision)}"
    return (
        f"## {after}\n\n{was}\n\n{warnings}{names}. What differs: {count_differences(differences)}."
    )


def count_differences(differences: "Differences") -> str:
    """How many gates, verdicts, params and files differ."""
    from dipmaster.learning.evaluation.minimum_data import count_of

    others = sum(one.has_other_verdict for one in differences.gates)
    return (
        f"{len(differences.gates)} of {count_of(differences.gates_judged, 'gates')}, {others} of "
        f"them in the verdict; {count_of(len(differences.params), 'params')}; "
        f"{count_of(len(differences.files), 'files')} of metrics"
    )


def warn_of_unrecorded(differences: "Differences") -> str:
    """That a revision's figures are not those of its dvc.lock; empty where they are."""
    from dipmaster.cli.review_tables import code

    revisions = (differences.base.revision, differences.head.revision)
    return "".join(
        f"**Params and figures of {quote(revision)} are not those of one run.** dvc.lock records "
        f"others for {', '.join(map(code, paths[:SHOWN_PATHS]))}"
        f"{' and more' if len(paths) > SHOWN_PATHS else ''}. Fix: `make report`.\n\n"
        for revision, paths in zip(revisions, differences.unrecorded, strict=True)
        if paths
    )


def warn_of_other_trades(differences: "Differences") -> str:
    """That figures of two markets or two rules stand side by side; empty where they do not."""
    from dipmaster.cli.review_tables import code

    bars = "**The bars differ:** both columns are figures of different markets.\n\n"
    paths = differences.candidate_params
    names = f"{', '.join(map(code, paths[:SHOWN_PATHS]))}{' ...' * (len(paths) > SHOWN_PATHS)}"
    rules = f"**The candidates differ** ({names}): both columns are figures of different rules.\n\n"
    return bars * differences.have_other_bars + rules * bool(paths)


def describe_code(revision: "Revision") -> str:
    """The commit of the code, and how many files of this folder are not those of it."""
    from dipmaster.cli import git
    from dipmaster.cli.revisions import HEAD
    from dipmaster.learning.evaluation.minimum_data import count_of

    if revision.commit is not None:
        return f"`{revision.commit[:12]}`"
    commit = f"`{git.run_git('rev-parse', HEAD)[:12]}`"
    files = len(git.list_changed(CODE)) + len(git.list_new(CODE))
    return f"{commit} and {count_of(files, 'changed files')}" if files else commit


def describe_seconds(revision: "Revision") -> str:
    """A bar a stage that ran last in this folder; of a commit nothing is on record."""
    from dipmaster.cli.review_tables import draw_seconds

    if revision.commit is not None:
        return ""
    seconds = read_seconds()
    note = "Of the stages that ran last in this folder, on this machine; nothing else is on record."
    return f"{note}\n\n{draw_seconds(seconds)}" if seconds else ""


def read_seconds() -> list[tuple[str, float]]:
    """Stage and seconds of the last runs; none where no stage ran here."""
    from dipmaster.core import store
    from dipmaster.core.stage import TIMES_FILE

    if not TIMES_FILE.is_file():
        return []
    rows = [line.split() for line in store.read_text(TIMES_FILE).splitlines() if line.strip()]
    return list({row[0]: float(row[1]) for row in rows}.items())


def fit(sections: Sequence[ReviewSection], limit: int = MAX_CHARACTERS) -> str:
    """As many sections, from the first on, as stay below the limit; the titles of the others."""
    kept = list(sections)
    while True:
        left_out = [one.title for one in sections[len(kept) :]]
        text = "\n\n".join(map(print_section, kept))
        if left_out:
            text += f"\n\nLeft out to stay below {limit:,} characters: {'; '.join(left_out)}."
        if len(text) < limit or len(kept) == 1:
            return text
        del kept[-1]


def print_section(section: ReviewSection) -> str:
    """Title and text."""
    return f"### {section.title}\n\n{section.text}" if section.title else section.text
