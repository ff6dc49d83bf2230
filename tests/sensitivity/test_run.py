"""The whole of sensitivity.json: same for any number of workers, and signs that agree."""

import dataclasses
import math
from collections.abc import Iterator
from typing import Any

import pytest

from dipmaster.results.sensitivity import Performance, SensitivityResults
from dipmaster.results.serialisation import from_json, to_json
from dipmaster.sensitivity import measure_sensitivity
from tests.made import sensitivity
from tests.sensitivity.conftest import Run

pytestmark = pytest.mark.slow


def parts(value: Any) -> Iterator[Any]:
    """Every dataclass in a result, however deep."""
    if dataclasses.is_dataclass(value):
        yield value
        for field in dataclasses.fields(value):
            yield from parts(getattr(value, field.name))
    elif isinstance(value, dict):
        for one in value.values():
            yield from parts(one)
    elif isinstance(value, tuple):
        for one in value:
            yield from parts(one)


def sign(value: float) -> int:
    return 0 if abs(value) < 1e-9 else int(math.copysign(1, value))


def disagreements(results: SensitivityResults) -> list[Any]:
    """Accounts and parts whose profit factor less 1 has not the sign of the net profit."""
    found = []
    for one in parts(results):
        factor = getattr(one, "profit_factor", None)
        value = factor.value if hasattr(factor, "value") else factor
        if value is not None and sign(value - 1.0) != sign(one.net_pnl):
            found.append(one)
    return found


def test_the_profit_factor_is_above_one_where_money_was_made(run: Run) -> None:
    accounts = [one for one in parts(run.results) if isinstance(one, Performance)]
    assert len(accounts) > 200
    assert disagreements(run.results) == []
    assert disagreements(sensitivity.sensitivity(4)) == []


def test_the_property_sees_a_sign_that_does_not_agree() -> None:
    made = sensitivity.sensitivity(1)
    wrong = dataclasses.replace(made.subsets[1].base, profit_factor=0.9)
    turned = dataclasses.replace(made.subsets[1], base=wrong)
    broken = dataclasses.replace(made, subsets=(made.subsets[0], turned))
    assert disagreements(broken) == [wrong]


def test_net_profit_and_net_return_have_one_sign(run: Run) -> None:
    for one in parts(run.results):
        if isinstance(one, Performance) and one.net_return_frac is not None:
            assert sign(one.net_return_frac) == sign(one.net_pnl)


def test_forks_bring_the_same_figures(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIPMASTER_WORKERS", "2")
    assert measure_sensitivity(run.context, run.completed, run.params) == run.results


def test_it_comes_back_from_json(run: Run) -> None:
    """Numbers are finite: JSON knows no other."""
    assert from_json(SensitivityResults, to_json(run.results)) == run.results
    assert run.results.phases == (0, 1, 2, 3, 4)
