"""A market made by hand for stage `validate`: two coins, 200 candidates, scores at will."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from dipmaster.core import catalog, store
from dipmaster.core.panel import format_time, to_epoch_ms, to_timestamps
from dipmaster.core.tables import BARS, CANDIDATES, LEFT_OUT, SCORES
from dipmaster.core.time_units import BAR_MS, DAY_MS, ISO_UTC
from dipmaster.results.common import Interval
from dipmaster.results.confidence.calibration import CalibrationGate
from dipmaster.results.confidence.record import ScoreFold, ScoreLevel
from dipmaster.results.market import Market
from dipmaster.results.serialisation import write_result
from stages import alt_data, exits
from tests.made.confidence import confidence
from tests.made.volatility import regime_accuracy, regimes, volatility

START_MS, DAYS = 1_672_531_200_000, 30
SYMBOLS = ("AUSDT", "BUSDT")
SCORED_FROM_DAY = 5
LEVELS: tuple[ScoreLevel, ...] = ("models", "calibrator")
LEDGERS = ("trades", "fills", "equity")
PHASE_0 = (
    *(f"data/validate/{name}_phase_0.parquet" for name in LEDGERS),
    "reports/plots/equity_phase_0.csv",
)
OUTPUTS = (
    *PHASE_0,
    *(f"data/validate/{name}_phase_{phase}.parquet" for name in LEDGERS for phase in (1, 2, 3, 4)),
    "data/validate/filter_results.parquet",
    "reports/metrics/gates.json",
    "reports/metrics/validate.json",
    "reports/metrics/summary.json",
    "reports/plots/equity_phase_1.csv",
    "reports/plots/equity_phase_2.csv",
    "reports/plots/equity_phase_3.csv",
    "reports/plots/equity_phase_4.csv",
    "reports/plots/gates.csv",
)
# Every check and sign passes: what is admitted hangs on the scores alone.
GOOD_INPUTS = {
    "rsi14": 30.0,
    "bars_since_volume_spike": np.int8(0),
    "liquidity_score": 0.95,
    "below_sma20": np.int8(1),
    "bb_position": 0.1,
    "sma20_over_sma50_15m_frac": 0.01,
    "close_to_sma50_15m_atr": 0.5,
    "adx14_15m": 10.0,
    "di_difference_15m": 5.0,
    "close_to_low20_15m_frac": 0.001,
    "sma50_rising_1h": np.int8(1),
    "return_24h_frac": 0.0,
}


def write_symbol(symbol: str, seed: int) -> pd.DataFrame:
    """A random walk with one gap of an hour; returns its candidates."""
    rng = np.random.default_rng(seed)
    bars = DAYS * 288
    close = 50 * np.exp(np.cumsum(0.002 * rng.standard_normal(bars)))
    opened = np.concatenate([[50.0], close[:-1]])
    frame = pd.DataFrame(
        {
            "open_time": to_timestamps(START_MS + BAR_MS * np.arange(bars, dtype=np.int64)),
            "open": opened,
            "high": np.maximum(opened, close) * 1.0005,
            "low": np.minimum(opened, close) * 0.9995,
            "close": close,
            "volume": 1000.0,
        }
    )
    frame = frame.drop(index=range(4000, 4012)).reset_index(drop=True)
    store.write_table(frame, BARS, Path(f"data/ingest/bars/{symbol}.parquet"))
    classes = (np.arange(len(frame)) // 700 % 3).astype(np.int8)
    features = pd.DataFrame(
        {
            "open_time": frame["open_time"],
            "other": 1.0,
            "volatility_class": classes,
            "sigma_daily_frac": 0.03,
            "volatility_5m_daily_frac": np.float32(0.03) * (1 + np.arange(len(frame)) % 50),
            **GOOD_INPUTS,
            "volume_trend_10m": rng.uniform(-1.0, 1.0, len(frame)),
            "momentum_10_frac": frame["close"].pct_change(10),
            "resistance_distance_frac": 0.01,
            "market_return_12_frac": 0.004 * rng.standard_normal(len(frame)),
        }
    )
    features.to_parquet("data/features/panel/" + symbol + ".parquet")
    place = np.arange(len(frame))
    levels = {
        "season_factor": 1.0,
        "regime": (classes + 1) % 3,
        "forecast_daily_frac": np.float32(0.002) + np.float32(0.0005) * (place % 31),
        "har_range_daily_frac": np.float32(0.003) + np.float32(0.0004) * (place % 29),
        "size_factor": np.array([1.0, 0.9, 0.7], np.float32)[(classes + 1) % 3],
        "spillover_factor": np.where(place % 7, 1.0, 0.8).astype(np.float32),
        "intraday_factor": np.where(place % 5, 1.0, 0.9).astype(np.float32),
    }
    volatility = pd.DataFrame({"open_time": frame["open_time"], **levels})
    volatility.to_parquet("data/volatility/" + symbol + ".parquet")
    drops = rng.random(len(frame)) < 0.02
    truth = {"open_time": frame["open_time"], "jump_frac": np.where(drops, -0.02, 0.0)}
    mark = drops.astype(np.int8)
    Path("data/ingest/truth").mkdir(parents=True, exist_ok=True)
    pd.DataFrame({**truth, "jump_mark": mark}).to_parquet(f"data/ingest/truth/{symbol}.parquet")
    rows = np.sort(rng.choice(np.arange(300, len(frame) - 1, 50), 100, replace=False))
    return pd.DataFrame(
        {
            "symbol": symbol,
            "open_time": frame["open_time"].iloc[rows].to_numpy(),
            "dip_z": rng.random(100),
            "sigma_1h_frac": 0.01,
            "volatility_class": classes[rows],
        }
    )


def write_inputs() -> None:
    """Everything that the stage reads; what exits need is written by their own stage."""
    Path("data/features/panel").mkdir(parents=True)
    Path("data/volatility").mkdir()
    found = pd.concat([write_symbol(s, i) for i, s in enumerate(SYMBOLS)])
    found = found.sort_values(["open_time", "symbol"], ignore_index=True)
    found["candidate_id"] = np.arange(len(found))
    found["open_time"] = found["open_time"].astype("datetime64[ms, UTC]")
    store.write_table(found, CANDIDATES, Path("data/features/candidates.parquet"))
    write_market(["volume"])
    store.write_json({"known": True}, Path("data/ingest/truth/about.json"))
    store.write_json({"charged": {}}, catalog.FUNDING_ABOUT)
    coin = replace(regimes(True).coin, coin_truth=regime_accuracy(0.8))
    judged = replace(regimes(True), detector_used="coin", episodes=9, coin=coin)
    write_result(replace(volatility(SYMBOLS), regimes=judged), catalog.VOLATILITY_METRICS)
    days = {
        "models_from_day": 5,
    }
    trees = {"rounds": 20, "min_leaf": 20}
    judging = {"block_days": 2, "bootstrap_reps": 100, "permutations": 1, "bins": 4}
    least = {"min_train": {"candidates": 20, "per_class": 5}}
    params = yaml.safe_load(Path("params.yaml").read_text())
    params["split"] |= {"burn_in_days": 11, **days}
    params["gates"] |= {"block_days": 2, "bootstrap_reps": 200, "min_trades": 50}
    params["exits"]["models"] |= least
    params["exits"]["models"]["trees"] |= trees
    params["exits"]["models"]["evaluation"] |= judging
    # A random walk is no bet: Kelly has tests of its own, here every order is traded.
    params["sizing"] |= {"rule": "inverse_volatility"}
    Path("params.yaml").write_text(yaml.safe_dump(params))
    write_scores(0.95)
    exits.main()


def write_market(columns: list[str]) -> None:
    """Facts on the market of `write_symbol`, of a source with these columns."""
    first, last = (format_time(time) for time in (START_MS, START_MS + DAYS * DAY_MS - BAR_MS))
    market = Market(
        source="simulated",
        symbols=SYMBOLS,
        first_open_time=first,
        last_open_time=last,
        days=float(DAYS),
        columns=dict.fromkeys(SYMBOLS, tuple(columns)),
        columns_left_out=(),
        fallback_half_spread_bps=1.0,
        funding=dict.fromkeys(SYMBOLS, False),
    )
    write_result(market, catalog.MARKET)


def without_volume(before_ms: int) -> None:
    """What is read from volume is not known at any bar before a time."""
    for symbol in SYMBOLS:
        path = Path(f"data/features/panel/{symbol}.parquet")
        frame = pd.read_parquet(path)
        early = to_epoch_ms(frame["open_time"]) < before_ms
        frame.loc[early, "bars_since_volume_spike"] = np.int8(-1)
        frame.loc[early, "liquidity_score"] = np.nan
        frame.to_parquet(path)


def write_scores(admitted_at: float | None, reason: str = "") -> None:
    """Every other candidate has that confidence, the rest .1; None: nobody has a score."""
    found = store.read_table(Path("data/features/candidates.parquet"), CANDIDATES)
    n, row = len(found), np.arange(len(found))
    day = (to_epoch_ms(found["open_time"]) - START_MS) // DAY_MS
    sure = np.where(row % 2, 0.1, np.nan if admitted_at is None else admitted_at)
    known = (day >= SCORED_FROM_DAY) & (admitted_at is not None)
    scored_at = to_timestamps(np.full(n, START_MS + SCORED_FROM_DAY * DAY_MS))
    frame = {
        **dict.fromkeys(SCORES.names, 0.5),
        **{name: found[name] for name in ("candidate_id", "symbol", "open_time")},
        "net_frac": np.where(row % 3, 0.004, -0.006),
        "label": (row % 3 > 0).astype(np.int8),
        "exit_time": found["open_time"] + pd.Timedelta("3h"),
        "regime": (found["volatility_class"] + 1) % 3,  # not what random entries are matched on
        "no_new_trades": np.zeros(n, np.int8),
        "confidence": np.where(known, sure, np.nan),
        **{f"{level}_fitted": scored_at.where(known) for level in LEVELS},
    }
    store.write_table(pd.DataFrame(frame), SCORES, Path("data/confidence/scores.parquet"))
    fitted = to_timestamps(np.array([START_MS + SCORED_FROM_DAY * DAY_MS]))[0].strftime(ISO_UTC)
    folds = tuple(
        ScoreFold(layer=level, fitted_at=fitted, rows=5, candidates=5, wins=3, reason=reason)
        for level in LEVELS
    )
    nothing = Interval(None, None, None)
    gate = CalibrationGate(
        n=n, brier=None, brier_interval=nothing, ece=nothing, slope=nothing, gate="INCONCLUSIVE",
        reason="too few",
    )  # fmt: skip
    gates = {"all": gate, "low": gate}
    made = replace(confidence(), reason=reason, folds=folds, calibration_by_regime=gates)
    write_result(made, catalog.CONFIDENCE_METRICS)
    nothing_learned = pd.DataFrame(
        {
            "fitted": to_timestamps(np.empty(0, np.int64)),
            "candidate_id": np.empty(0, np.int64),
            "p_ensemble": np.empty(0),
        }
    )
    store.write_table(nothing_learned, LEFT_OUT, catalog.LEFT_OUT)
    alt_data.main()  # no source has a channel: phase 4 is phase 3


def set_params(**sections: dict[str, object]) -> None:
    params = yaml.safe_load(Path("params.yaml").read_text())
    for name, values in sections.items():
        params[name] |= values
    Path("params.yaml").write_text(yaml.safe_dump(params))


def read_ledgers(name: str, *phases: int) -> list[pd.DataFrame]:
    """Trades, fills or equity of some phases, as the stage wrote them."""
    paths = (Path(f"data/validate/{name}_phase_{phase}.parquet") for phase in phases)
    return [store.read_table(path) for path in paths]


def read(name: str):
    return json.loads(Path(f"reports/metrics/{name}.json").read_text())


def made_inputs(project: Path, place: Path) -> Path:
    """A folder with the inputs, and params made small."""
    (place / "params.yaml").write_text((project / "params.yaml").read_text())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        write_inputs()
    return place


def digests(names: tuple[str, ...] = OUTPUTS) -> dict[str, str]:
    return {name: hashlib.sha256(Path(name).read_bytes()).hexdigest() for name in names}
