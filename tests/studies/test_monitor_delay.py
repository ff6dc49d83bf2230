"""Joined markets of the study: the first until the death, the second's returns from then on."""

import numpy as np

from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.time_units import DAY_MS
from dipmaster.market.simulator import simulate_market
from studies.changed_params import override_params
from studies.monitor_delay import PRICES, build_market, find_middle, render

SMALL = {
    "ingest.simulated.coins": 2,
    "ingest.simulated.days": 40,
    "split.burn_in_days": 20,
    "split.models_from_day": 10,
}


def test_bars_are_those_of_the_first_then_returns_of_the_second() -> None:
    params = override_params(SMALL)
    death_ms = find_middle(params)
    alive = simulate_market(params.ingest.simulated)
    dead = simulate_market(params.ingest.simulated.model_copy(update={"edge": 0.0}))
    joined = build_market(params, death_ms)
    for name in joined.symbols:
        frame = joined.bars[name]
        later = to_epoch_ms(frame["open_time"]) >= death_ms
        assert frame[~later].equals(alive.bars[name][~later])
        assert frame["open_time"].equals(dead.bars[name]["open_time"])
        own, theirs = (one["close"].to_numpy() for one in (frame, dead.bars[name]))
        first = int(np.argmax(later))
        assert np.allclose(np.diff(np.log(own[first:])), np.diff(np.log(theirs[first:])))
        assert np.isclose(own[first] / own[first - 1], theirs[first] / theirs[first - 1])
        assert (frame["high"] >= frame[PRICES].max(axis=1) * (1 - 1e-12)).all()


def test_the_edge_dies_in_the_middle_of_the_out_of_sample_period() -> None:
    params = override_params(SMALL)
    start = to_epoch_ms(simulate_market(params.ingest.simulated).bars["SIM01USDT"]["open_time"])[0]
    assert find_middle(params) == start + 30 * DAY_MS


def test_the_table() -> None:
    alert = {
        "rule": "win_rate", "severity": "warning", "first_seen": "2024-04-29T04:10:00Z",
        "bars": 8403, "trades": 23,
    }  # fmt: skip
    record = {
        "seed": 301, "dies": True, "trades_before": 120, "trades_after": 91,
        "win_rate_before": 0.79, "win_rate_after": 0.54, "alerts": [alert],
    }  # fmt: skip
    line = render({"dies-301": record}).splitlines()[-1]
    assert "win_rate (warning) 2024-04-29, 8403 bars, 23 trades" in line
