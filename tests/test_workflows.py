"""Workflows of the pull requests: who may write what, what is pinned, and what a stranger can do.

The script of comment.yml runs in node, where there is one, with a made event and a made server.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dipmaster.core.yaml_text import parse_yaml_file

FOLDER = Path(__file__).parents[1] / ".github/workflows"
FILES = sorted(FOLDER.glob("*.yml"))
PINNED = re.compile(r"actions/[a-z-]+@[0-9a-f]{40}")
PINNED_LINE = re.compile(r"uses: actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
HEAD = "c" * 40
ZERO = "\N{ZERO WIDTH SPACE}"


def read(name: str) -> Any:
    return parse_yaml_file(FOLDER / name, "correct it")


def list_steps(workflow: Any) -> list[Any]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def find_step(workflow: Any, action: str) -> Any:
    (step,) = (one for one in list_steps(workflow) if action in one.get("uses", ""))
    return step


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
class TestEveryWorkflow:
    """What holds for all of them."""

    def test_actions_are_pinned_by_hash(self, path: Path) -> None:
        used = [step["uses"] for step in list_steps(read(path.name)) if "uses" in step]
        assert used
        assert all(PINNED.fullmatch(one) for one in used)
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if "uses:" in line]
        assert len(lines) == len(used)
        assert all(PINNED_LINE.search(line) for line in lines)

    def test_nothing_of_an_event_is_put_into_a_program(self, path: Path) -> None:
        """GitHub pastes `${{ }}` into a script before it runs: a branch's name would run too."""
        for step in list_steps(read(path.name)):
            assert "${{" not in step.get("run", "")
            assert "${{" not in step.get("with", {}).get("script", "")

    def test_there_are_no_secrets_and_no_token_in_foreign_code(self, path: Path) -> None:
        assert "secrets" not in path.read_text(encoding="utf-8").replace("no secrets", "")
        assert "pull_request_target" not in read(path.name)["on"]
        for step in list_steps(read(path.name)):
            if "actions/checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False

    def test_every_job_ends(self, path: Path) -> None:
        assert all(job["timeout-minutes"] <= 90 for job in read(path.name)["jobs"].values())


def test_there_are_two() -> None:
    assert [path.name for path in FILES] == ["comment.yml", "report.yml"]


def test_what_runs_code_of_a_pull_request_can_only_read() -> None:
    workflow = read("report.yml")
    assert workflow["permissions"] == {"contents": "read"}
    assert set(workflow["on"]) == {"push", "pull_request"}
    assert set(workflow["jobs"]) == {"check", "test", "report"}
    for job in workflow["jobs"].values():
        assert "permissions" not in job
        assert "environment" not in job


def test_what_may_write_runs_no_code_of_a_pull_request() -> None:
    workflow = read("comment.yml")
    assert workflow["permissions"] == {}
    (job,) = workflow["jobs"].values()
    assert job["permissions"] == {"actions": "read", "pull-requests": "write"}
    assert all("run" not in step for step in job["steps"])
    used = [step["uses"].split("@")[0] for step in job["steps"]]
    assert used == ["actions/download-artifact", "actions/github-script"]


def test_the_two_agree_about_names() -> None:
    report, comment = read("report.yml"), read("comment.yml")
    assert comment["on"]["workflow_run"]["workflows"] == [report["name"]]
    (job,) = comment["jobs"].values()
    assert job["if"] == "github.event.workflow_run.event == 'pull_request'"
    uploaded = {
        step["with"]["name"]: step["with"]["path"]
        for step in list_steps(report)
        if "upload-artifact" in step.get("uses", "")
    }
    download = find_step(comment, "download-artifact")["with"]
    name = Path(uploaded[download["name"]]).name
    assert find_step(comment, "github-script")["env"]["REVIEW"] == f"{download['path']}/{name}"
    assert set(uploaded["phase-gate-report"].split()) == {
        "reports/phase_gate.pdf", "reports/phase_gate.html"
    }  # fmt: skip


def test_the_base_of_the_review_is_there() -> None:
    """HEAD^1 of the merge that GitHub makes needs two commits of history."""
    steps = read("report.yml")["jobs"]["report"]["steps"]
    assert steps[0]["with"]["fetch-depth"] == 2
    (step,) = (one for one in steps if one.get("name") == "review")
    assert "dipmaster review HEAD^1 --out build/review/review.md" in step["run"]
    assert "GITHUB_STEP_SUMMARY" in step["run"]


def test_a_review_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    """The shell of the step, with a program that fails in its place."""
    (step,) = (one for one in list_steps(read("report.yml")) if one.get("name") == "review")
    program = tmp_path / ".venv/bin/dipmaster"
    program.parent.mkdir(parents=True)
    program.write_text(
        "#!/bin/sh\necho 'dipmaster: error: no base' >&2\nexit 1\n", encoding="utf-8"
    )
    program.chmod(0o755)
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
        cwd=tmp_path, env={"PATH": "/usr/bin:/bin", "GITHUB_STEP_SUMMARY": "summary.md"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("::warning::")
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert summary == (tmp_path / "build/review/review.md").read_text(encoding="utf-8")
    assert summary == "## No review\n\n```text\ndipmaster: error: no base\n```\n"


def lint(*paths: Path) -> subprocess.CompletedProcess[str]:
    """Run actionlint, which passes the scripts to shellcheck: both are of the lock of `dev`."""
    programs = {}
    for name in ("actionlint", "shellcheck"):
        beside = Path(sys.executable).with_name(name)
        programs[name] = str(beside) if beside.is_file() else shutil.which(name)
        assert programs[name], f"no {name}. Fix: make test installs requirements-dev.lock"
    command = [programs["actionlint"], "-shellcheck", programs["shellcheck"], *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_actionlint_finds_nothing() -> None:
    done = lint(*FILES)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ("runs-on: ubuntu-24.04", "runs-on: ubuntu-2404", "[runner-label]"),
        ("contents: read", "contents: reading", "[permissions]"),
        ('"$GITHUB_STEP_SUMMARY"', "$GITHUB_STEP_SUMMARY", "[shellcheck]"),
    ],
)
def test_actionlint_finds_what_is_wrong(tmp_path: Path, right: str, wrong: str, rule: str) -> None:
    text = (FOLDER / "report.yml").read_text(encoding="utf-8")
    assert right in text
    (tmp_path / "report.yml").write_text(text.replace(right, wrong), encoding="utf-8")
    done = lint(tmp_path / "report.yml")
    assert done.returncode == 1
    assert rule in done.stdout


PROGRAM = """
const given = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const calls = [];
const note = (name) => async (what) => { calls.push({ name, ...what }); };
const pulls = { list: 'pulls' };
const issues = {
  listComments: 'comments', updateComment: note('update'), createComment: note('create'),
};
const github = {
  paginate: async (which, what) => { calls.push({ name: which, ...what }); return given[which]; },
  rest: { pulls, issues },
};
const core = { info() {}, warning(text) { calls.push({ name: 'warning', text }); } };
const context = { payload: { workflow_run: given.run }, repo: { owner: 'team', repo: 'dip' } };
const AsyncFunction = (async () => {}).constructor;
new AsyncFunction('github', 'core', 'context', 'require', given.script)(
  github, core, context, require,
).then(() => console.log(JSON.stringify(calls)));
"""


def comment(folder: Path, text: str | None, **given: Any) -> list[Any]:
    """What the script of comment.yml asks of the server, in order."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node: the script of comment.yml was not run")
    review = folder / "review.md"
    if text is not None:
        review.write_text(text, encoding="utf-8")
    run = {"head_branch": "idea", "head_sha": HEAD, "html_url": "https://run.invalid/1",
           "head_repository": {"owner": {"login": "stranger"}}}  # fmt: skip
    script = find_step(read("comment.yml"), "github-script")["with"]["script"]
    pull = {"number": 7, "head": {"sha": HEAD}}
    made = {"run": run, "pulls": [pull], "comments": [], "script": script} | given
    done = subprocess.run(
        [node, "-e", PROGRAM], input=json.dumps(made), env={"REVIEW": str(review)},
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    calls: list[Any] = json.loads(done.stdout)
    return calls


def test_the_comment_is_written_to_the_pull_request_of_the_event(tmp_path: Path) -> None:
    calls = comment(tmp_path, "## Verdict\n\n| a | b |\n| --- | ---: |\n| `x` | < 3 % |\n")
    assert [one["name"] for one in calls] == ["pulls", "comments", "create"]
    assert calls[0]["head"] == "stranger:idea"
    assert calls[2]["issue_number"] == 7
    body = calls[2]["body"]
    assert body.startswith("<!-- dipmaster review -->\nMade by [this run](https://run.invalid/1)")
    assert body.endswith("## Verdict\n\n| a | b |\n| --- | ---: |\n| `x` | < 3 % |\n")


def test_the_one_comment_is_written_anew_and_no_other(tmp_path: Path) -> None:
    marker = "<!-- dipmaster review -->\nold"
    comments = [
        {"id": 1, "user": {"login": "stranger"}, "body": marker},
        {"id": 2, "user": None, "body": None},
        {"id": 3, "user": {"login": "github-actions[bot]"}, "body": f"other {marker}"},
        {"id": 4, "user": {"login": "github-actions[bot]"}, "body": marker},
    ]
    calls = comment(tmp_path, "new", comments=comments)
    assert [(one["name"], one.get("comment_id")) for one in calls[2:]] == [("update", 4)]


@pytest.mark.parametrize(
    "pulls",
    [
        [],
        [{"number": 7, "head": {"sha": "d" * 40}}],
        [{"number": 7, "head": {"sha": HEAD}}, {"number": 8, "head": {"sha": HEAD}}],
    ],
    ids=["closed", "a newer commit", "two"],
)
def test_without_one_pull_request_nothing_is_written(tmp_path: Path, pulls: list[Any]) -> None:
    calls = comment(tmp_path, "text", pulls=pulls)
    assert [one["name"] for one in calls] == ["pulls"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("hello @team", f"hello @{ZERO}team"),
        ("&#64;team &commat;team", f"&amp;#{ZERO}64;team &amp;commat;team"),
        ("1 &lt; 2 &amp; 3", "1 &lt; 2 &amp; 3"),
        ("<img src=x> <!-- x --> </b>", f"<{ZERO}img src=x> <{ZERO}!-- x --> <{ZERO}/b>"),
        ("![a](https://x.y)", f"![a]{ZERO}(https:{ZERO}//x.y)"),
        ("[a][b]\n[b]: /x", f"[a]{ZERO}[b]\n[b]{ZERO}: /x"),
        ("www.x.y WWW.x.y", f"www{ZERO}.x.y WWW{ZERO}.x.y"),
        ("fixes #12, GH-12", f"fixes #{ZERO}12, GH{ZERO}-12"),
        ("a\u202eb\x1bc\x00d", "abcd"),
    ],
)
def test_text_of_a_stranger_is_no_markup(tmp_path: Path, text: str, written: str) -> None:
    assert comment(tmp_path, text)[-1]["body"].split("\n\n", 1)[1] == written


def test_a_review_of_the_project_stays_as_it_is(tmp_path: Path) -> None:
    """Nothing that `dipmaster review` writes itself is taken for an attack."""
    text = "## A\n\n| a → b | ≥ 1.2 | −0.60 to 2.70 |\n\n```text\nbase ├──●─┼┤ ◐\n```\n`x` (abc)"
    assert comment(tmp_path, text)[-1]["body"].endswith(f"\n\n{text}")


def test_a_long_review_is_cut_and_a_huge_one_refused(tmp_path: Path) -> None:
    body = comment(tmp_path, "é@" * 60_000)[-1]["body"]
    assert 64_000 < len(body) <= 65_000
    assert body.endswith("Cut here: the whole is in the summary of the run.")
    assert comment(tmp_path, "x" * 300_000)[-1]["name"] == "warning"


def test_a_link_in_place_of_the_review_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("of the machine", encoding="utf-8")
    (tmp_path / "review.md").symlink_to(tmp_path / "other")
    assert [one["name"] for one in comment(tmp_path, None)] == ["pulls", "warning"]
    (tmp_path / "review.md").unlink()
    assert [one["name"] for one in comment(tmp_path, None)] == ["pulls", "warning"]
