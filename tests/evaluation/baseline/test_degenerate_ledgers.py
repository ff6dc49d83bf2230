"""Every degenerate ledger has defined results: null with a reason where nothing can be computed."""

import json
from dataclasses import replace

import numpy as np
import pytest

from dipmaster.core.store import to_json_value
from dipmaster.evaluation.figures.overall import (
    build_gates_frame,
    to_csv_text,
)
from dipmaster.evaluation.figures.phase_figures import build_phase_figures
from dipmaster.evaluation.phase_evaluation import EntryUniverse, evaluate_phase
from dipmaster.results.evaluation.phase import PhaseFigures
from dipmaster.results.gates import GateRows
from dipmaster.results.serialisation import from_json, to_json
from dipmaster.results.summary import Summary, summarize
from tests.made.idle_phase import UNREAD
from tests.made.validation import validation

BOUNDARY = 20 * 288
TARGETS = {"win_rate": 0.85, "sharpe": 2.0, "profit_factor": 1.8, "max_drawdown": 0.03}


def hourly(trip, net, start=BOUNDARY + 12, step=96):
    return [trip(start + step * i, 6, float(x)) for i, x in enumerate(net)]


DEGENERATE = {
    "no trade": [],
    "one win": [5.0],
    "one loss": [-5.0],
    "one trade of zero": [0.0],
    "all wins": [5.0] * 110,
    "all losses": [-5.0] * 110,
    "all zero": [0.0] * 110,
    "constant equity but for one trade": [1e-9],
    "ruined": [5.0, -3.0] * 50 + [-20_000.0] + [5.0] * 10,
    "ruined on the first trade": [-10_000.0, 5.0],
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_ledgers_have_defined_results(
    name, trip, ledger_of, panel, covariates, candidates, period, execution, exits, quick
) -> None:
    """Null with a reason where nothing can be computed; JSON and CSV take everything."""
    ledger = ledger_of(hourly(trip, DEGENERATE[name]), period)
    universe = EntryUniverse(panel, covariates, lambda symbol, bar: np.where(bar % 3, 0.004, -0.01))
    account = execution.model_copy(update={"capital": 10_000.0})
    result = evaluate_phase(0, ledger, universe, period, TARGETS, account, quick)
    record = build_phase_figures(
        result, ledger, candidates, panel, period, exits, quick, UNREAD, execution
    )
    summary = summarize(replace(validation(0), phases={"0": record}), result.gates.rows)
    written = ((PhaseFigures, record), (Summary, summary), (GateRows, result.gates.rows))
    for kind, figures in written:
        text = json.dumps(to_json_value(to_json(figures)), allow_nan=False)
        assert to_json(from_json(kind, json.loads(text))) == json.loads(text)
    assert "nan" not in to_csv_text(build_gates_frame(result.gates.rows))
    assert [check.name for check in result.integrity_checks if not check.passed] == []
    for row in result.gates.rows:
        assert row.reason
        assert row.value is not None or row.verdict == "INSUFFICIENT DATA"
        assert row.verdict != "PASS" or (name, row.metric) == ("all zero", "max_drawdown")
    few = len(DEGENERATE[name]) < quick.min_trades
    if few or name == "all wins":  # no loser is too little data as well
        assert {row.verdict for row in result.gates.rows} == {"INSUFFICIENT DATA"}
        assert all(row.reason.startswith("sample too small (") for row in result.gates.rows)


def test_one_block_is_insufficient(
    trip, ledger_of, panel, covariates, period, execution, quick
) -> None:
    """110 trades in two days."""
    net = np.where(np.arange(110) % 3, 5.0, -5.0)
    ledger = ledger_of(hourly(trip, net, step=5), period)
    universe = EntryUniverse(panel, covariates, lambda symbol, bar: np.where(bar % 3, 0.004, -0.01))
    account = execution.model_copy(update={"capital": 10_000.0})
    result = evaluate_phase(0, ledger, universe, period, TARGETS, account, quick)
    for row in result.gates.rows:
        assert row.value is not None
        assert row.low is row.high is None
        assert row.reason.startswith("sample too small (1 block with trades, minimum 4)")


def test_one_day_of_data(trip, ledger_of, panel, covariates, period, execution, quick) -> None:
    short = replace(period, out_of_sample_ms=period.first_ms + 59 * 86_400_000)
    ledger = ledger_of(hourly(trip, [5.0, -4.0], start=59 * 288 + 10), short)
    universe = EntryUniverse(panel, covariates, lambda symbol, bar: np.full(bar.size, 0.004))
    account = execution.model_copy(update={"capital": 10_000.0})
    result = evaluate_phase(0, ledger, universe, short, TARGETS, account, quick)
    sharpe = next(row for row in result.gates.rows if row.metric == "sharpe")
    assert (sharpe.value, sharpe.n) == (None, 1)
    assert sharpe.reason.endswith("; one day only")
