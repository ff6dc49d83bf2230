"""The volatility stage: files, same bytes, no look-ahead through the files, bad and thin input."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from dipmaster.core import catalog, store
from dipmaster.core.errors import PipelineError
from dipmaster.core.params.volatility import FORECAST_NAMES
from dipmaster.core.tables import BARS, TRUTH, VOLATILITY
from stages import volatility as stage
from tests.made.params import read_values

pytestmark = pytest.mark.slow

START = pd.Timestamp("2023-01-02", tz="UTC")


def bars(seed: int, days: int = 24) -> pd.DataFrame:
    """Plain OHLCV of a random coin whose volatility changes every few days."""
    rows = days * 288
    rng = np.random.default_rng(seed)
    sigma = np.array([0.0008, 0.002, 0.005])[np.arange(rows) // 1000 % 3]
    close = 100 * np.cumprod(1 + np.clip(sigma * rng.standard_t(5, rows), -0.1, 0.1))
    opened = np.append(100.0, close[:-1])
    return pd.DataFrame(
        {
            "open_time": pd.date_range(START, periods=rows, freq="5min").as_unit("ms"),
            "open": opened,
            "high": np.maximum(opened, close) * (1 + sigma / 3),
            "low": np.minimum(opened, close) * (1 - sigma / 3),
            "close": close,
            "volume": rng.exponential(10, rows),
        }
    )


def truth(frame: pd.DataFrame) -> pd.DataFrame:
    state = (np.arange(len(frame)) // 1000 % 3).astype(np.int8)
    zero = np.zeros(len(frame))
    return pd.DataFrame(
        {
            "open_time": frame["open_time"],
            "regime": state,
            "coin_regime": state,
            "sigma_bar": zero,
            "oracle_drift_frac": zero,
            "remaining_reversion_frac": zero,
            "jump_frac": zero,
            "jump_mark": zero.astype(np.int8),
            "correlation_episode": np.arange(len(frame)) // 100 == 50,
        }
    )


@pytest.fixture
def workspace(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    monkeypatch.chdir(tmp_path)
    raw = read_values()
    section = raw["volatility"]
    section["garch"] |= {"window_days": 7, "min_days": 3}
    section["har"] |= {"window_days": 14, "min_days": 1}
    section["range_window_days"] = 4
    section["spillover"] |= {"window_bars": 288, "min_past_days": 2}
    section["evaluation"] |= {"min_days": 2, "block_days": 4, "bootstrap_reps": 100}
    raw["split"] |= {
        "burn_in_days": 12,
        "models_from_day": 3,
    }
    Path("params.yaml").write_text(yaml.safe_dump(raw), encoding="utf-8")

    def put(known: bool = True, **frames: pd.DataFrame) -> None:
        for symbol, frame in frames.items():
            store.write_table(frame, BARS, catalog.BARS / f"{symbol}.parquet")
            if known:
                store.write_table(truth(frame), TRUTH, catalog.TRUTH / f"{symbol}.parquet")
        store.write_json({"known": known}, catalog.TRUTH / "about.json")

    return put


def contents() -> dict[str, bytes]:
    files = [*catalog.VOLATILITY.rglob("*"), catalog.VOLATILITY_METRICS]
    return {str(path): path.read_bytes() for path in files if path.is_file()}


def tables() -> dict[str, pd.DataFrame]:
    return {
        path.stem: store.read_table(path, VOLATILITY)
        for path in catalog.VOLATILITY.glob("*.parquet")
    }


def metrics() -> dict:
    return json.loads(catalog.VOLATILITY_METRICS.read_text(encoding="utf-8"))


def test_what_it_writes(workspace) -> None:
    whole = bars(1)
    gap = bars(2).drop(index=range(3000, 3100)).reset_index(drop=True)
    workspace(AAAUSDT=whole, BBBUSDT=gap)
    stage.main()
    found = tables()
    assert (found["AAAUSDT"]["open_time"] == whole["open_time"]).all()
    assert (found["BBBUSDT"]["open_time"] == gap["open_time"]).all()
    later = found["AAAUSDT"].iloc[-288:]
    assert later.notna().all().all()
    assert (later["forecast_daily_frac"] == later["garch_daily_frac"]).all()
    assert set(np.unique(later["size_factor"])) <= {np.float32(x) for x in (1.0, 0.9, 0.7)}
    assert {0, 1} <= set(found["AAAUSDT"]["spillover_event"])
    assert found["AAAUSDT"]["spillover_factor"].between(0.7, 1.0).all()
    assert set(later["intraday_recommendation"]) <= {0, 1, 2}
    report = metrics()
    assert report["out_of_sample_from"] == "2023-01-14T00:00:00Z"
    assert set(report["forecasts"]["pooled"]["qlike"]) == set(FORECAST_NAMES)
    assert report["regimes"]["market"]["market_truth"]["accuracy"]["value"] > 0.6
    assert report["regimes"]["market"]["market_delay"]["changes"] == 3
    assert report["regimes"]["market"]["coin_delay"]["changes"] == 6
    assert report["regimes"]["detector_used"] == "market"
    assert report["garch"]["AAAUSDT"]["fits"] == 3
    assert "alpha[1]" in report["garch"]["BBBUSDT"]["last_window"]["summary"]
    assert report["spillover"]["scores"]["episodes"] == 1
    assert report["spillover"]["correlations"]["pairs"] == [["AAAUSDT", "BBBUSDT"]]
    assert len(report["intraday"]["profile"]["heat_map"]) == 7
    assert set(report["intraday"]["pooled"]["qlike"]) == {"week", "season", "flat"}


@pytest.mark.parametrize("name", ["har", "har_range"])
def test_the_forecast_used_is_a_param(workspace, name: str) -> None:
    workspace(AAAUSDT=bars(1))
    raw = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    raw["volatility"]["forecast"] = name
    Path("params.yaml").write_text(yaml.safe_dump(raw), encoding="utf-8")
    stage.main()
    table = tables()["AAAUSDT"].dropna(subset=[f"{name}_daily_frac", "garch_daily_frac"])
    assert (table["forecast_daily_frac"] == table[f"{name}_daily_frac"]).all()
    assert (table[f"{name}_daily_frac"] != table["garch_daily_frac"]).any()
    assert metrics()["forecast_used"] == name
    assert metrics()["forecasts"]["pooled"]["cost_of_choice"]["used"] == name


@pytest.mark.parametrize(
    ("change", "source", "known", "column", "used"),
    [
        ({"pooling": "coin"}, "simulated", True, "regime_coin", "coin"),
        ({"detector": "by_source"}, "simulated", True, "regime_hierarchical", "hierarchical"),
        ({"detector": "by_source"}, "raw", False, "regime_range_class", "range_class"),
    ],
)
def test_the_regime_is_that_of_the_detector_in_use(
    workspace, change: dict, source: str, known: bool, column: str, used: str
) -> None:
    workspace(known=known, AAAUSDT=bars(1), BBBUSDT=bars(2))
    raw = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    raw["volatility"]["regime"] |= change
    raw["ingest"]["source"] = source
    Path("params.yaml").write_text(yaml.safe_dump(raw), encoding="utf-8")
    stage.main()
    assert metrics()["regimes"]["detector_used"] == used
    for table in tables().values():
        known_level = table["level_daily_frac"].notna()
        assert known_level.sum() > 3000
        assert (table["regime"] == table[column].where(known_level, -1)).all()
        assert table.loc[known_level, "regime"].nunique() > 1


def test_real_bars_have_a_proxy_and_no_truth(workspace) -> None:
    workspace(known=False, AAAUSDT=bars(1), BBBUSDT=bars(2))
    stage.main()
    regimes = metrics()["regimes"]
    for name in ("market", "coin", "naive", "hierarchical", "hierarchical_market", "range_class"):
        assert set(regimes[name]) == {"proxy"}
    assert 0 < regimes["naive"]["proxy"]["accuracy"]["value"] < 1
    assert "not known" in metrics()["spillover"]["scores"]["reason"]


def test_same_bytes_for_any_number_of_workers(workspace, monkeypatch) -> None:
    workspace(AAAUSDT=bars(1), BBBUSDT=bars(2), CCCUSDT=bars(3))
    seen = []
    for workers in ("1", "2", "3"):
        monkeypatch.setenv("DIPMASTER_WORKERS", workers)
        stage.main()
        seen.append(contents())
    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0]) == 4


def test_later_bars_change_no_file_before_them(workspace) -> None:
    frames = {"AAAUSDT": bars(1), "BBBUSDT": bars(2)}
    workspace(**frames)
    stage.main()
    before = tables()
    time = START + pd.Timedelta("14D2h55min")  # after the second fit
    for i, frame in enumerate(frames.values()):
        later = frame["open_time"] > time
        noise = np.random.default_rng(9 + i).normal(0, 0.01, int(later.sum()))
        prices = ["open", "high", "low", "close"]
        frame.loc[later, prices] = frame.loc[later, prices].mul(np.exp(noise.cumsum()), axis=0)
    workspace(**frames)
    stage.main()
    for symbol, table in tables().items():
        past = (table["open_time"] <= time).to_numpy()
        pd.testing.assert_frame_equal(table[past], before[symbol][past], check_exact=True)
        assert not table[~past].equals(before[symbol][~past])


@pytest.mark.parametrize("days", [1, 6, 13])
def test_too_little_data_gives_reasons(workspace, days: int) -> None:
    workspace(AAAUSDT=bars(1, days))
    stage.main()
    report = metrics()
    assert "fewer than 2 days" in report["forecasts"]["pooled"]["reason"]
    assert "fewer than 2 days" in report["intraday"]["pooled"]["reason"]
    assert (tables()["AAAUSDT"]["spillover_factor"] == 1.0).all()  # one coin has no pairs
    if days < 7:
        assert tables()["AAAUSDT"]["garch_daily_frac"].isna().all()
        assert (tables()["AAAUSDT"]["regime"] == -1).all()
        assert report["regimes"]["reason"] == "less than a day out of sample"
        assert "fewer than 3 days" in report["garch"]["AAAUSDT"]["last_window"]["reason"]


@pytest.mark.parametrize("rows", [1, 2, 10, 20, 25])
def test_a_handful_of_bars(workspace, rows: int) -> None:
    workspace(AAAUSDT=bars(1, 1).iloc[5 : 5 + rows])
    stage.main()
    table = tables()["AAAUSDT"]
    assert len(table) == rows
    assert (table["regime"] == -1).all()
    assert "fewer than 2 days" in metrics()["forecasts"]["pooled"]["reason"]


def test_a_coin_that_never_moves(workspace) -> None:
    still = bars(2)
    still[["open", "high", "low", "close"]] = 5.0
    workspace(AAAUSDT=bars(1), BBBUSDT=still)
    stage.main()
    table = tables()["BBBUSDT"]
    assert table["garch_daily_frac"].isna().all()
    assert table["level_daily_frac"].isna().all()
    assert (table["no_new_trades"] == -1).all()
    assert (table["spillover_event"] == -1).all()
    assert table["intraday_hourly_frac"].isna().all()
    assert "reason" in metrics()["forecasts"]["by_symbol"]["BBBUSDT"]
    assert metrics()["forecasts"]["by_symbol"]["AAAUSDT"]["origins"] > 200


def test_nothing_half_written_without_input(workspace) -> None:
    with pytest.raises(PipelineError, match="dvc repro"):
        stage.main()
    assert not catalog.VOLATILITY.exists()
