"""Every figure of the page on readings is what its arithmetic gives."""

import ast
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import yaml

from dipmaster.report.chapters.readings import view

OPERATORS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def entries() -> list[dict[str, Any]]:
    groups = yaml.safe_load(view.FILE.read_text(encoding="utf-8"))["groups"]
    return [entry for group in groups for entry in group["entries"]]


def value_of(expression: str) -> float:
    return worked_out(ast.parse(str(expression), mode="eval").body)


def worked_out(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return float(node.value)
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](worked_out(node.left), worked_out(node.right))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sqrt":
        return math.sqrt(worked_out(node.args[0]))
    raise ValueError(f"not plain arithmetic: {ast.dump(node)}")


CHECKS = [
    (entry, claim, expression)
    for entry in entries()
    for claim, expression in entry.get("checks", {}).items()
]


@pytest.mark.parametrize(("entry", "claim", "expression"), CHECKS)
def test_claims(entry: dict[str, Any], claim: str, expression: str) -> None:
    digits = len(claim.partition(".")[2])
    assert f"{value_of(expression):,.{digits}f}" == claim
    assert claim in entry["problem"] + entry["reading"] + entry["says"]


def test_entries_are_complete_and_text_only() -> None:
    for entry in entries():
        assert {"where", "says", "problem", "reading", "acts"} <= set(entry)
        assert set(entry) <= {"where", "says", "problem", "reading", "acts", "checks"}
        for key in ("where", "says", "problem", "reading", "acts"):
            assert isinstance(entry[key], str)
            assert entry[key].strip()


def test_a_profit_factor_below_one_has_a_negative_sharpe() -> None:
    """The contradiction of the column "Current", on many drawn ledgers."""
    rng = np.random.default_rng(3)
    for _ in range(200):
        net = rng.normal(rng.uniform(-0.5, 0.5), 1, 50)
        factor = net[net > 0].sum() / -net[net < 0].sum()
        assert (factor < 1) == (net.mean() / net.std() < 0)


def test_a_driftless_walk_wins_85_of_100_with_a_far_stop() -> None:
    """Between a target of 3 steps up and a stop of 17 down a fair walk wins 17 of 20 times."""
    win = np.zeros(21)
    win[20] = 1.0
    steps = np.zeros((21, 21))
    steps[0, 0] = steps[20, 20] = 1.0
    for place in range(1, 20):
        steps[place, place - 1] = steps[place, place + 1] = 0.5
    for _ in range(3000):
        win = steps @ win
    assert win[17] == pytest.approx(0.85, abs=1e-6)
    stop_in_targets = 17 / 3
    assert stop_in_targets == pytest.approx(5.67, abs=0.005)
    assert stop_in_targets * 0.8 == pytest.approx(4.5, abs=0.05)


def test_three_probabilities_differ_by_at_most_0_471() -> None:
    grid = np.linspace(0, 1, 21)
    triples = np.stack(np.meshgrid(grid, grid, grid), axis=-1).reshape(-1, 3)
    assert triples.std(axis=1).max() == pytest.approx(math.sqrt(2) / 3)


def test_a_flat_book_scores_19() -> None:
    sums = np.cumsum(np.full(20, 7))
    assert (100 * sums <= 95 * sums[-1]).sum() == 19
