"""Makers of small markets and orders, and the slow engine, as fixtures."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from dipmaster.backtest import ExitRules
from dipmaster.core.params import Exits
from tests.backtest.made_markets import (
    draw_cells,
    make_entries,
    make_execution,
    make_panel,
    make_random_panel,
)
from tests.backtest.slow_engine import Account


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """Makers of panels, executions and entries."""
    return SimpleNamespace(
        panel=make_panel,
        random_panel=make_random_panel,
        execution=make_execution,
        entries=make_entries,
        random_cells=draw_cells,
        off=ExitRules(None),
        exits=Exits(
            target_frac=0.008, stop_frac=0.015, boundary_min_net_frac=0.0025, max_holding_bars=36
        ),
    )


@pytest.fixture(scope="session")
def twin() -> Callable[..., Account]:
    """The slow engine: (panel, entries, execution, rules) to trades, skipped and marks."""
    return lambda *world: Account(*world).run()
