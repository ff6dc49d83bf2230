"""One, two and three trades, in one block or in several: nothing that cannot be is told of them."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dipmaster.core.panel import Panel
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, DAY_MS
from dipmaster.evaluation.comparison import compare_phases
from dipmaster.evaluation.figures.phase_figures import build_phase_figures
from dipmaster.evaluation.phase_evaluation import (
    EntryUniverse,
    PhaseEvaluation,
    describe_inconclusive,
    evaluate_phase,
)
from dipmaster.evaluation.phases.exits import claims as exits_claims
from dipmaster.evaluation.phases.exits.results import measure_exits
from dipmaster.evaluation.phases.selection import claims as selection_claims
from dipmaster.evaluation.phases.selection.signals import measure_signal_quality
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.random_entry.strata import MatchingCovariates
from dipmaster.report import registry
from dipmaster.report.inputs import ReportInputs
from dipmaster.results.evaluation.exits import ExitResults
from dipmaster.results.evaluation.signal_quality import SignalQuality
from dipmaster.results.metrics import COMPARED, METRICS
from dipmaster.results.serialisation import to_json
from dipmaster.results.volatility.regimes import RegimesNotJudged
from tests.evaluation.exits.conftest import START_MS, make_evidence, walking_panel
from tests.evaluation.signal_tables import YEAR, tables
from tests.made import confidence, exits, volatility
from tests.made.idle_phase import UNREAD
from tests.made.params import read_params
from tests.report.conftest import unpainted
from tests.report.impossible import find_impossible
from tests.report.printed import print_chapter
from tests.report.run import run as whole_run
from tests.report.run import validated, with_gates

pytestmark = pytest.mark.slow

EXITS, EXECUTION = (getattr(read_params("exits", "execution"), x) for x in ("exits", "execution"))
BOUNDARY = 20 * BARS_PER_DAY
FIRST_OF_BLOCK = [BOUNDARY + 10 * BARS_PER_DAY * block + 12 for block in range(4)]
WON, LOST, EVEN = 5.0, -5.0, 0.0
RESULTS = [
    results
    for trades in (1, 2, 3)
    for results in itertools.combinations_with_replacement((WON, LOST, EVEN), trades)
]
APART = ("one block", "a block each")
CASES = [(results, apart) for results in RESULTS for apart in APART[: 2 if len(results) > 1 else 1]]
"""A trade alone is in one block either way."""
TOLD = [(WON,), (LOST,), (WON, LOST), (WON, LOST, EVEN), (WON,) * 3]


@pytest.fixture(scope="module")
def small(gates):
    """The gates' params with next to no minimum data: a fourth trade would have a verdict."""
    entry = gates.random_entry.model_copy(update={"pool": 100, "draws": 100})
    none = {"min_trades": 4, "min_losing_trades": 0, "min_blocks": 2}
    return gates.model_copy(
        update={"bootstrap_reps": 100, "block_days": 10, "random_entry": entry, **none}
    )


@pytest.fixture(scope="module")
def flat(period) -> EntryUniverse:
    """Bars that never move, every third of which a random entry would lose on."""
    time = np.arange(period.first_ms, period.last_ms + BAR_MS, BAR_MS, dtype=np.int64)
    prices = np.full((1, time.size), 100.0)
    panel = Panel(("AUSDT",), time, prices, prices, prices, prices, prices, prices)
    covariates = MatchingCovariates(np.ones(prices.shape, np.int8), np.ones(prices.shape))
    return EntryUniverse(panel, covariates, lambda symbol, bar: np.where(bar % 3, 0.004, -0.01))


@pytest.fixture(scope="module")
def evaluate(small, flat, period, trip, ledger_of, project):
    execution = read_params("execution").execution.model_copy(update={"capital": 10_000.0})
    targets = small.targets.phase_4.model_dump()

    def run(phase: int, results: tuple[float, ...], apart: str) -> tuple[PhaseEvaluation, Any]:
        bars = (
            FIRST_OF_BLOCK
            if apart == "a block each"
            else [FIRST_OF_BLOCK[0] + 96 * i for i in range(4)]
        )
        ledger = ledger_of(
            [trip(bar, 6, net) for bar, net in zip(bars, results, strict=False)], period
        )
        return evaluate_phase(phase, ledger, flat, period, targets, execution, small), ledger

    return run


def numbers(value: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Every number of a JSON value with the keys that lead to it."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from numbers(part, f"{path}.{key}")
    elif isinstance(value, list):
        for part in value:
            yield from numbers(part, path)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield path, float(value)


@pytest.mark.parametrize(("results", "apart"), CASES)
def test_gates_of_few_trades_have_no_verdict_and_nothing_out_of_range(
    evaluate, results, apart
) -> None:
    evaluation, _ = evaluate(0, results, apart)
    for row in evaluation.gates.rows:
        lowest, highest = METRICS[row.metric].support
        known = [number for number in (row.value, row.low, row.high) if number is not None]
        assert all(math.isfinite(number) for number in known)
        assert all(lowest is None or number >= lowest for number in known)
        assert all(highest is None or number <= highest for number in known)
        assert (row.verdict, bool(row.reason)) == ("INSUFFICIENT DATA", True)
        several = apart == "a block each" and len(results) > 1
        if row.metric == "win_rate" and several:
            assert row.low <= row.value <= row.high  # of a share even few blocks give bounds
        elif row.metric == "max_drawdown" and several and LOST in results:
            assert row.low <= row.high  # resampled days, wherever one of them fell
        else:
            assert row.low is row.high is None
    assert evaluation.gates.ruling.verdict == "INSUFFICIENT DATA"


@pytest.mark.parametrize(("results", "apart"), CASES)
def test_figures_of_few_trades_can_be(evaluate, flat, small, period, results, apart) -> None:
    """Shares are shares, ratios of 5 to 5 are of that size, no money that was not there."""
    evaluation, ledger = evaluate(0, results, apart)
    candidates = ledger.trades.rename(columns={"signal_time": "open_time"})
    figures = to_json(
        build_phase_figures(
            evaluation, ledger, candidates, flat.panel, period, EXITS, small, UNREAD, EXECUTION
        )
    )
    for path, number in numbers(figures):
        leaf = path.rsplit(".", 1)[-1]
        assert math.isfinite(number), path
        if leaf in ("win_rate", "p_value", "probabilistic_sharpe") or "share" in leaf:
            assert 0.0 <= number <= 1.0, path
        if "profit_factor" in path or leaf == "payoff":
            assert 0.0 <= number <= 3.0, path
        if "bps" in path:
            assert abs(number) <= 200.0, path
        if "minutes" in leaf and "histogram" not in path:
            assert number == 30.0, path
    losers = sum(result == LOST for result in results)
    assert figures["counts"]["losing_trades"] == losers


@pytest.mark.parametrize("apart", APART)
@pytest.mark.parametrize("trades", [1, 2, 3])
def test_few_trades_show_no_change(evaluate, small, period, trades, apart) -> None:
    later, earlier = (WON, LOST, WON)[:trades], (LOST, WON, LOST)[:trades]
    after, before = evaluate(1, later, apart), evaluate(0, earlier, apart)
    ledgers = {1: after[1], 0: before[1]}
    comparison = compare_phases(after[0], before[0], ledgers, period, small)
    for metric in COMPARED:
        change = getattr(comparison, metric.key)
        assert change.low is change.high is None
        expected = "insufficient data" if metric.direction else "inconclusive"
        assert (change.verdict, bool(change.reason)) == (expected, True)
    assert comparison.win_rate.value == pytest.approx({1: 1.0, 2: 0.0, 3: 1 / 3}[trades])


def quality_of(results: tuple[float, ...], apart: str, gates: Any) -> SignalQuality:
    """Those traded, and as many that were not."""
    every = 40 if apart == "a block each" else 2
    day = [31 + every * at for at in range(len(results))]
    won = [int(result == WON) for result in results]
    traded = [1] * len(won) + [0] * len(won)
    order = np.argsort([*day, *day], kind="stable")
    columns = (np.array(column)[order] for column in ([*day, *day], [*won, *won], traded))
    return measure_signal_quality(*tables(*columns), YEAR, gates)


def exits_of(trades: int, apart: str, gates: Any) -> ExitResults:
    """So many candidates, all of them opened under both sets of exits."""
    panel = walking_panel(7, symbols=1)
    first, last = START_MS + 10 * DAY_MS, START_MS + 40 * DAY_MS - BAR_MS
    step = 5 * BARS_PER_DAY if apart == "a block each" else 96
    cells = np.array([(0, 11 * BARS_PER_DAY + step * at) for at in range(trades)])
    params = read_params("exits").exits
    score = np.random.default_rng(3).random((trades, 35))
    evidence = make_evidence(
        panel, Period(START_MS, first, last, 5), cells, params, score, np.ones(trades)
    )
    return measure_exits(evidence, panel, params, gates)


@pytest.fixture(scope="module")
def report_of(evaluate, flat, small, period, project):
    """Phases 0 to 2 with those trades, told by the code; what is no trade's is made up."""

    def build(results: tuple[float, ...], apart: str) -> ReportInputs:
        phases = {number: evaluate(number, results, apart) for number in range(3)}
        ledgers = {number: ledger for number, (_, ledger) in phases.items()}
        figures = {
            str(number): build_phase_figures(
                one, ledger, ledger.trades.rename(columns={"signal_time": "open_time"}),
                flat.panel, period, EXITS, small, UNREAD, EXECUTION,
            )
            for number, (one, ledger) in phases.items()
        }  # fmt: skip
        differences = {
            str(number): compare_phases(
                phases[number][0], phases[number - 1][0], ledgers, period, small
            )
            for number in (1, 2)
        }
        quality = quality_of(results, apart, small)
        adaptive = exits_of(len(results), apart, small)
        few, unjudged = describe_inconclusive(phases[1][0], small), RegimesNotJudged(reason="short")
        claims = (
            *selection_claims.measure_claims(
                differences["1"], quality, unjudged, {}, few, period.blocks, small
            ),
            *exits_claims.measure_claims(differences["2"], adaptive, len(results), few, few),
        )
        inputs = validated(
            whole_run(2), phases=figures, differences=differences, claims=claims,
            signal_quality=quality, exits=adaptive,
        )  # fmt: skip
        rows = tuple(row for one, _ in phases.values() for row in one.gates.rows)
        return replace(
            with_gates(inputs, rows), confidence=confidence.no_score(),
            exit_models=exits.no_models(), volatility=volatility.too_short(),
        )  # fmt: skip

    return build


@pytest.mark.parametrize(("results", "apart"), [case for case in CASES if case[0] in TOLD])
def test_no_chapter_concludes_from_few_trades_or_prints_what_cannot_be(
    report_of, results, apart
) -> None:
    inputs = report_of(results, apart)
    found = inputs.validation
    assert {claim.verdict for claim in found.claims} == {"insufficient data"}
    assert found.signal_quality.heterogeneity.verdict is found.signal_quality.mcnemar.p is None
    for path, number in numbers(to_json(found.signal_quality)):
        if path.rsplit(".", 1)[-1] in ("value", "low", "high", "raw", "precision", "win_rate"):
            assert -1.0 <= number <= 1.0, path
    changes = to_json(found.exits.standalone.change).values()
    assert {change["verdict"] for change in changes} == {"insufficient data"}
    effects = {one.effect for rule in found.exits.ablation for one in (rule.traded, rule.all)}
    assert effects == {"insufficient data"}
    for subset in (found.exits.mfe_capture.traded, found.exits.mfe_capture.all):
        assert subset.ratio.low is subset.ratio.high is None
    with unpainted():
        printed = {one.folder: print_chapter(inputs, one) for one in registry.chapters(inputs)}
    assert len(printed) > 8
    assert find_impossible(printed) == []
