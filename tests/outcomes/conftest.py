"""The small market of phases 0 to 3, whose params have costs as well."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from dipmaster.core.params import Gates
from dipmaster.evaluation.context import EvaluationContext
from tests.evaluation.conftest import exit_params, exit_world, gates, period, sample_of
from tests.evaluation.sizing.conftest import SizedWorld, few_data, sized, traded
from tests.made.params import read_params

__all__ = ["exit_params", "exit_world", "few_data", "gates", "period", "sample_of", "sized",
           "traded"]  # fmt: skip


@pytest.fixture(scope="session")
def context(sized: SizedWorld, few_data: Gates) -> EvaluationContext:
    """With minimum data that the small market has."""
    given = sized.context()
    params: Any = SimpleNamespace(
        **{**vars(given.params), "gates": few_data, "outcomes": read_params("outcomes").outcomes}
    )
    return replace(given, params=params)
