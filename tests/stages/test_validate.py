"""Stage `validate` on a small market: what it writes, byte for byte, and how it refuses."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from dipmaster.foundation import store
from dipmaster.foundation.errors import DataError, PipelineError
from dipmaster.foundation.panel import as_times, epoch_ms
from dipmaster.foundation.periods import BAR_MS, DAY_MS, ISO_UTC
from dipmaster.foundation.tables import ADMISSION, BARS, CANDIDATES, EQUITY, FILLS, SCORES, TRADES
from stages import validate

START_MS, DAYS = 1_672_531_200_000, 30
SYMBOLS = ("AUSDT", "BUSDT")
SCORED_FROM_DAY = 5
LEVELS = ("models", "stack", "layer", "calibrator")
LEDGERS = ("trades", "fills", "equity")
PHASE_0 = (
    *(f"data/validate/{name}_phase_0.parquet" for name in LEDGERS),
    "reports/plots/equity_phase_0.csv",
)
OUTPUTS = (
    *PHASE_0,
    *(f"data/validate/{name}_phase_1.parquet" for name in LEDGERS),
    "data/validate/admission.parquet",
    "reports/metrics/gates.json",
    "reports/metrics/validate.json",
    "reports/metrics/summary.json",
    "reports/plots/equity_phase_1.csv",
    "reports/plots/gates.csv",
)
GATE_KEYS = {
    "phase", "metric", "target", "direction", "value", "low", "high", "n", "n_effective",
    "n_needed", "verdict", "reason",
}  # fmt: skip
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
            "open_time": as_times(START_MS + BAR_MS * np.arange(bars, dtype=np.int64)),
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
            "volatility_5m_daily_frac": np.float32(0.03) * (1 + np.arange(len(frame)) % 50),
            **GOOD_INPUTS,
        }
    )
    features.to_parquet("data/features/panel/" + symbol + ".parquet")
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


def write_inputs(burn_in_days: int = 10) -> None:
    Path("data/features/panel").mkdir(parents=True)
    found = pd.concat([write_symbol(s, i) for i, s in enumerate(SYMBOLS)])
    found = found.sort_values(["open_time", "symbol"], ignore_index=True)
    found["candidate_id"] = np.arange(len(found))
    found["open_time"] = found["open_time"].astype("datetime64[ms, UTC]")
    store.write_table(found, CANDIDATES, Path("data/features/candidates.parquet"))
    write_market(["volume"])
    store.write_json({"known": True}, Path("data/ingest/truth/about.json"))
    accuracy = {"accuracy": {"value": 0.8, "low": 0.75, "high": 0.85}, "bars": 100}
    regimes = {
        "used": "coin",
        "episodes": 9,
        "coin": {"coin_truth": accuracy, "market_truth": accuracy},
    }
    store.write_json({"regimes": regimes}, Path("reports/metrics/volatility.json"))
    params = yaml.safe_load(Path("params.yaml").read_text())
    days = {"models_from_day": 2, "stack_from_day": 3, "calibrator_from_day": 4}
    params["split"] |= {"burn_in_days": burn_in_days, **days}
    params["gates"] |= {"block_days": 2, "bootstrap_reps": 200, "min_trades": 50}
    Path("params.yaml").write_text(yaml.safe_dump(params))
    write_scores(0.95)


def write_market(columns: list[str]) -> None:
    market = {"fallback_half_spread_bps": 1.0, "columns": dict.fromkeys(SYMBOLS, columns)}
    store.write_json(market, Path("data/ingest/market.json"))


def without_volume(before_ms: int) -> None:
    """What is read from volume is not known at any bar before a time."""
    for symbol in SYMBOLS:
        path = Path(f"data/features/panel/{symbol}.parquet")
        frame = pd.read_parquet(path)
        early = epoch_ms(frame["open_time"]) < before_ms
        frame.loc[early, "bars_since_volume_spike"] = np.int8(-1)
        frame.loc[early, "liquidity_score"] = np.nan
        frame.to_parquet(path)


def write_scores(admitted_at: float | None, reason: str = "") -> None:
    """Every other candidate has that confidence, the rest .1; None: nobody has a score."""
    found = store.read_table(Path("data/features/candidates.parquet"), CANDIDATES)
    n, row = len(found), np.arange(len(found))
    day = (epoch_ms(found["open_time"]) - START_MS) // DAY_MS
    sure = np.where(row % 2, 0.1, np.nan if admitted_at is None else admitted_at)
    known = (day >= SCORED_FROM_DAY) & (admitted_at is not None)
    scored_at = as_times(np.full(n, START_MS + SCORED_FROM_DAY * DAY_MS))
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
    fitted = as_times(np.array([START_MS + SCORED_FROM_DAY * DAY_MS]))[0].strftime(ISO_UTC)
    fit = {"fitted_at": fitted, "rows": 5, "wins": 3, "reason": reason}
    folds = [{"level": level, **fit} for level in LEVELS]
    nothing = {"value": None, "low": None, "high": None}
    gate = {"n": n, "ece": nothing, "slope": nothing, "gate": "INCONCLUSIVE", "reason": "too few"}
    record = {"reason": reason, "folds": folds, "calibration_by_regime": {"all": gate, "low": gate}}
    store.write_json(record, Path("reports/metrics/confidence.json"))


def set_params(**sections: dict[str, object]) -> None:
    params = yaml.safe_load(Path("params.yaml").read_text())
    for name, values in sections.items():
        params[name] |= values
    Path("params.yaml").write_text(yaml.safe_dump(params))


def read(name: str):
    return json.loads(Path(f"reports/metrics/{name}.json").read_text())


@pytest.fixture
def workspace(tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "params.yaml").write_text((project / "params.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def digests(names: tuple[str, ...] = OUTPUTS) -> dict[str, str]:
    return {name: hashlib.sha256(Path(name).read_bytes()).hexdigest() for name in names}


def test_outputs(workspace: Path) -> None:
    write_inputs()
    validate.main()
    for name, table in (("trades", TRADES), ("fills", FILLS), ("equity", EQUITY)):
        for phase in (0, 1):
            store.read_table(Path(f"data/validate/{name}_phase_{phase}.parquet"), table)
    admission = store.read_table(Path("data/validate/admission.parquet"), ADMISSION)
    assert len(admission) == 200
    gates = read("gates")
    assert [set(row) for row in gates] == [GATE_KEYS] * 10
    assert [row["phase"] for row in gates] == [0] * 5 + [1] * 5
    details = read("validate")
    assert details["built_phases"] == [0, 1]
    assert len(details["checks"]) == 7 + 12
    assert all(check["holds"] for check in details["checks"])
    assert "phases 2 to 4 are not built" in details["verdict_reason"]
    first, second = (details["phases"][key] for key in ("0", "1"))
    assert first["counts"]["trades"] > 50
    assert "abstained" not in first
    assert second["abstained"] is None
    matched = first["random_entry"]["matched_trades"]
    assert 0.5 * first["counts"]["trades"] < matched <= first["counts"]["trades"]
    summary = read("summary")
    assert len(summary) == 12
    assert summary["phase"] == 1
    assert summary["win_rate"] == gates[5]["value"]
    assert summary["trades"] == second["counts"]["trades"]
    plot = pd.read_csv("reports/plots/gates.csv")
    assert list(plot.columns) == ["phase", "metric", "target", "value", "low", "high"]
    for phase in (0, 1):
        assert len(pd.read_csv(f"reports/plots/equity_phase_{phase}.csv")) == DAYS
    assert list(workspace.rglob("*.partial")) == []


def test_phase_1_trades_what_its_scores_admit(workspace: Path) -> None:
    """Every other candidate from the day of the first score on, and what is said of it agrees."""
    write_inputs()
    validate.main()
    one, two = (
        store.read_table(Path(f"data/validate/trades_phase_{phase}.parquet")) for phase in (0, 1)
    )
    since = as_times(np.array([START_MS + SCORED_FROM_DAY * DAY_MS]))[0]
    wanted = one[(one["candidate_id"] % 2 == 0) & (one["signal_time"] >= since)]
    assert list(two["candidate_id"]) == list(wanted["candidate_id"])
    assert list(two["entry_price"]) == list(wanted["entry_price"])
    assert set(two["confidence"]) == {0.95}
    details = read("validate")
    difference = details["differences"]["1"]
    assert difference["against"] == 0
    rates = [details["phases"][key]["counts"]["trades"] for key in ("0", "1")]
    assert difference["trades_frac"]["value"] == pytest.approx(rates[1] / rates[0] - 1)
    gates = {(row["phase"], row["metric"]): row["value"] for row in read("gates")}
    for metric in ("win_rate", "sharpe", "max_drawdown"):
        change = gates[1, metric] - gates[0, metric]
        assert difference[metric]["value"] == pytest.approx(change, abs=1e-7)
    funnel = {row["step"]: row["left"] for row in details["funnel"]["out_of_sample"]}
    assert funnel["traded"] == rates[1] == details["signal_quality"]["n_traded"]
    assert details["signal_quality"]["planted_recall"]["n"] > 0
    promised = {row["id"]: row for row in details["promises"]}
    assert promised["1.1.trades"]["value"] == difference["trades_frac"]["value"]
    assert promised["1.3.accuracy"]["verdict"] == "NOT KEPT"
    assert promised["2.capture"]["verdict"] == "NOT BUILT"


@pytest.mark.parametrize(
    ("confidence", "reason", "told"),
    [
        (0.5, "", "candidates reached the threshold"),
        (None, "too few candidates: 12 of 200", "candidates have a score: too few candidates"),
    ],
)
def test_abstaining(workspace: Path, confidence, reason, told) -> None:
    write_inputs()
    write_scores(confidence, reason)
    validate.main()
    details, summary = read("validate"), read("summary")
    n = details["phases"]["1"]["counts"]["candidates_out_of_sample"]
    assert details["phases"]["1"]["abstained"].startswith(f"0 of {n} {told}")
    assert details["phases"]["1"]["verdict"] == "INCONCLUSIVE"
    rows = [row for row in read("gates") if row["phase"] == 1]
    assert {row["verdict"] for row in rows} == {"INCONCLUSIVE"}
    assert all(row["reason"].startswith(f"abstained: 0 of {n} {told}") for row in rows)
    assert all("(insufficient: 0 of 50 trades" in row["reason"] for row in rows)
    nothing = ("win_rate", "profit_factor", "sharpe", "excess_win_rate")
    assert [summary[name] for name in nothing] == [None] * 4
    assert (summary["net_return"], summary["max_drawdown"], summary["trades"]) == (0.0, 0.0, 0)
    assert all(check["holds"] for check in details["checks"])
    verdicts = {
        row["verdict"] for row in details["differences"]["1"].values() if isinstance(row, dict)
    }
    assert verdicts == {"NOT SHOWN"}
    assert not {row["verdict"] for row in details["promises"]} & {"KEPT"}
    account = pd.read_csv("reports/plots/equity_phase_1.csv")
    assert account["equity"].nunique() == 1


def test_phase_0_does_not_know_of_scores(workspace: Path) -> None:
    write_inputs()
    validate.main()
    found = [digests(PHASE_0), [row for row in read("gates") if row["phase"] == 0]]
    figures = read("validate")["phases"]["0"]
    write_scores(0.5)
    set_params(filter={"threshold": False}, confirmation={"enabled": False})
    validate.main()
    assert found == [digests(PHASE_0), [row for row in read("gates") if row["phase"] == 0]]
    assert figures == read("validate")["phases"]["0"]
    trades = store.read_table(Path("data/validate/trades_phase_1.parquet"))
    assert set(trades["confidence"]) == {0.1, 0.5}  # the threshold is off: every score will do


def thresholds_of(value: float) -> dict[str, float]:
    return {f"{regime}_volatility": value for regime in ("low", "normal", "high")}


NOTHING_ASKED = {
    "filter": {"threshold": False, "checks": False, "no_new_trades": False},
    "confirmation": {"enabled": False},
}


@pytest.mark.parametrize("threshold", [0.0, 1.0])
def test_the_ends_of_a_threshold(workspace: Path, threshold: float) -> None:
    """At 0 every score reaches it, at 1 only a sure one; no score never does."""
    write_inputs()
    scores = store.read_table(Path("data/confidence/scores.parquet"), SCORES)
    sure = scores["confidence"].where(scores["confidence"] < 0.5, 1.0 - 1e-9)
    sure = sure.where(scores["confidence"].notna()).to_numpy().copy()
    one = int(np.flatnonzero(scores["confidence"] > 0.5)[-1])
    sure[one] = 1.0
    changed = scores.assign(confidence=sure)
    store.write_table(changed, SCORES, Path("data/confidence/scores.parquet"))
    set_params(confidence={"thresholds": thresholds_of(threshold)})
    validate.main()
    admission = store.read_table(Path("data/validate/admission.parquet"))
    passed = np.flatnonzero(admission["passes_threshold"] == 1)
    expected = np.flatnonzero(~np.isnan(sure)) if threshold == 0.0 else [one]
    assert list(passed) == list(expected)
    assert all(check["holds"] for check in read("validate")["checks"])
    if threshold == 1.0:
        assert read("summary")["trades"] == 1


def test_without_any_filter_every_scored_candidate_is_traded(workspace: Path) -> None:
    """Also where every check and sign fails, and every regime is unknown or beyond the limit."""
    write_inputs()
    without_volume(before_ms=START_MS + DAYS * DAY_MS)
    path = Path("data/confidence/scores.parquet")
    scores = store.read_table(path, SCORES)
    worst = scores.assign(no_new_trades=np.int8(1), regime=np.full(len(scores), -1, np.int8))
    store.write_table(worst, SCORES, path)
    set_params(**NOTHING_ASKED, confidence={"thresholds": thresholds_of(1.0)})
    validate.main()
    first, second = (
        store.read_table(Path(f"data/validate/trades_phase_{phase}.parquet")) for phase in (0, 1)
    )
    scored = np.flatnonzero(scores["confidence"].notna())
    assert set(second["candidate_id"]) == set(first["candidate_id"]) & set(scored)
    assert set(second["regime"]) == {"unknown"}
    details = read("validate")
    assert all(check["holds"] for check in details["checks"])
    steps = {row["step"]: row for row in details["funnel"]["whole"]}
    assert steps["scored"]["left"] == steps["confirmation"]["left"] == scored.size
    assert not any(steps[name]["on"] for name in ("threshold", "checks", "volatility"))
    assert steps["traded"]["left"] == len(second)


def test_regimes_of_both_ledgers_are_those_of_the_scores(workspace: Path) -> None:
    write_inputs()
    validate.main()
    scored = store.read_table(Path("data/confidence/scores.parquet"), SCORES)["regime"].to_numpy()
    names = np.array(["low", "normal", "high"])
    for phase in (0, 1):
        trades = store.read_table(Path(f"data/validate/trades_phase_{phase}.parquet"))
        expected = names[scored[trades["candidate_id"].to_numpy()]]
        assert list(trades["regime"]) == list(expected)
        assert len(set(expected)) == 3


def test_bars_of_unknown_truth(workspace: Path) -> None:
    write_inputs()
    store.write_json({"known": False}, Path("data/ingest/truth/about.json"))
    validate.main()
    assert read("validate")["signal_quality"]["planted_recall"] is None


def test_a_source_without_a_column_of_volume(workspace: Path) -> None:
    """Checks and signs that need it are told apart; nothing crashes."""
    write_inputs()
    write_market([])
    without_volume(before_ms=START_MS + DAYS * DAY_MS)
    validate.main()
    checks = {row["check"]: row["applicable"] for row in read("validate")["funnel"]["checks"]}
    assert checks == {"volume": False, "rsi": True, "news": False, "liquidity": False}
    assert read("summary")["trades"] > 0


def test_volume_that_begins_late_changes_no_earlier_admission(workspace: Path) -> None:
    """Whether a check applies is known from the source's columns, not from later values."""
    write_inputs()
    early = store.read_table(Path("data/features/candidates.parquet"))["open_time"]
    middle = START_MS + DAYS // 2 * DAY_MS
    found = []
    for begins in (middle, START_MS + DAYS * DAY_MS):
        without_volume(before_ms=begins)
        validate.main()
        admission = store.read_table(Path("data/validate/admission.parquet"))
        found.append(admission[(epoch_ms(early) < middle)])
        late = epoch_ms(early) >= middle
        assert (admission.loc[late, "check_volume"] == (begins == middle)).all()
    pd.testing.assert_frame_equal(*found)
    assert set(found[0]["check_volume"]) == {0}


def test_scores_of_other_candidates_are_refused(workspace: Path) -> None:
    write_inputs()
    path = Path("data/confidence/scores.parquet")
    store.write_table(store.read_table(path, SCORES).iloc[:-1], SCORES, path)
    with pytest.raises(DataError, match="one row for each of 200 candidates"):
        validate.main()
    assert not any(Path(name).exists() for name in OUTPUTS)


def test_same_bytes_for_any_number_of_workers(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_inputs()
    found = []
    for workers in ("1", "2"):
        monkeypatch.setenv("DIPMASTER_WORKERS", workers)
        validate.main()
        found.append(digests())
    assert found[0] == found[1]


def test_too_short_a_history_leaves_nothing_behind(workspace: Path) -> None:
    write_inputs(burn_in_days=28)
    with pytest.raises(DataError, match="28 days of burn-in"):
        validate.main()
    assert not any(Path(name).exists() for name in OUTPUTS)


def test_without_inputs_it_names_the_cure(workspace: Path) -> None:
    with pytest.raises(PipelineError, match="dvc repro"):
        validate.main()
