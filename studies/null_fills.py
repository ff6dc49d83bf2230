"""What conservative fills cost on a market without an edge, before any cost.

``python -m studies.null_fills [--seeds N] [--days D]``

With edge = 0 prices are a martingale, yet target, stop and time limit, filled
as the engine fills them, do not earn zero on average: a target is filled at its
level though the price went beyond it, a bar that touches both counts as
stopped. (A stop is filled at its level too, which favours the trader.) Printed:
mean gross return a trade in bps with its standard error clustered by day, and
the share of trades that end at the stop and at the target; entries at the next
open after each candidate of rule `dip`, and at every 40th bar.
"""

import argparse
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dipmaster.core.errors import PipelineError
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.parallel import map_in_processes
from dipmaster.core.params import Exits
from dipmaster.core.store import read_params
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY
from dipmaster.features import CANDIDATE_COLUMNS, compute_features, find_candidates
from dipmaster.market.simulator import simulate_market
from studies.signal_table import MarketSetting, clustered_mean
from studies.stylised_facts import FIRST_SEED, override_dials

ENTRY_STEP_BARS = 40  # bars between entries without a signal
WARM_UP = 300  # bars


@dataclass(frozen=True)
class GrossOutcomes:
    """Gross returns and how they ended; arrays of shape (entries,)."""

    gross: Floats
    stopped: Floats
    at_target: Floats


def compute_gross_outcomes(bars: pd.DataFrame, entries: Ints, exits: Exits) -> GrossOutcomes:
    """Trades entered at the open of bar `entries`: stop first, levels exact, gaps at the open.

    After `max_holding_bars` the trade leaves at the next open. Entries need so many bars ahead.
    """
    open_, high, low = (bars[name].to_numpy(np.float64) for name in ("open", "high", "low"))
    window = entries[:, None] + np.arange(exits.max_holding_bars)
    entry = open_[entries]
    stop, target = entry * (1.0 - exits.stop_frac), entry * (1.0 + exits.target_frac)
    first_stop = _first_true(low[window] <= stop[:, None])
    first_target = _first_true(high[window] >= target[:, None])
    stopped = (first_stop < exits.max_holding_bars) & (first_stop <= first_target)
    at_target = (first_target < exits.max_holding_bars) & ~stopped
    exit_open = open_[
        entries + np.minimum(np.minimum(first_stop, first_target), exits.max_holding_bars)
    ]
    price = np.where(stopped, np.minimum(stop, exit_open), exit_open)
    price = np.where(at_target, np.maximum(target, exit_open), price)
    return GrossOutcomes(
        price / entry - 1.0, stopped.astype(np.float64), at_target.astype(np.float64)
    )


def _first_true(touched: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> Ints:
    """First True of each row, the row's length where there is none."""
    return np.where(touched.any(axis=1), touched.argmax(axis=1), touched.shape[1]).astype(np.int64)


def outcomes_of_market(market: MarketSetting) -> pd.DataFrame:
    """Outcomes on one market: entry, cluster, gross, stopped, at_target."""
    market_bars = simulate_market(market.dials)
    features = compute_features(market_bars.bars, market.params.features, CANDIDATE_COLUMNS)
    rule = market.params.signal.model_copy(update={"rule": "dip"})
    found_candidates = find_candidates(features, rule)
    cap, rows = market.params.exits.max_holding_bars, []
    for symbol, bars in market_bars.bars.items():
        times = to_epoch_ms(found_candidates.loc[found_candidates["symbol"] == symbol, "open_time"])
        dip_entries = (times - int(to_epoch_ms(bars["open_time"])[0])) // BAR_MS + 1
        for name, entries in (
            ("after rule dip", dip_entries[dip_entries + cap < len(bars)]),
            (
                "every 40th bar",
                np.arange(WARM_UP, len(bars) - cap, ENTRY_STEP_BARS, dtype=np.int64),
            ),
        ):
            outcome = compute_gross_outcomes(bars, entries, market.params.exits)
            rows.append(
                pd.DataFrame(
                    {
                        "entry": name,
                        "cluster": market.dials.seed * 10_000 + entries // BARS_PER_DAY,
                        "gross": outcome.gross,
                        "stopped": outcome.stopped,
                        "at_target": outcome.at_target,
                    }
                )
            )
    return pd.concat(rows, ignore_index=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Conservative fills on a market without an edge.")
    parser.add_argument("--seeds", type=int, default=4, help="simulated markets")
    parser.add_argument("--days", type=int, help="length; as in params.yaml where not given")
    options = parser.parse_args()
    if options.seeds < 1:
        raise PipelineError("--seeds: expected 1 or more")
    params = read_params("ingest", "features", "signal", "exits")
    dials = override_dials(params.ingest.simulated, {"edge": 0.0})
    if options.days is not None:
        dials = override_dials(dials, {"days": options.days})
    markets = [
        MarketSetting(params, override_dials(dials, {"seed": FIRST_SEED + i}))
        for i in range(options.seeds)
    ]
    outcomes = pd.concat(
        map_in_processes(outcomes_of_market, markets, "markets"), ignore_index=True
    )
    print("| entry | trades | gross, bps (se) | at the stop | at the target |")
    print("|---|---|---|---|---|")
    for name, rows in outcomes.groupby("entry"):
        mean, error = clustered_mean(
            rows["gross"].to_numpy(np.float64) * 1e4, rows["cluster"].to_numpy(np.int64)
        )
        stopped, target = rows["stopped"].mean(), rows["at_target"].mean()
        print(f"| {name} | {len(rows)} | {mean:.1f} ({error:.1f}) | {stopped:.3f} | {target:.3f} |")


if __name__ == "__main__":
    main()
