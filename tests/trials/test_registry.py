"""Lines are added where new, chained, and missed where git has them."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from dipmaster.core.errors import DataError, PipelineError
from dipmaster.results.serialisation import from_json, to_json
from dipmaster.results.trials import TrialIdentity, TrialOutcome, TrialRecord
from dipmaster.trials import count_trials, open_registry, register
from dipmaster.trials.history import NO_REPOSITORY, SHALLOW

FOLDER = Path("reports/trials")
FIRST = TrialIdentity(data="d" * 64, alternative="a", code="c", params="p")
PATH = FOLDER / f"{FIRST.data}.jsonl"
PROJECT = Path(__file__).parents[2]


def outcome(trades: str = "t") -> TrialOutcome:
    return TrialOutcome(
        verdict="FAIL", trades=3, win_rate=None, sharpe=0.123456789012, profit_factor=None,
        max_drawdown=0.25, net_return=0.0, trades_digest=trades,
    )  # fmt: skip


def other(name: str) -> TrialIdentity:
    return replace(FIRST, params=name)


def add(name: str, trades: str = "t") -> None:
    register(open_registry(FIRST.data), other(name), outcome(trades))


def git(*arguments: str) -> str:
    identity = ("-c", "user.name=x", "-c", "user.email=x@x.invalid")
    return subprocess.run(
        ["git", *identity, *arguments], check=True, capture_output=True, text=True
    ).stdout


def commit() -> str:
    git("add", "-A")
    git("commit", "-qm", "x")
    return git("rev-parse", "HEAD").strip()


@pytest.fixture
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def repository(plain: Path) -> Path:
    git("init", "-q", "-b", "main")
    attributes = (PROJECT / ".gitattributes").read_text(encoding="utf-8")
    Path(".gitattributes").write_text(attributes, encoding="utf-8")
    add("one")
    add("two")
    commit()
    return plain


def test_a_known_evaluation_adds_nothing(plain: Path) -> None:
    add("one", "t")
    before = PATH.read_bytes()
    add("one", "figures of another machine")
    assert PATH.read_bytes() == before
    add("two")
    assert PATH.read_bytes().startswith(before)
    assert len(PATH.read_text(encoding="utf-8").splitlines()) == 2


def test_the_text_of_a_line(plain: Path) -> None:
    """Figures as the store writes them; keys of older lines, in the same order."""
    add("one")
    (line,) = PATH.read_text(encoding="utf-8").splitlines()
    assert line == (
        f'{{"alternative": "a", "code": "c", "data": "{FIRST.data}", "found": {{"max_drawdown": '
        '0.25, "net_return": 0.0, "profit_factor": null, "sharpe": 0.123456789, "trades": 3, '
        '"trades_digest": "t", "verdict": "FAIL", "win_rate": null}, "params": "one", '
        '"previous": []}'
    )


def test_committed_lines_are_of_this_form() -> None:
    """Every one is read, and would be written again as it is."""
    for path in (PROJECT / FOLDER).glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            record = to_json(from_json(TrialRecord, json.loads(line), path.name))
            assert json.dumps(record, sort_keys=True) == line


@pytest.mark.parametrize("name", ["alternative", "code", "params"])
def test_whatever_an_evaluation_hangs_on_makes_another(plain: Path, name: str) -> None:
    register(open_registry(FIRST.data), FIRST, outcome())
    again = register(open_registry(FIRST.data), replace(FIRST, **{name: "x"}), outcome())
    assert len(again.lines) == 2


def test_what_is_counted(plain: Path) -> None:
    assert count_trials(open_registry(FIRST.data), FIRST).evaluations == 1
    assert not count_trials(open_registry(FIRST.data), FIRST).is_registered
    for name, trades in (("one", "t"), ("two", "t"), ("three", "u")):
        add(name, trades)
    count = count_trials(open_registry(FIRST.data), other("three"))
    assert (count.evaluations, count.outcomes, count.is_registered) == (3, 2, True)


def test_other_bars_have_a_file_of_their_own(plain: Path) -> None:
    add("one")
    elsewhere = replace(FIRST, data="e" * 64)
    assert register(open_registry(elsewhere.data), elsewhere, outcome()).path != PATH
    assert len(open_registry(FIRST.data).lines) == 1


@pytest.mark.parametrize("change", ["edited", "taken out", "moved"])
def test_a_broken_chain_is_an_error(plain: Path, change: str) -> None:
    for name in ("one", "two", "three"):
        add(name)
    lines = PATH.read_text(encoding="utf-8").splitlines()
    broken = {
        "edited": [lines[0].replace("FAIL", "PASS"), *lines[1:]],
        "taken out": [lines[0], lines[2]],
        "moved": [lines[1], lines[0], lines[2]],
    }[change]
    PATH.write_text("\n".join(broken) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"line \d: expected digests of lines before it.*\n.*Fix:"):
        open_registry(FIRST.data)


@pytest.mark.parametrize("text", ["no json", "{}", '{"previous": [], "data": 5}'])
def test_a_line_that_is_none_is_an_error(plain: Path, text: str) -> None:
    FOLDER.mkdir(parents=True)
    PATH.write_text(text + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"line 1: expected an evaluation as JSON"):
        open_registry(FIRST.data)


def test_lines_of_other_bars_are_refused(plain: Path) -> None:
    add("one")
    PATH.rename(FOLDER / "other.jsonl")
    with pytest.raises(DataError, match="expected an evaluation of these bars"):
        open_registry(FIRST.data)


def test_a_committed_line_that_is_missing_is_an_error(repository: Path) -> None:
    """The last line is named by no other: only git knows that it was there."""
    lines = PATH.read_text(encoding="utf-8").splitlines()
    PATH.write_text(lines[0] + "\n", encoding="utf-8")
    head = git("rev-parse", "HEAD")[:12]
    with pytest.raises(PipelineError, match=rf"one missing that commit {head} has.*\n.*checkout"):
        open_registry(FIRST.data)
    commit()
    with pytest.raises(PipelineError, match=f"commit {head} has"):
        open_registry(FIRST.data)
    git("checkout", head, "--", str(PATH))
    assert len(open_registry(FIRST.data).lines) == 2


def test_a_file_that_is_gone_is_an_error_whatever_bars_are_evaluated(repository: Path) -> None:
    PATH.unlink()
    with pytest.raises(PipelineError, match="found one missing"):
        open_registry("e" * 64)


def test_lines_of_both_branches_stay_and_the_next_names_both(repository: Path) -> None:
    git("checkout", "-qb", "side")
    add("side")
    commit()
    git("checkout", "-q", "main")
    add("here")
    commit()
    git("merge", "-q", "side", "-m", "x")
    registry = open_registry(FIRST.data)
    assert [one.params for one in registry.records] == ["one", "two", "here", "side"]
    add("after")
    assert len(json.loads(open_registry(FIRST.data).lines[-1])["previous"]) == 2
    assert registry.unchecked == ""


def test_a_line_lost_in_a_merge_is_an_error(repository: Path) -> None:
    git("checkout", "-qb", "side")
    add("side")
    commit()
    git("checkout", "-q", "main")
    git("merge", "-q", "--no-ff", "-s", "ours", "side", "-m", "x")
    with pytest.raises(PipelineError, match="found one missing"):
        open_registry(FIRST.data)


def test_what_could_not_be_checked_is_said(plain: Path) -> None:
    add("one")
    assert open_registry(FIRST.data).unchecked == NO_REPOSITORY


def test_a_shallow_clone_says_so(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("three")
    commit()
    clone = tmp_path_factory.mktemp("clones") / "shallow"
    git("clone", "-q", "--depth", "1", repository.as_uri(), str(clone))
    monkeypatch.chdir(clone)
    registry = open_registry(FIRST.data)
    assert registry.unchecked == SHALLOW
    assert len(registry.lines) == 3


def test_a_repository_around_the_project_is_not_asked(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The quick profile's copy lies in build/ of the project."""
    copy = repository / "build" / "quick"
    copy.mkdir(parents=True)
    monkeypatch.chdir(copy)
    assert open_registry(FIRST.data).unchecked == NO_REPOSITORY
    add("quick")
    monkeypatch.chdir(repository)
    assert "quick" not in PATH.read_text(encoding="utf-8")
