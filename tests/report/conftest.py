"""A made-up run in the shapes the stages write, and the states it can be in."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dipmaster.report.inputs import Inputs
from tests.report.made.phase import losing_gates, losing_phase
from tests.report.made.run import PROJECT, run
from tests.report.made.states import STATES


@pytest.fixture(scope="session")
def templates() -> Path:
    return PROJECT / "reports" / "templates"


@pytest.fixture(scope="session")
def style() -> Path:
    return PROJECT / "reports" / "style"


@pytest.fixture
def losing() -> Inputs:
    """Phase 0 wins more often than not and loses most of the account."""
    return run(losing_gates(), losing_phase())


@pytest.fixture(scope="session")
def states() -> dict[str, Callable[[], Inputs]]:
    return STATES
