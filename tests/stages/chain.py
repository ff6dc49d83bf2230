"""Two runs of confidence, exits and validate, and what differs of them up to a bar."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dipmaster.core import catalog, store
from stages import alt_data, confidence, exits, validate
from tests.stages.small_market import PRICES, Bars, contents, record, scores

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
    """What the stages wrote, read before the next run writes over it.

    Attributes
    ----------
    evidence, validated
        Empty where the run ended with the exits.
    """

    scores: pd.DataFrame
    files: dict[str, bytes]
    folds: list[dict[str, Any]]
    leaving: dict[str, pd.DataFrame]
    evidence: pd.DataFrame
    validated: dict[str, pd.DataFrame]


def run(validated: bool = True) -> Run:
    """Confidence, exits and, where asked for, alternative data and validate on what lies here."""
    confidence.main()
    exits.main()
    if validated:
        alt_data.main()
        validate.main()
    return read_run(validated)


def read_run(validated: bool = True) -> Run:
    """What lies here of these stages."""
    names: tuple[str, ...] = ()
    evidence = pd.DataFrame()
    if validated:
        evidence = store.read_table(catalog.EVIDENCE_SCORES)
        ledgers = (f"{name}_phase_{phase}" for name in ("fills", "equity") for phase in range(5))
        names = ("filter_results", *ledgers)
    found = {name: store.read_table(Path(f"data/validate/{name}.parquet")) for name in names}
    leaving = {name: store.read_table(catalog.EXITS / f"{name}.parquet") for name in FROM_LATER}
    models = {str(p): p.read_bytes() for p in (catalog.EXITS / "models").rglob("*") if p.is_file()}
    return Run(scores(), contents() | models, record()["folds"], leaving, evidence, found)


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
    if not one.evidence.iloc[:rows].equals(other.evidence.iloc[:rows]):
        found.append("evidence scores")
    for name, frame in one.validated.items():
        past = [
            f.iloc[:rows] if name == "filter_results" else f[f["time"] <= time]
            for f in (frame, other.validated[name])
        ]
        if not past[0].reset_index(drop=True).equals(past[1].reset_index(drop=True)):
            found.append(name)
    return found
