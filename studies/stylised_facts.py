"""Simulated beside real: how near the simulated bars are to real ones.

``python -m studies.stylised_facts [--real FOLDER] [--seeds N] [--days D] [--jumps-per-day J]
[--world NAME=NUMBER ...]``

Per statistic: the median over the coins of one simulated market, as median and
5-95 % range over seeds; the real coins' median, smallest and largest. "among
coins" says whether the simulated median lies between the smallest and the
largest real coin. Nothing is gated on it: a fact that is off is printed so.
"""

import argparse
import dataclasses
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dipmaster.core.errors import PipelineError
from dipmaster.core.parallel import map_in_processes
from dipmaster.core.params.market import SimulatorParams
from dipmaster.core.store import read_params, read_table
from dipmaster.market.simulator import MARKET_MODEL, MarketModel, simulate_market
from studies.bar_statistics import compute_statistics

SHARED = Path(__file__).parents[2] / "shared" / "data"
REAL_BARS = Path(os.environ.get("DIPMASTER_REAL_DATA", SHARED)) / "klines_5m"
FIRST_SEED = 9001  # development seeds; the default market's own seed is not among them


def override_dials(dials: SimulatorParams, changes: Mapping[str, object]) -> SimulatorParams:
    """Dials with some values changed and held against the model's bounds again."""
    return SimulatorParams.model_validate(dials.model_dump() | dict(changes))


def override_model(settings: Sequence[str]) -> MarketModel:
    """The simulator's constants with some changed, each given as ``name=number``."""
    constants = [
        f.name
        for f in dataclasses.fields(MarketModel)
        if isinstance(getattr(MARKET_MODEL, f.name), float)
    ]
    pairs = [word.partition("=")[::2] for word in settings]
    unknown = [name for name, _ in pairs if name not in constants]
    if unknown:
        raise PipelineError(f"--world: no such constant {unknown}; there are {constants}")
    changes: dict[str, Any] = {name: float(value) for name, value in pairs}
    return dataclasses.replace(MARKET_MODEL, **changes)


def compute_simulated_facts(
    dials: SimulatorParams, seeds: int, model: MarketModel = MARKET_MODEL
) -> pd.DataFrame:
    """Median over the coins of each of `seeds` markets; index statistic, a column a seed."""
    markets = [(override_dials(dials, {"seed": FIRST_SEED + i}), model) for i in range(seeds)]
    return pd.concat(map_in_processes(_one_market, markets, "markets"), axis=1)


def _one_market(market: tuple[SimulatorParams, MarketModel]) -> "pd.Series[float]":
    dials, model = market
    return compute_statistics(simulate_market(dials, model).bars).median(axis=1).rename(dials.seed)


def read_real_bars(folder: Path) -> dict[str, pd.DataFrame]:
    """Bars by symbol of a folder of parquet files; none where there is no file.

    The last bar of each coin is left out: a download may have caught it unfinished.
    """
    files = sorted(folder.glob("*.parquet")) if folder.is_dir() else []
    return {re.sub(r"_5m$", "", path.stem): read_table(path).iloc[:-1] for path in files}


def compute_real_facts(folder: Path) -> pd.DataFrame | None:
    """Statistics of every coin of a folder of parquet files; None where there is no file."""
    bars = read_real_bars(folder)
    return compute_statistics(bars) if bars else None


def render_table(simulated: pd.DataFrame, real: pd.DataFrame | None) -> str:
    """Markdown table, one row a statistic."""
    header = "| statistic | simulated [5-95 % of seeds] | real [min, max] | among coins |"
    rows = [header, "|---|---|---|---|"]
    for name, values in simulated.iterrows():
        low, middle, high = np.quantile(values.to_numpy(dtype=np.float64), (0.05, 0.5, 0.95))
        real_text, verdict = "absent", ""
        if real is not None:
            coins = real.loc[str(name)].to_numpy(dtype=np.float64)
            lowest, highest = np.nanmin(coins), np.nanmax(coins)
            real_text = f"{np.nanmedian(coins):.3g} [{lowest:.3g}, {highest:.3g}]"
            verdict = "yes" if lowest <= middle <= highest else "no"
        rows.append(f"| {name} | {middle:.3g} [{low:.3g}, {high:.3g}] | {real_text} | {verdict} |")
    return "\n".join(rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Simulated beside real bars.")
    parser.add_argument("--real", type=Path, default=REAL_BARS, help="folder of parquet files")
    parser.add_argument("--seeds", type=int, default=10, help="simulated markets")
    parser.add_argument("--days", type=int, help="length; as in params.yaml where not given")
    parser.add_argument("--jumps-per-day", type=float, help="likewise")
    parser.add_argument(
        "--world", nargs="*", default=[], metavar="NAME=NUMBER", help="constants to change"
    )
    options = parser.parse_args()
    if options.seeds < 1:
        raise PipelineError("--seeds: expected 1 or more")
    overrides = {"days": options.days, "jumps_per_day": options.jumps_per_day}
    dials = override_dials(
        read_params("ingest").ingest.simulated,
        {k: v for k, v in overrides.items() if v is not None},
    )
    facts_of_real_bars = compute_real_facts(options.real)
    if facts_of_real_bars is None:
        print("Real bars are absent: only the simulated side is shown.", file=sys.stderr)
    print(
        f"{options.seeds} markets: {dials.coins} coins, {dials.days} days, "
        f"{dials.jumps_per_day:g} jumps a coin a day"
    )
    print(
        render_table(
            compute_simulated_facts(dials, options.seeds, override_model(options.world)),
            facts_of_real_bars,
        )
    )


if __name__ == "__main__":
    main()
