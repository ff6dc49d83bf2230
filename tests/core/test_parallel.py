"""The number of workers changes only the time."""

import os
import signal
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from dipmaster.core import parallel
from dipmaster.core.errors import PipelineError


@pytest.mark.parametrize("workers", ["1", "2", "3"])
def test_results_come_in_the_order_of_the_items(
    workers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIPMASTER_WORKERS", workers)
    assert parallel.map_in_threads(lambda x: x * x, range(20), "squares") == [
        x * x for x in range(20)
    ]


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5"])
def test_a_wrong_number_of_workers_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIPMASTER_WORKERS", text)
    with pytest.raises(PipelineError, match=r"(?s)whole number of 1 or more, found .*Fix:"):
        parallel.count_workers()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_forks_have_what_is_here_and_send_results_back_in_order(
    workers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIPMASTER_WORKERS", workers)
    here, parent = {k: str(k) for k in range(5)}, os.getpid()
    done = parallel.map_in_forks(lambda k: (here[k], os.getpid() == parent), list(here))
    assert [text for text, _ in done] == list(here.values())
    assert all(same == (workers == "1") for _, same in done)


def test_a_fork_maps_alone_and_shows_no_progress(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its siblings use the other cores; a terminal would get several bars at once."""
    monkeypatch.setenv("DIPMASTER_WORKERS", "2")
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes standard error for a terminal

    def map_inside() -> tuple[int, list[int]]:
        squares = parallel.map_in_threads(lambda x: x * x, range(3), "squares")
        return parallel.count_workers(), squares

    assert parallel.call_in_forks([map_inside, map_inside]) == [(1, [0, 1, 4])] * 2
    assert "squares" not in capfd.readouterr().err
    assert parallel.count_workers() == 2


def test_a_fork_that_is_killed_is_an_error_and_no_endless_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DIPMASTER_WORKERS", "2")
    parent = os.getpid()

    def die(item: int) -> None:
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(PipelineError, match=r"(?s)killed .*Fix: .*DIPMASTER_WORKERS=1"):
        parallel.map_in_forks(die, [1, 2, 3])


def test_a_worker_process_that_is_killed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIPMASTER_WORKERS", "2")
    with pytest.raises(PipelineError, match=r"(?s)killed .*Fix: .*DIPMASTER_WORKERS=1"):
        parallel.map_in_processes(kill_own_process, [signal.SIGKILL] * 3, "killed")


def kill_own_process(number: int) -> None:
    """At the module's level, where a process that is no copy finds it."""
    os.kill(os.getpid(), number)


class _TwoWordError(Exception):
    """Cannot be read back in another process: it wants two arguments."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


def test_an_error_that_cannot_be_handed_over_keeps_its_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DIPMASTER_WORKERS", "2")

    def fail(item: int) -> None:
        raise _TwoWordError("no", "luck")

    with pytest.raises(BrokenProcessPool) as caught:
        parallel.map_in_forks(fail, [1, 2])
    assert "second" in str(caught.value.__cause__)


def test_after_an_error_no_further_item_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIPMASTER_WORKERS", "2")

    def begin(item: int) -> None:
        (tmp_path / str(item)).touch()
        if item == 0:
            raise ValueError("item 0")
        time.sleep(0.05)

    with pytest.raises(ValueError, match="item 0"):
        parallel.map_in_forks(begin, range(200))
    assert len(list(tmp_path.iterdir())) < 100


def test_an_error_in_a_fork_is_raised_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIPMASTER_WORKERS", "2")

    def refuse(item: int) -> int:
        raise PipelineError(f"item {item}.\n  Fix: none.")

    with pytest.raises(PipelineError, match=r"item \d"):
        parallel.map_in_forks(refuse, [1, 2])


def test_an_error_of_an_item_is_not_swallowed() -> None:
    def fail(x: int) -> int:
        raise ValueError(f"item {x}")

    with pytest.raises(ValueError, match="item 0"):
        parallel.map_in_threads(fail, [0], "fails")
