"""Perturbing every bar after t, through the stages themselves, fits included.

Bars run through features, volatility, confidence, exits and validate. Nothing that
was said, fitted, planned, admitted, bought or owned by the close of t may change. Cuts lie
where labels are open at a refit, else a fit that learns from them would not show;
planted leaks have to be found.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dipmaster.confidence import Events
from dipmaster.core import catalog, store
from dipmaster.core.time_units import BAR_MS
from dipmaster.exits import licence
from dipmaster.learning.schedule import TrainingSchedule
from stages import confidence, exits, validate
from tests.stages.small_market import (
    PRICES,
    Bars,
    contents,
    put,
    put_params,
    record,
    scores,
    simulated,
    small_params,
)

pytestmark = pytest.mark.slow

BAR = pd.Timedelta("5min")
# The last bar that stays. A refit at its close learns from what is known by then.
CUTS = {
    "first fit": pd.Timestamp("2023-01-15 23:55", tz="UTC"),
    "third fit": pd.Timestamp("2023-02-28 23:55", tz="UTC"),
    "inside a trade": pd.Timestamp("2023-03-11 17:30", tz="UTC"),
}
# Prices after it lie higher or lower at once, so that labels open there turn out the other way.
SHIFTS = {
    "first fit": 0.05,
    "third fit": -0.05,
    "inside a trade": 0.05,
}
OPEN_AT_A_REFIT = ("first fit",)
LOW = {"low_volatility": 0.3, "normal_volatility": 0.3, "high_volatility": 0.3}
RECORDS = (
    "calibrators.json", "reference.json", "regression/models.json", "classifier/models.json",
)  # fmt: skip
EXIT_MODELS = ("exit_models.json", "calibrator.json")
FROM_LATER = {  # columns of the exits' tables that hold outcomes
    "plans": ["hold_net_frac", "hold_exit_type", "hold_exit_time"],
    "rows": [
        "exit_net_frac",
        "hold_net_frac",
        "exit_beats_holding",
        "bars_to_best_exit",
        "stop_before_target",
    ],
}


@dataclass(frozen=True)
class Run:
    """What the stages wrote, read before the next run writes over it."""

    scores: pd.DataFrame
    files: dict[str, bytes]
    folds: list[dict[str, Any]]
    leaving: dict[str, pd.DataFrame]
    validated: dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def bars(project: Path) -> Bars:
    return simulated(project)


@pytest.fixture(scope="module")
def template(bars: Bars, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which features and volatility have run."""
    place = tmp_path_factory.mktemp("market")
    raw = small_params(project)
    raw["confidence"]["thresholds"] = LOW  # so that phase 1 trades
    raw["gates"] |= {"block_days": 2, "bootstrap_reps": 100}
    raw["gates"]["random_entry"]["draws"] = 100
    # So that exit models are fitted at the first refit, and sell.
    raw["exits"]["stop_frac"] = 0.005
    raw["exits"]["decision"] |= {"full_probability": 0.52, "partial_probability": 0.5}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        put_params(raw)
        put(bars)
    return place


@pytest.fixture(scope="module", autouse=True)
def licensed() -> Iterator[None]:
    """Exit models may act, whether acting had earned or not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(licence, "_bound", lambda *_: (1.0, 1.0, 9))
        patch.setattr(licence, "_refuse", lambda *_: "")
        yield


@pytest.fixture
def workspace(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it."""
    place = tmp_path / "copy"
    shutil.copytree(template, place)
    monkeypatch.chdir(place)
    return place


def run(validated: bool = True) -> Run:
    """Confidence, exits and, where asked for, validate on what lies here."""
    confidence.main()
    exits.main()
    names: tuple[str, ...] = ()
    if validated:
        validate.main()
        ledgers = (f"{name}_phase_{phase}" for name in ("fills", "equity") for phase in (0, 1, 2))
        names = ("filter_results", *ledgers)
    found = {name: store.read_table(Path(f"data/validate/{name}.parquet")) for name in names}
    leaving = {name: store.read_table(catalog.EXITS / f"{name}.parquet") for name in FROM_LATER}
    models = {str(p): p.read_bytes() for p in (catalog.EXITS / "models").rglob("*") if p.is_file()}
    return Run(scores(), contents() | models, record()["folds"], leaving, found)


@pytest.fixture(scope="module")
def whole(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    place = tmp_path_factory.mktemp("whole") / "copy"
    shutil.copytree(template, place)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        return run()


def disturbed(bars: Bars, cut: str) -> Bars:
    """Another market after the cut: every price, volume, flow and spread of every coin."""
    time = CUTS[cut]
    rng = np.random.default_rng(5)
    out = {}
    for symbol, frame in bars.items():
        later = (frame["open_time"] > time).to_numpy()
        walk = np.exp(SHIFTS[cut] + np.cumsum(0.004 * rng.standard_normal(later.sum())))
        other = frame.copy()
        other.loc[later, PRICES] = frame.loc[later, PRICES].to_numpy() * walk[:, None]
        for column in frame.columns.difference(["open_time", *PRICES]):
            other.loc[later, column] = frame.loc[later, column] * rng.lognormal(0, 1, later.sum())
        if "taker_buy_volume" in other:  # takers cannot have bought more than was traded
            other["taker_buy_volume"] = np.minimum(other["taker_buy_volume"], other["volume"])
        out[symbol] = other
    return out


def until_known(table: pd.DataFrame, time: pd.Timestamp) -> pd.DataFrame:
    """What was said by `time`, and labels of trades that had ended."""
    past = table[table["open_time"] <= time].copy()
    open_then = past["exit_time"] > time
    for column in ("net_frac", "label", "uniqueness"):
        past[column] = past[column].astype(float).mask(open_then)
    return past.assign(exit_time=past["exit_time"].mask(open_then)).reset_index(drop=True)


def refits(
    found: Run, name: str, closed: pd.Timestamp, place: str = f"{catalog.CONFIDENCE}/models"
) -> list[str]:
    """Records of all refits in a file up to the close of the last bar, as text."""
    out: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, dict) and "fitted_at" in value:
            if pd.Timestamp(value["fitted_at"]) <= closed:
                out.append(json.dumps(value, sort_keys=True))
        elif isinstance(value, (dict, list)):
            for item in value.values() if isinstance(value, dict) else value:
                walk(item)

    walk(json.loads(found.files[f"{place}/{name}"]))
    return out


def trees(found: Run, closed: pd.Timestamp) -> dict[str, bytes]:
    """Files of the trees fitted by then."""
    return {
        name: text
        for name, text in found.files.items()
        if "_2023-" in name and pd.Timestamp(Path(name).stem[-10:], tz="UTC") <= closed
    }


def differences(one: Run, other: Run, time: pd.Timestamp) -> list[str]:
    """What differs up to the close of the bar of `time`, in order of the chain."""
    closed = time + BAR
    tables = [until_known(run.scores, time) for run in (one, other)]
    if len(tables[0]) != len(tables[1]):
        return ["candidates"]
    found = [name for name in tables[0] if not tables[0][name].equals(tables[1][name])]
    if trees(one, closed) != trees(other, closed):
        found.append("trees")
    found += [name for name in RECORDS if refits(one, name, closed) != refits(other, name, closed)]
    folds = [[f for f in r.folds if pd.Timestamp(f["fitted_at"]) <= closed] for r in (one, other)]
    if folds[0] != folds[1]:
        found.append("folds")
    exit_models = f"{catalog.EXITS}/models"
    for name in EXIT_MODELS:
        if refits(one, name, closed, exit_models) != refits(other, name, closed, exit_models):
            found.append(f"exit {name}")
    for name, later in FROM_LATER.items():
        known = [
            run.leaving[name].loc[lambda f: f["open_time"] <= time].drop(columns=later)
            for run in (one, other)
        ]
        if not known[0].reset_index(drop=True).equals(known[1].reset_index(drop=True)):
            found.append(f"exit {name}")
    rows = len(tables[0])
    for name, frame in one.validated.items():
        past = [
            f.iloc[:rows] if name == "filter_results" else f[f["time"] <= time]
            for f in (frame, other.validated[name])
        ]
        if not past[0].reset_index(drop=True).equals(past[1].reset_index(drop=True)):
            found.append(name)
    return found


def test_the_cuts_are_worth_testing(whole: Run) -> None:
    """Labels open at refits, a label that ends as a candidate is decided, trades before t."""
    table = whole.scores
    for name in OPEN_AT_A_REFIT:
        refit = CUTS[name] + BAR
        known, decided = table["exit_time"] + BAR, table["open_time"] + BAR
        assert ((decided < refit) & (known > refit)).sum() >= 1, name
    for file in RECORDS:
        refit = CUTS["first fit"] + BAR
        assert refits(whole, file, refit) != refits(whole, file, CUTS["first fit"]), file
    inside = CUTS["inside a trade"]
    assert (table["open_time"] == inside).any()
    assert (table["exit_time"] == inside + BAR).any()
    admitted = whole.validated["filter_results"]["admitted"].to_numpy() == 1
    assert (admitted & (table["open_time"] <= CUTS["third fit"])).sum() >= 10
    bought = whole.validated["fills_phase_1"]
    assert ((bought["side"] == "buy") & (bought["time"] <= inside)).sum() >= 20
    assert len(bought) < len(whole.validated["fills_phase_0"])
    assert len(trees(whole, CUTS["first fit"] + BAR)) == 4 + 3  # exit models
    assert len(trees(whole, CUTS["third fit"] + BAR)) == 12 + 3
    scored = whole.leaving["rows"].dropna(subset="exit_probability")
    assert (scored["open_time"] <= CUTS["third fit"]).sum() >= 100
    exited = whole.validated["fills_phase_2"]
    by_models = exited["exit_type"].isin(["optimal_timing", "profit_taking"])
    assert (by_models & (exited["time"] <= CUTS["third fit"])).sum() >= 5


@pytest.mark.parametrize("cut", CUTS)
def test_later_bars_change_nothing_before_them(
    workspace: Path, whole: Run, bars: Bars, cut: str
) -> None:
    put(disturbed(bars, cut))
    other = run()
    assert differences(whole, other, CUTS[cut]) == []
    if cut != "third fit":  # labels that were open did turn out the other way
        held = whole.scores[whole.scores["open_time"] <= CUTS[cut]]
        held = held[held["exit_time"] > CUTS[cut]]
        assert (other.scores["label"][held.index] != held["label"]).any()
    assert differences(whole, other, whole.scores["open_time"].iloc[-1])


def no_purge(patch: pytest.MonkeyPatch) -> None:
    """Every candidate decided by the refit is learned from, its trade open or not."""

    def training_rows(schedule, refit_ms, usable):
        return np.flatnonzero((schedule.signal_ms + BAR_MS <= refit_ms) & usable)

    patch.setattr(TrainingSchedule, "training_rows", training_rows)


def a_bar_early(patch: pytest.MonkeyPatch) -> None:
    """A label counts as known when the bar of its exit opens."""
    patch.setattr(Events, "known_ms", property(lambda events: events.exit_ms))


@pytest.mark.parametrize(
    ("leak", "cut", "shows"),
    [
        (
            no_purge,
            "first fit",
            {"trees", "calibrators.json", "reference.json", "exit calibrator.json"},
        ),
        (a_bar_early, "inside a trade", {"historical_performance"}),
    ],
)
def test_planted_leaks_are_found(
    workspace: Path,
    bars: Bars,
    monkeypatch: pytest.MonkeyPatch,
    leak: Callable[[pytest.MonkeyPatch], None],
    cut: str,
    shows: set[str],
) -> None:
    """A check that cannot fail proves nothing."""
    leak(monkeypatch)
    before = run(validated=False)
    put(disturbed(bars, cut))
    assert shows <= set(differences(before, run(validated=False), CUTS[cut]))
