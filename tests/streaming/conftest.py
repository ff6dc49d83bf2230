"""The small market with holes, idle bars and funding, after every stage of the batch."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.core import catalog, store
from dipmaster.core.tables import FUNDING
from dipmaster.exits import licence
from dipmaster.sizing import sizes
from stages import alt_data, confidence, exits, validate
from tests.stages.small_market import (
    PRICES,
    put,
    put_channels,
    put_params,
    simulated_market,
    small_params,
)

LOW = {"low_volatility": 0.3, "normal_volatility": 0.3, "high_volatility": 0.3}
CHARGED = "SIM02USDT"
HOLE_BARS = 40  # longer than the time limit of a position
LEDGERS = ("trades", "fills", "equity")


def trading_params(project: Path) -> dict[str, Any]:
    """Small params under which every phase trades, by every kind of exit."""
    raw = small_params(project)
    raw["confidence"]["thresholds"] = LOW
    raw["gates"] |= {"block_days": 2, "bootstrap_reps": 100}
    raw["gates"]["random_entry"]["draws"] = 100
    raw["monitoring"]["stale_bars"] = 3
    raw["exits"]["stop_frac"] = 0.005
    raw["exits"]["trailing"]["activation_frac"] = 0.002
    raw["sizing"]["min_outcomes"] = {"candidates": 20, "per_class": 5}
    raw["exits"]["decision"] |= {"full_probability": 0.52, "partial_probability": 0.5}
    return raw


def punch_holes(bars: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Bars of one coin are missing, some of all coins, and some were not traded in.

    Holes begin right after candidates of the unbroken market, so that positions lie in them.
    """
    rng = np.random.default_rng(3)
    common = np.arange(9000, 9003)
    out = {}
    for number, (symbol, frame) in enumerate(sorted(bars.items())):
        starts = rng.choice(np.arange(3000, len(frame) - 100), 60, replace=False)
        lengths = rng.choice([1, 2, HOLE_BARS], 60, p=[0.6, 0.3, 0.1])
        holes = np.concatenate(
            [
                common,
                *(np.arange(start, start + n) for start, n in zip(starts, lengths, strict=True)),
            ]
        )
        kept = np.setdiff1d(np.arange(len(frame)), holes)
        frame = frame.iloc[kept].reset_index(drop=True)
        idle = rng.choice(len(frame), 50, replace=False)
        if number:  # nobody traded: the price stands still
            frame.loc[idle, [*PRICES]] = frame.loc[idle, ["close"] * 4].to_numpy()
            frame.loc[idle, ["volume", "taker_buy_volume", "quote_volume"]] = 0.0
        out[symbol] = frame
    return out


def charge_funding(bars: Mapping[str, pd.DataFrame]) -> None:
    """Every hour, so that positions of a few hours pay."""
    times = bars[CHARGED]["open_time"]
    hours = pd.date_range(times.iloc[0], times.iloc[-1], freq="h", tz="UTC", unit="ms")
    rates = pd.DataFrame({"time": hours, "rate_frac": 1e-4 * np.cos(np.arange(len(hours)))})
    store.write_table(rates, FUNDING, catalog.FUNDING / f"{CHARGED}.parquet")
    store.write_json(
        {"charged": {symbol: symbol == CHARGED for symbol in bars}}, catalog.FUNDING_ABOUT
    )


def run_batch(place: Path, raw: Mapping[str, Any], write_market: Callable[[], None]) -> None:
    """Every stage up to `validate` in a folder, on the market that the function writes there.

    Exit models may act, and sizes bet, whether there is anything to earn or not.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setattr(sizes, "compute_kelly_frac", bet_always)
        patch.setattr(licence, "_bound", lambda *_: (1.0, 1.0, 9))
        patch.setattr(licence, "_refuse", lambda *_: "")
        put_params(raw)
        write_market()
        for stage in (confidence, exits, alt_data, validate):
            stage.main()


@pytest.fixture(scope="session")
def batch(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every stage up to `validate` has run on the simulated market."""
    place, market = tmp_path_factory.mktemp("batch"), simulated_market(project)

    def write_market() -> None:
        bars = punch_holes(market.bars)
        put(bars)
        put_channels(market)
        charge_funding(bars)

    run_batch(place, trading_params(project), write_market)
    return place


def bet_always(p: Any, payoff: Any, share: float) -> Any:
    """A size for every order, so that phase 3 trades."""
    return share * p * payoff


@pytest.fixture
def workspace(batch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it; sizes bet as in the batch."""
    folder = tmp_path / "copy"
    shutil.copytree(batch, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sizes, "compute_kelly_frac", bet_always)
    return folder
