"""A replay and stage `monitor` say the same of an account: at every bar, in the same words."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from dipmaster.core import catalog, store
from dipmaster.core.observed_rules import WARM_UP_DECISIONS
from dipmaster.core.panel import Panel, to_epoch_ms
from dipmaster.core.params import Params
from dipmaster.core.tables import EQUITY, TRADES
from dipmaster.core.time_units import out_of_sample_start_ms
from dipmaster.monitoring.account import build_account_path
from dipmaster.monitoring.feed import build_feed_path
from dipmaster.monitoring.inputs import MonitoringInputs, WatchedAccount
from dipmaster.monitoring.observed import judge_drawdown, judge_feed, judge_latency
from dipmaster.results.market import Market
from dipmaster.results.monitoring.committed import Latency
from dipmaster.results.serialisation import read_result
from dipmaster.streaming.alerts import AlertBook
from tests.made.params import read_params

START_MS = 1_672_531_200_000


def with_limits(params: Params, **thresholds: float) -> Params:
    """Limits that the small market reaches."""
    monitoring = params.monitoring.model_copy(
        update={
            "stale_bars": 2,
            "drawdown_critical_frac": 0.001,
            "thresholds": params.monitoring.thresholds.model_copy(
                update={"drawdown_frac": 0.0005, **thresholds}
            ),
        }
    )
    return cast(Params, SimpleNamespace(monitoring=monitoring, split=params.split))


def make_steps(time_ms: Sequence[int], close: Any, equity: Any, phase: int) -> Iterator[Any]:
    """What an alert looks at of the steps of a replay."""
    for bar, moment in enumerate(time_ms):
        mark = SimpleNamespace(equity=SimpleNamespace(equity=float(equity[bar])))
        yield SimpleNamespace(
            bar=SimpleNamespace(time_ms=int(moment), close=close[:, bar]), accounts={phase: mark}
        )


@pytest.mark.slow
@pytest.mark.replay
@pytest.mark.parametrize("phase", [0, 3])
def test_same_alerts_at_every_bar(batch: Path, monkeypatch: pytest.MonkeyPatch, phase: int) -> None:
    monkeypatch.chdir(batch)
    params = with_limits(store.read_params("monitoring", "split"))
    panel: Panel = catalog.read_panel(read_result(catalog.MARKET, Market).fallback_half_spread_bps)
    first_ms = int(panel.open_time[0])
    start_ms = out_of_sample_start_ms(first_ms, params.split.burn_in_days)
    trades, equity = (
        store.read_table(catalog.VALIDATE / f"{name}_phase_{phase}.parquet", table)
        for name, table in (("trades", TRADES), ("equity", EQUITY))
    )
    np.testing.assert_array_equal(to_epoch_ms(equity["time"]), panel.open_time)

    inputs = MonitoringInputs(panel, start_ms, cast(Any, None), (), {})
    account = build_account_path(WatchedAccount(phase, trades, equity, {}), start_ms)
    judged = (
        judge_feed(build_feed_path(inputs), panel.symbols, params.monitoring),
        judge_drawdown(account, params.monitoring),
    )

    facts = SimpleNamespace(symbols=panel.symbols, first_ms=first_ms)
    book = AlertBook(cast(Any, facts), phase, params)
    marks = equity["equity"].to_numpy()
    active, messages = [], {}
    for step in make_steps(panel.open_time.tolist(), panel.traded.close, marks, phase):
        book.update(step, 0.0)
        if step.bar.time_ms >= start_ms:
            active.append(set(book.active))
            messages |= {
                key: one.message for key, one in book.active.items() if key not in messages
            }

    raised = 0
    for firing in (one for judgement in judged for one in judgement.firings):
        key = f"{firing.rule}:{firing.severity}"
        assert [key in keys for keys in active] == firing.held.tolist(), key
        if firing.held.any():
            raised += 1
            assert messages[key] == firing.describe(int(np.argmax(firing.held)))
    assert raised >= 3


@pytest.mark.parametrize(("late", "fires"), [(19, False), (20, True)])
def test_latency_fires_where_the_p99_is_beyond_the_limit(late: int, fires: bool) -> None:
    """Of 1,900 decisions; those of the warm-up do not count as late, as in the measurement."""
    params = with_limits(read_params("monitoring", "split"), latency_ms=50.0)
    start_ms = out_of_sample_start_ms(START_MS, params.split.burn_in_days)
    facts = SimpleNamespace(symbols=("A",), first_ms=START_MS)
    book = AlertBook(cast(Any, facts), 0, params)
    latency = np.full(2000, 2.0)
    latency[:WARM_UP_DECISIONS] = 900.0
    latency[-late:] = 51.0
    times = start_ms + 300_000 * np.arange(2000)
    steps = make_steps(times.tolist(), np.ones((1, 2000)), np.full(2000, 100.0), 0)
    for step, one in zip(steps, latency.tolist(), strict=True):
        book.update(step, one)
    assert ("latency:warning" in book.active) == fires
    p99 = float(np.quantile(latency[WARM_UP_DECISIONS:], 0.99))
    measured = Latency(
        machine="m", date="2023-01-01", coins=1, decisions=1900, p50_ms=2.0, p99_ms=p99, max_ms=51.0
    )
    _, alert = judge_latency(measured, params.monitoring)
    assert (alert is not None) == fires
    if alert is not None:
        assert book.active["latency:warning"].recommendation == alert.recommendation
