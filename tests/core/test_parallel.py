"""The number of workers changes only the time."""

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


def test_an_error_of_an_item_is_not_swallowed() -> None:
    def fail(x: int) -> int:
        raise ValueError(f"item {x}")

    with pytest.raises(ValueError, match="item 0"):
        parallel.map_in_threads(fail, [0], "fails")
