"""What a change does, in Markdown: two commits, an experiment, nothing, and what is not there."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from dipmaster.cli import review, review_tables
from dipmaster.cli.differences import GateChange, find_differences
from dipmaster.cli.revisions import Revision
from dipmaster.core import catalog
from dipmaster.core.stage import TIMES_FILE
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.gates import GateRows
from dipmaster.results.serialisation import write_result
from tests.cli.conftest import (
    PHASES,
    Command,
    keep_experiment,
    run_git,
    scale_sharpe,
    set_param,
    write_lock,
)
from tests.made.gates import gates
from tests.made.selection import COUNTS, funnel
from tests.made.validation import validation

pytestmark = pytest.mark.slow

DATA, OTHER_DATA = "a" * 32, "b" * 32
FEWER = (*COUNTS[:-2], 170, 160)


def raise_sharpe(rows: GateRows) -> GateRows:
    """Phase 2 passes its Sharpe gate; nothing else differs."""
    return tuple(
        replace(row, value=3.1, low=1.4, high=4.75, verdict="PASS")
        if (row.phase, row.metric) == (2, "sharpe")
        else row
        for row in rows
    )


def trade_less(made: ValidationResults) -> ValidationResults:
    """The confirmation lets fewer pass; phase 2 has fewer trades and another verdict."""
    phase = made.phases["2"]
    fewer = replace(phase, verdict="PASS", counts=replace(phase.counts, trades=160))
    return replace(made, funnel=funnel(FEWER), phases={**made.phases, "2": fewer})


def change_all() -> None:
    """Params, bars, gates, phases and candidates of this folder become others."""
    set_param(Path(), "rule: dip ", "rule: capitulation ")
    write_lock(OTHER_DATA)
    write_result(trade_less(validation()), catalog.VALIDATE_METRICS)
    write_result(raise_sharpe(gates(*PHASES)), catalog.GATES)


@pytest.fixture(autouse=True)
def base(folder: Path) -> str:
    """A commit with a lock of a whole run; its hash."""
    write_lock(DATA)
    run_git(folder, "commit", "-qam", "lock")
    return run_git(folder, "rev-parse", "HEAD")


def sections(text: str) -> dict[str, str]:
    """Title to text; the beginning under the empty title."""
    first, *others = re.split(r"^### ", text, flags=re.MULTILINE)
    return {"": first} | {part.split("\n", 1)[0]: part.split("\n", 1)[1] for part in others}


def rows(section: str) -> list[list[str]]:
    """Cells of the rows of a table."""
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip().replace("\N{NO-BREAK SPACE}", " ") for cell in line.split(" | ")]
            for line in (line.strip("| ") for line in lines)]  # fmt: skip


def test_without_a_change_it_is_one_line(dipmaster: Command, base: str) -> None:
    for words in ([], ["HEAD"], ["--base", "HEAD", "--head", "main"]):
        done = dipmaster("review", *words)
        assert done.exit_code == 0
        assert len(done.stdout.splitlines()) == 1
        assert done.stdout.startswith("No change: ")
        assert base[:7] in done.stdout
        assert f"No overall verdict: {validation().verdict_reason}" in done.stdout


@pytest.mark.parametrize("path", [catalog.GATES, catalog.VALIDATE_METRICS, catalog.SUMMARY])
def test_one_other_figure_is_a_change(dipmaster: Command, folder: Path, path: Path) -> None:
    if path == catalog.GATES:
        write_result(scale_sharpe(gates(*PHASES), 9.5), path)
    elif path == catalog.VALIDATE_METRICS:
        write_result(replace(validation(), funnel=funnel(FEWER)), path)
    else:
        path.write_text("{}", encoding="utf-8")
    text = dipmaster("review").stdout
    assert not text.startswith("No change")
    assert f"`{path.as_posix()}`" in sections(text)["Metrics"]


def test_other_bars_with_the_same_figures_are_a_change(dipmaster: Command) -> None:
    write_lock(OTHER_DATA)
    parts = sections(dipmaster("review").stdout)
    assert "No gate changed." in parts["Gates"]
    assert rows(parts["Hashes"])[1] == ["`data/ingest` (ingest)", "`" + "a" * 12 + "`",
                                        "`" + "b" * 12 + "`"]  # fmt: skip


def test_two_commits(dipmaster: Command, folder: Path, base: str) -> None:
    change_all()
    run_git(folder, "commit", "-qam", "second")
    head = run_git(folder, "rev-parse", "HEAD")
    text = dipmaster("review", "--base", "HEAD~1", "--head", "HEAD").stdout
    assert text.startswith(f"## No overall verdict: {validation().verdict_reason}.")
    parts = sections(text)
    assert f"`HEAD` ({head[:7]}) compared with `HEAD~1` ({base[:7]})" in parts[""]
    assert "1 of 15 gates, 1 of them in the verdict; 1 param; 2 files of metrics." in parts[""]
    made = {row.metric: row for row in gates(2)}["sharpe"]
    assert made.value == 1.11
    assert rows(parts["Gates"]) == [
        ["2", "Sharpe", "◐ INCONCLUSIVE → ● PASS", "≥ 1.2", "1.11 (−0.60 to 2.70)",
         "3.10 (1.40 to 4.75)", "+1.99"]
    ]  # fmt: skip
    assert [row[:3] for row in rows(parts["Phases"])] == [
        ["2", "◐ INCONCLUSIVE → ● PASS", "171 → 160"]
    ]
    assert rows(parts["Changed params"]) == [["`signal.rule`", "`dip`", "`capitulation`"]]
    assert rows(parts["Hashes"])[0] == ["code (commit)", f"`{base[:12]}`", f"`{head[:12]}`"]
    assert "Seconds by stage" not in parts
    chart = parts["Gates with intervals and targets"]
    marked = [line for line in chart.splitlines() if line.endswith(("◐", "●"))]
    assert [(line[:4], line[-1]) for line in marked] == [("base", "◐"), ("head", "●")]


def test_the_example_of_the_docs_is_what_is_written(
    dipmaster: Command, folder: Path, project: Path, base: str
) -> None:
    """docs/review.md holds the review of these made figures, with hashes of its own."""
    change_all()
    keep_experiment(folder, "fewer")
    text = dipmaster("review", "fewer").stdout
    head = run_git(folder, "for-each-ref", "--format=%(objectname)", "refs/exps/**/fewer")
    for commit, shown in ((base, "1a2b3c4d5e6f"), (head, "6f5e4d3c2b1a")):
        text = text.replace(commit[:12], shown).replace(commit[:7], shown[:7])
    page = (project / "docs/review.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^````markdown\n(.*?)^````$", page, re.DOTALL | re.MULTILINE)
    assert text == example


def test_candidates_by_step(dipmaster: Command) -> None:
    change_all()
    title = "Candidates left after each step of the filter, out of sample"
    lines = sections(dipmaster("review").stdout)[title].splitlines()
    cells = {line[:24].strip(): line[24:].split() for line in lines if line[:1].isupper()}
    assert cells["Candidates"][:3] == ["4,502", "4,502", "0"]
    assert cells["Confirmation"][:3] == ["180", "170", "−10"]
    assert cells["Traded"][:3] == ["171", "160", "−11"]
    assert cells["Candidates"][3] == "█" * review_tables.BAR_WIDTH
    assert 1 <= len(cells["Traded"][3]) <= 2


def test_the_folder_against_a_commit_has_seconds_and_changed_code(
    dipmaster: Command, folder: Path
) -> None:
    change_all()
    (folder / "stages/new.py").touch()
    (folder / "dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
    TIMES_FILE.parent.mkdir(parents=True)
    times = "ingest   99.0 s  1 MB\nvalidate   12.5 s  900 MB\ningest   20.0 s   400 MB\n"
    TIMES_FILE.write_text(times, encoding="utf-8")
    parts = sections(dipmaster("review", "main").stdout)
    assert rows(parts["Hashes"])[0][2].endswith("and 2 changed files")
    lines = [line.split() for line in parts["Seconds by stage"].splitlines()]
    assert ["all", "32.5", "s"] in lines
    assert ["ingest", "20.0", "s", "█" * review_tables.BAR_WIDTH] in lines


def test_an_experiment_is_compared_with_the_last_commit(dipmaster: Command, folder: Path) -> None:
    change_all()
    keep_experiment(folder, "fewer")
    parts = sections(dipmaster("review", "fewer").stdout)
    assert "`fewer` (" in parts[""]
    assert "compared with `HEAD` (" in parts[""]
    assert rows(parts["Changed params"]) == [["`signal.rule`", "`dip`", "`capitulation`"]]
    back = sections(dipmaster("review", "--base", "fewer").stdout)
    assert rows(back["Changed params"]) == [["`signal.rule`", "`capitulation`", "`dip`"]]
    assert rows(back["Gates"])[0][-1] == "−1.99"


def test_out_writes_a_file_where_it_was_typed(
    dipmaster: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder / "stages")
    done = dipmaster("review", "--out", "review.md")
    assert done.stdout == ""
    written = (folder / "stages/review.md").read_text(encoding="utf-8")
    assert written == dipmaster("review").stdout


def test_in_a_whole_clone_nothing_is_to_be_fetched(dipmaster: Command) -> None:
    done = dipmaster("review", "nothing")
    assert done.exit_code == 1
    assert "expected an experiment, a commit" in done.stderr
    assert "unshallow" not in done.stderr


def test_other_markets_and_rules_are_not_compared_in_silence(dipmaster: Command) -> None:
    markets, rules = "**The bars differ:**", "**The candidates differ** (`signal.rule`):"
    change_all()
    text = dipmaster("review").stdout
    assert markets in text
    assert rules in text
    write_lock(DATA)
    text = dipmaster("review").stdout
    assert markets not in text
    assert rules in text
    set_param(Path(), "rule: capitulation ", "rule: dip ")
    write_lock(DATA)
    text = dipmaster("review").stdout
    assert not text.startswith("No change")
    assert rules not in text


@pytest.mark.parametrize("words", [["cap", "--base", "HEAD"], ["HEAD", "--head", "cap"]])
def test_a_name_beside_base_or_head_is_refused(dipmaster: Command, words: list[str]) -> None:
    done = dipmaster("review", *words)
    assert done.exit_code == 1
    assert f"found {words[0]} and {words[1]}" in done.stderr


def test_strange_params_stay_values_in_their_cells(dipmaster: Command, folder: Path) -> None:
    strange = "'a|b`c <img src=x> @all'"
    set_param(folder, "rule: dip ", f"rule: {strange} ")
    (row,) = rows(sections(dipmaster("review").stdout)["Changed params"])
    assert row[2] == r"`a\|b'c <img src=x> @all`"
    assert review_tables.escape("<b> [x](y) a|b @me") == (
        r"&lt;b&gt; \[x\](y) a\|b @" + "\N{ZERO WIDTH SPACE}me"
    )


def test_the_largest_review_is_below_the_limit(dipmaster: Command, folder: Path) -> None:
    """Every gate and a thousand params differ, with long values; what is left out is said."""
    change_all()
    many = "".join(f"  {'k' * 90}_{number}: '{'é|' * 300}'\n" for number in range(1000))
    with Path("params.yaml").open("a", encoding="utf-8") as params:
        params.write(f"more:\n{many}")
    write_result(scale_sharpe(gates(*PHASES), 9.5), catalog.GATES)
    text = dipmaster("review").stdout
    assert 10_000 < len(text) < review.MAX_CHARACTERS
    assert f"{1001 - review_tables.MAX_ROWS} more are not shown." in text


def test_sections_that_do_not_fit_are_named() -> None:
    made = [
        review.ReviewSection("", "verdict"),
        review.ReviewSection("A", "a" * 500),
        review.ReviewSection("B", "b"),
    ]
    assert review.fit(made, 2000).endswith("### B\n\nb")
    cut = review.fit(made, 400)
    assert cut == "verdict\n\nLeft out to stay below 400 characters: A; B."
    assert len(review.fit(made, 600)) < 600
    assert len(review.fit([replace(one, text=one.text * 10) for one in made], 600)) < 600


def test_a_change_that_print_does_not_show_is_no_zero() -> None:
    (row,) = (one for one in gates(2) if one.metric == "sharpe")
    assert row.value is not None
    tiny = GateChange(2, "sharpe", row, replace(row, value=row.value + 1e-6))
    same = GateChange(2, "sharpe", row, replace(row, low=-0.7))
    assert review_tables.show_delta(tiny) == "below rounding"
    assert review_tables.show_delta(same) == "0.00"
    assert review_tables.draw_gates([tiny]) == ""
    assert "phase 2, Sharpe" in review_tables.draw_gates([same])


def test_a_phase_that_one_revision_lacks(folder: Path, dipmaster: Command) -> None:
    write_result(validation(1), catalog.VALIDATE_METRICS)
    write_result(gates(0, 1), catalog.GATES)
    parts = sections(dipmaster("review").stdout)
    assert rows(parts["Phases"])[0][:3] == ["2", "◐ INCONCLUSIVE → not built", "171 → –"]
    assert len(rows(parts["Gates"])) == 5
    assert all(row[2].endswith("→ no gate") and row[-2:] == ["–", "–"]
               for row in rows(parts["Gates"]))  # fmt: skip


def test_a_file_that_one_revision_lacks_is_said(folder: Path) -> None:
    shutil.copy(catalog.GATES, catalog.EXITS_METRICS)
    found = find_differences(Revision("HEAD", run_git(folder, "rev-parse", "HEAD")),
                             Revision("workspace"))  # fmt: skip
    (only,) = found.files
    assert (only.path, only.differing) == (catalog.EXITS_METRICS, None)
    assert not found.are_none
