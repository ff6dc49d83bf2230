"""A market small enough to run every stage on it in seconds, and its files."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from dipmaster.core import catalog, store
from dipmaster.core.params import Params
from dipmaster.core.tables import BARS, ON_CHAIN, ORDER_BOOK, SCORES, SENTIMENT
from dipmaster.market.description import describe_market
from dipmaster.market.simulator import simulate_market
from dipmaster.market.simulator.simulate import SimulatedMarket
from dipmaster.results.serialisation import write_result
from stages import features, volatility
from tests.made.params import read_values

COINS, DAYS, BURN_IN, SEED = 3, 75, 62, 21
PRICES = ["open", "high", "low", "close"]
Bars = Mapping[str, pd.DataFrame]


def small(raw: dict[str, Any]) -> dict[str, Any]:
    """Everything as in params.yaml, but sized for two months of three coins."""
    raw["signal"]["z_min"] = 0.5
    raw["confidence"]["min_train"] = {"candidates": 30, "per_class": 5}
    raw["confidence"]["trees"] |= {"rounds": 12, "min_leaf": 8}
    raw["confidence"]["cross_fitting"] = {"runs": 3, "refit_months": 1}
    raw["confidence"]["correlation_days"] = 10
    raw["confidence"]["evaluation"] |= {"block_days": 2, "bootstrap_reps": 100, "bins": 4}
    raw["exits"]["models"] |= {
        "runs": 2,
        "licence": {**raw["exits"]["models"]["licence"], "block_days": 2},
    }
    raw["exits"]["models"]["min_train"] = {"candidates": 20, "per_class": 5}
    raw["exits"]["models"]["trees"] |= {"rounds": 12, "min_leaf": 40}
    judging = {"block_days": 2, "bootstrap_reps": 100, "permutations": 1, "bins": 4}
    raw["exits"]["models"]["evaluation"] |= judging
    layer = raw["alternative_data"]["model"]
    layer |= {"runs": 3, "min_train": {"candidates": 30, "per_class": 5}}
    layer["trees"] |= {"rounds": 12, "min_leaf": 8}
    layer["evaluation"] |= judging | {
        "permutations": 19,
        "feed_permutations": 9,
        "shuffled_days": 1,
    }
    raw["volatility"]["garch"] |= {"window_days": 7, "min_days": 3}
    raw["volatility"]["har"] |= {"window_days": 14, "min_days": 1}
    raw["volatility"]["range_window_days"] = 4
    raw["volatility"]["evaluation"] |= {"min_days": 2, "block_days": 4, "bootstrap_reps": 100}
    raw["split"] |= {
        "burn_in_days": BURN_IN, "models_from_day": 15,
    }  # fmt: skip
    return raw


def small_params(project: Path) -> dict[str, Any]:
    """params.yaml of the project, made small."""
    return small(read_values())


def put_params(raw: Mapping[str, Any]) -> None:
    """Write them where the stages look."""
    Path("params.yaml").write_text(yaml.safe_dump(dict(raw)), encoding="utf-8")


def simulated(project: Path) -> Bars:
    """Bars by symbol."""
    return simulated_market(project).bars


def simulated_market(project: Path, informativeness: float | None = None) -> SimulatedMarket:
    """All tables of the market; another d' of every feed where it is given."""
    simulated = Params.parse(small_params(project), ("ingest",)).ingest.simulated
    dials: dict[str, Any] = {"coins": COINS, "days": DAYS, "seed": SEED}
    if informativeness is not None:
        feeds = dict.fromkeys(("order_book", "on_chain", "sentiment"), informativeness)
        dials["informativeness"] = simulated.informativeness.model_copy(update=feeds)
    return simulate_market(simulated.model_copy(update=dials))


def put_channels(market: SimulatedMarket) -> None:
    """Write alternative data where `ingest` does."""
    for folder, table, frames in (
        (catalog.ORDER_BOOK, ORDER_BOOK, market.order_book),
        (catalog.ON_CHAIN, ON_CHAIN, market.on_chain),
        (catalog.SENTIMENT, SENTIMENT, market.sentiment),
    ):
        for symbol, frame in frames.items():
            store.write_table(frame, table, folder / f"{symbol}.parquet")


def put(bars: Bars, plain: bool = False) -> None:
    """Write the bars and run features and volatility; `plain`: OHLCV and nothing else."""
    columns = ["open_time", *PRICES, "volume"]
    written = {symbol: frame[columns] if plain else frame for symbol, frame in bars.items()}
    for symbol, frame in written.items():
        store.write_table(frame, BARS, catalog.BARS / f"{symbol}.parquet")
    write_result(describe_market("simulated", written, (), 1.0), catalog.MARKET)
    store.write_json({"known": False}, catalog.TRUTH / "about.json")
    store.write_json({"charged": dict.fromkeys(bars, False)}, catalog.FUNDING_ABOUT)
    features.main()
    volatility.main()


def contents(place: Path = Path()) -> dict[str, bytes]:
    """Every file of the confidence stage, by its path."""
    files = [*(place / catalog.CONFIDENCE).rglob("*"), place / catalog.CONFIDENCE_METRICS]
    return {str(p.relative_to(place)): p.read_bytes() for p in files if p.is_file()}


def scores(place: Path = Path()) -> pd.DataFrame:
    """Table SCORES as the stage wrote it."""
    return store.read_table(place / catalog.CONFIDENCE / "scores.parquet", SCORES)


def record(place: Path = Path()) -> dict[str, Any]:
    """What the stage measured."""
    found: dict[str, Any] = json.loads(
        (place / catalog.CONFIDENCE_METRICS).read_text(encoding="utf-8")
    )
    return found
