"""The rule of credit, and the shuffles behind it."""

from dataclasses import replace

import numpy as np
import pytest

from dipmaster.altdata.layer import judge_credit
from dipmaster.altdata.layer.permutations import draw_orders, mean_log_loss
from dipmaster.results.altdata import FeedPermutation, ScoreComparison
from dipmaster.results.common import Interval
from tests.made.alternative_data import record
from tests.made.params import read_params

PARAMS = read_params("alternative_data").alternative_data.model.evaluation


def measured(value: float | None = 0.0013, n: int = 6243, blocks: int = 18) -> ScoreComparison:
    comparison = record().comparison
    assert comparison is not None
    bounds = (None, None) if value is None else (value - 0.003, value + 0.003)
    change = Interval(value, *bounds, "" if value is not None else "no bounds")
    return replace(comparison, n=n, blocks=blocks, improvement=change)


def shuffled(p_value: float | None) -> tuple[FeedPermutation, ...]:
    return tuple(
        replace(one, p_value=p_value if one.feed == "all" else 0.01)
        for one in record().permutations
    )


@pytest.mark.parametrize(
    ("comparison", "p_value", "verdict"),
    [
        (measured(), 0.01, "credited"),
        (measured(), PARAMS.alpha, "credited"),
        (measured(), 0.03, "not credited"),
        (measured(-0.0001), 0.01, "not credited"),
        (measured(0.0), 0.01, "not credited"),
        (measured(n=PARAMS.min_candidates - 1), 0.01, "insufficient data"),
        (measured(blocks=PARAMS.min_blocks - 1), 0.01, "insufficient data"),
        (measured(None), 0.01, "insufficient data"),
        (measured(), None, "insufficient data"),
        (None, None, "insufficient data"),
    ],
)
def test_both_conditions_have_to_hold(
    comparison: ScoreComparison | None, p_value: float | None, verdict: str
) -> None:
    found = judge_credit("partial", comparison, shuffled(p_value), "too few", PARAMS)
    assert found.verdict == verdict
    assert found.reason


def test_no_data_is_never_credited() -> None:
    found = judge_credit("no data", measured(), shuffled(0.01), "", PARAMS)
    assert (found.verdict, found.reason) == (
        "insufficient data", "no data: no source has a channel",
    )  # fmt: skip


def test_blocks_stay_together_and_nothing_is_lost() -> None:
    block = np.array([3, 3, 3, 7, 9, 9])
    orders = draw_orders(block, np.random.SeedSequence(1), 50)
    runs = {(0, 1, 2), (3,), (4, 5)}
    for order in orders:
        assert sorted(order.tolist()) == list(range(6))
        text = ",".join(map(str, order.tolist()))
        assert all(",".join(map(str, run)) in text for run in runs)
    assert len({tuple(order.tolist()) for order in orders}) == 6
    again = draw_orders(block, np.random.SeedSequence(1), 50)
    assert all(np.array_equal(a, b) for a, b in zip(orders, again, strict=True))


def test_one_block_cannot_be_shuffled() -> None:
    assert draw_orders(np.zeros(5, np.int64), np.random.SeedSequence(1), 9) == ()


def test_log_loss_by_hand() -> None:
    loss = mean_log_loss(np.array([0.8, 0.5]), np.array([1.0, 0.0]))
    assert loss == pytest.approx(-(np.log(0.8) + np.log(0.5)) / 2)
