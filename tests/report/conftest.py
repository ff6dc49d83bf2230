"""A made-up run in the shapes the stages write, and the states it can be in."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from dipmaster.params import Params
from dipmaster.report import provenance
from dipmaster.report.inputs import Inputs

PROJECT = Path(__file__).parents[2]
SECTIONS = ("ingest", "features", "signal", "execution", "exits", "split", "gates", "report")
COINS = ("ADAUSDT", "BTCUSDT", "ETHUSDT")
TARGETS = {
    "win_rate": 0.85,
    "excess_win_rate": 0.0,
    "sharpe": 2.0,
    "profit_factor": 1.8,
    "max_drawdown": 0.03,
}


def gate(metric: str, value: Any, low: Any, high: Any, verdict: str, reason: str) -> dict[str, Any]:
    return {
        "phase": 0,
        "metric": metric,
        "target": TARGETS[metric],
        "direction": "max" if metric == "max_drawdown" else "min",
        "value": value,
        "low": low,
        "high": high,
        "n": 549 if metric in ("sharpe", "max_drawdown") else 4417,
        "n_effective": 512.4,
        "n_needed": None,
        "verdict": verdict,
        "reason": reason,
    }


def losing_gates() -> list[dict[str, Any]]:
    return [
        gate(
            "win_rate",
            0.5543,
            0.5321,
            0.5763,
            "FAIL",
            "even the upper bound 57.6 % is below the target 85.0 %",
        ),
        gate(
            "excess_win_rate",
            0.0136,
            -0.0021,
            0.0293,
            "INCONCLUSIVE",
            "the target lies between -0.2 % and 2.9 %; with about 9,100 "
            "trades a verdict is as likely as not",
        ),
        gate("sharpe", -10.91, -13.2, -8.7, "FAIL", "even the upper bound -8.70 is below 2.00"),
        gate("profit_factor", 0.528, 0.47, 0.59, "FAIL", "even the upper bound 0.59 is below 1.80"),
        gate(
            "max_drawdown", 0.561, 0.42, 0.51, "FAIL", "the observed drawdown 56.1 % is not below"
        ),
    ]


def losing_phase(coins: tuple[str, ...] = COINS) -> dict[str, Any]:
    return {
        "verdict": "FAIL",
        "verdict_reason": "fails after Holm's correction: win rate",
        "counts": {
            "candidates": 6012,
            "candidates_out_of_sample": 4502,
            "trades": 4417,
            "trades_burn_in": 1480,
            "losing_trades": 1969,
            "days_with_trades": 541,
            "blocks_with_trades": 18,
            "open_at_end": 1,
            "skipped": {"max_positions": 85, "ruined": 0},
        },
        "money": {
            "equity_at_start": 81234.5,
            "equity_at_end": 35711.2,
            "gross_pnl": 3120.4,
            "fees": 41011.9,
            "slippage": 7631.8,
            "net_pnl": -45523.3,
            "net_return_frac": -0.5604,
            "turnover": 441.7,
        },
        "per_trade": {
            "mean_net_bps": -19.3,
            "median_net_bps": 9.4,
            "mean_gross_bps": 3.1,
            "mean_cost_bps": 22.4,
            "mean_win_bps": 38.7,
            "mean_loss_bps": -91.4,
            "payoff": 0.4234,
            "break_even_win_rate": 0.7026,
        },
        "exits": [
            exit_row("boundary", 2100, 1.0, 60210.0, 28.1, 35.0),
            exit_row("time_limit", 1201, 0.21, -41000.0, -37.2, 180.0),
            exit_row("stop", 811, 0.0, -90210.0, -171.9, 62.5),
            exit_row("target", 304, 1.0, 25470.0, 58.0, 25.0),
            exit_row("end_of_data", 1, 0.0, -12.3, -8.1, 15.0),
        ],
        "holding": {
            "mean_minutes": 84.1,
            "median_minutes": 60.0,
            "p10_minutes": 15.0,
            "p90_minutes": 180.0,
            "share_45_120_frac": 0.311,
            "histogram": [
                {"from_minutes": 15 * k, "to_minutes": 15 * (k + 1), "trades": 900 - 61 * k}
                for k in range(13)
            ],
        },
        "by_symbol": [
            {
                "symbol": coin,
                "trades": 440,
                "win_rate": 0.55,
                "profit_factor": 0.53,
                "net_pnl": -4500.0,
                "mean_net_bps": -19.0,
            }
            for coin in coins
        ],
        "by_month": [
            {
                "month": f"{2023 + (5 + k) // 12}-{(5 + k) % 12 + 1:02d}",
                "trades": 240,
                "win_rate": 0.55,
                "net_pnl": -2400.0 + 500 * (k % 7),
                "return_frac": -0.04 + 0.01 * (k % 7),
                "max_drawdown_frac": 0.05,
            }
            for k in range(19)
        ],
        "by_regime": [
            {
                "regime": regime,
                "trades": 1400,
                "win_rate": 0.55,
                "profit_factor": 0.5,
                "mean_net_bps": -18.0,
            }
            for regime in ("low", "normal", "high")
        ],
        "random_entry": {
            "matched_trades": 4401,
            "pool": 5000,
            "draws": 1000,
            "win_rate": {"mean": 0.5402, "low": 0.524, "high": 0.556},
            "profit_factor": {"mean": 0.498, "low": 0.46, "high": 0.53},
            "mean_net_bps": {"mean": -21.4, "low": -23.1, "high": -19.8},
            "p_value": 0.041,
            "excess_win_rate": {"value": 0.0136, "low": -0.0021, "high": 0.0293},
        },
        "drawdown": {
            "max_frac": 0.561,
            "peak_time": "2023-06-30T14:05:00Z",
            "trough_time": "2024-12-29T20:10:00Z",
            "horizon_max_frac": 0.498,
            "horizon_days": 365,
            "bootstrap_median_frac": 0.47,
            "bootstrap_upper_frac": 0.51,
        },
        "detail": {
            "design_effect_win_rate": 2.1,
            "clopper_pearson_if_independent": {"low": 0.5395, "high": 0.569},
            "sharpe_hac": {"low": -13.0, "high": -8.8},
            "sharpe_bootstrap": {"low": -13.2, "high": -8.7},
            "sharpe_psr": {"low": -12.5, "high": -9.3},
            "probabilistic_sharpe": 0.0,
            "lo_eta_365": 18.2,
            "daily_vol_annual_frac": 0.052,
            "profit_factor_equal_notional": 0.53,
        },
    }


def exit_row(
    kind: str, trades: int, won: float, net: float, bps: float, m: float
) -> dict[str, Any]:
    return {
        "exit_type": kind,
        "trades": trades,
        "share_frac": trades / 4417,
        "win_rate": won,
        "net_pnl": net,
        "mean_net_bps": bps,
        "median_minutes": m,
    }


def quality(coins: tuple[str, ...] = COINS, gap_bars: int = 0) -> dict[str, Any]:
    longest = [
        {"from": "2023-03-24T11:30:00Z", "to": "2023-03-24T13:55:00Z", "bars": gap_bars}
    ] * bool(gap_bars)
    gaps = {
        "count": len(longest),
        "missing_bars": gap_bars,
        "longest_bars": gap_bars,
        "longest": longest,
    }
    coin = {
        "first_open_time": "2023-01-01T00:00:00Z",
        "last_open_time": "2024-12-30T23:55:00Z",
        "bars": 210240,
        "expected_bars": 210240 + gap_bars,
        "coverage_frac": 210240 / (210240 + gap_bars),
        "columns": ["volume"],
        "gaps": gaps,
        "off_grid": 0,
        "duplicates": 0,
        "ohlc_violations": 0,
        "zero_volume_bars": 12,
        "outliers": {
            "count": 31,
            "robust_sigma_frac": 0.001,
            "largest_sigmas": -41.0,
            "largest_at": "2023-05-01T00:00:00Z",
        },
        "dropped_rows": {},
        "incomplete_windows": 0,
        "trimmed_bars": 0,
        "left_out_columns": [],
    }
    return {
        "market": {
            "source": "simulated",
            "first_open_time": "2023-01-01T00:00:00Z",
            "last_open_time": "2024-12-30T23:55:00Z",
            "days": 730.0,
            "symbols": len(coins),
            "bars": 210240 * len(coins),
            "coverage_frac": coin["coverage_frac"],
            "gaps_in_all_symbols": gaps,
        },
        "symbols": {name: copy.deepcopy(coin) for name in coins},
    }


def equity_frame(end: float = 35711.2, days: int = 730) -> pd.DataFrame:
    bars = 288 * days
    times = pd.date_range("2023-01-01", periods=bars, freq="5min", tz="UTC").as_unit("ms")
    steps = np.random.default_rng(5).normal(0, 3e-4, bars)
    path = 1e5 * np.exp(np.cumsum(steps - steps.mean()) + np.linspace(0, np.log(end / 1e5), bars))
    return pd.DataFrame({"time": times, "equity": path, "cash": path, "exposure_frac": 0.0})


def lock() -> dict[str, Any]:
    def stage(*paths: str) -> dict[str, Any]:
        return {
            "cmd": "python",
            "outs": [{"path": path, "md5": f"{k:032x}", "size": 1} for k, path in enumerate(paths)],
        }

    return {
        "schema": "2.0",
        "stages": {
            "ingest": stage("data/ingest", "reports/metrics/ingest.json"),
            "features": stage("data/features", "reports/metrics/features.json"),
            "validate": stage("data/validate", "reports/metrics/gates.json", "reports/plots"),
            "report": stage("reports/phase_gate.pdf"),
        },
    }


def params(source: str = "simulated") -> Params:
    raw = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
    raw["ingest"]["source"] = source
    return Params.parse(raw, SECTIONS)


@pytest.fixture(scope="session")
def templates() -> Path:
    return PROJECT / "reports" / "templates"


@pytest.fixture(scope="session")
def style() -> Path:
    return PROJECT / "reports" / "style"


@pytest.fixture
def losing() -> Inputs:
    """Phase 0 wins more often than not and loses most of the account."""
    return run(losing_gates(), losing_phase())


def run(gates: list[dict[str, Any]], phase: dict[str, Any]) -> Inputs:
    return Inputs(
        gates=gates,
        gates_bytes=(json.dumps(gates, indent=2, sort_keys=True) + "\n").encode(),
        validate={
            "verdict": "INCONCLUSIVE",
            "verdict_reason": "phases 1 to 4 are not built",
            "period": {
                "first_open_time": "2023-01-01T00:00:00Z",
                "out_of_sample_from": "2023-06-30T00:00:00Z",
                "last_open_time": "2024-12-30T23:55:00Z",
                "burn_in_days": 180.0,
                "days_out_of_sample": 550,
                "blocks": 18,
                "block_days": 30,
            },
            "built_phases": [0],
            "phases": {"0": phase},
            "checks": [
                {"phase": 0, "name": "cash follows fills", "holds": True, "detail": "1 against 1"}
            ],
        },
        ingest=quality(),
        market={
            "source": "simulated",
            "symbols": list(COINS),
            "first_open_time": "2023-01-01T00:00:00Z",
            "last_open_time": "2024-12-30T23:55:00Z",
            "days": 730.0,
            "columns": {coin: ["volume"] for coin in COINS},
            "columns_left_out": [],
            "fallback_half_spread_bps": 0.0,
        },
        equity={0: equity_frame()},
        outputs=provenance.outputs(lock()),
        readings=yaml.safe_load(
            (PROJECT / "reports/templates/readings.yaml").read_text(encoding="utf-8")
        ),
        params=params(),
        versions={"numpy": "2.4.6", "python": "3.11"},
    )


def cannot_tell(gates: list[dict[str, Any]], reason: str) -> list[dict[str, Any]]:
    unknown = {"value": None, "low": None, "high": None, "n": 0, "n_effective": 0.0}
    return [{**one, **unknown, "verdict": "INCONCLUSIVE", "reason": reason} for one in gates]


def no_trades() -> Inputs:
    reason = "insufficient: 0 of 100 trades, 0 of 10 losing trades, 0 of 6 blocks (no trade)"
    phase = losing_phase()
    phase["verdict"] = "INCONCLUSIVE"
    phase["counts"] |= {
        "trades": 0,
        "losing_trades": 0,
        "days_with_trades": 0,
        "blocks_with_trades": 0,
        "open_at_end": 0,
        "trades_burn_in": 0,
    }
    phase["money"] |= {
        "equity_at_start": 1e5,
        "equity_at_end": 1e5,
        "gross_pnl": 0.0,
        "fees": 0.0,
        "slippage": 0.0,
        "net_pnl": 0.0,
        "net_return_frac": 0.0,
        "turnover": 0.0,
    }
    phase["per_trade"] = dict.fromkeys(phase["per_trade"])
    phase["holding"] = dict.fromkeys(phase["holding"]) | {"histogram": []}
    phase |= {"exits": [], "by_symbol": [], "by_regime": []}
    band = {"mean": None, "low": None, "high": None}
    phase["random_entry"] |= {
        "matched_trades": 0,
        "pool": 0,
        "win_rate": band,
        "profit_factor": band,
        "mean_net_bps": band,
        "p_value": None,
        "excess_win_rate": {"value": None, "low": None, "high": None},
    }
    phase["drawdown"] = dict.fromkeys(phase["drawdown"]) | {
        "horizon_days": 365,
        "max_frac": 0.0,
        "horizon_max_frac": 0.0,
    }
    none = {"low": None, "high": None}
    intervals = ("clopper_pearson_if_independent", "sharpe_hac", "sharpe_bootstrap", "sharpe_psr")
    phase["detail"] = dict.fromkeys(phase["detail"]) | dict.fromkeys(intervals, none)
    flat = equity_frame().assign(equity=1e5, cash=1e5)
    return replace(run(cannot_tell(losing_gates(), reason), phase), equity={0: flat})


def one_trade() -> Inputs:
    base = no_trades()
    phase = losing_phase(("BTCUSDT",))
    quiet = base.validate["phases"]["0"]
    phase["counts"] = {**quiet["counts"], "trades": 1, "days_with_trades": 1}
    phase["exits"] = [exit_row("target", 1, 1.0, 31.0, 62.0, 25.0)]
    phase["per_trade"] |= {"mean_loss_bps": None, "payoff": None, "break_even_win_rate": None}
    phase["random_entry"] = quiet["random_entry"]
    phase["detail"] = quiet["detail"]
    phase["by_month"] = phase["by_month"][:1]
    phase["money"] |= {"net_pnl": 31.0, "gross_pnl": 42.0, "fees": 10.0, "slippage": 1.0}
    return run(list(base.gates), phase)


def all_wins() -> Inputs:
    phase = losing_phase()
    phase["counts"] |= {"losing_trades": 0}
    phase["money"] |= {"gross_pnl": 60210.0, "net_pnl": 11566.3, "net_return_frac": 0.14}
    phase["per_trade"] |= {
        "mean_loss_bps": None,
        "payoff": None,
        "break_even_win_rate": None,
        "mean_net_bps": 21.0,
        "mean_gross_bps": 43.4,
    }
    gates = losing_gates()
    gates[0] |= {"value": 1.0, "low": 0.9931, "high": 1.0, "verdict": "PASS"}
    gates[3] |= {
        "value": None,
        "low": 4.1,
        "high": 1.7e308,
        "verdict": "INCONCLUSIVE",
        "reason": "cannot be computed: nothing was lost",
    }
    gates[4] |= {"value": 0.004, "low": 0.003, "high": 0.011, "verdict": "PASS"}
    return replace(run(gates, phase), equity={0: equity_frame(112000.0)})


def ruined() -> Inputs:
    phase = losing_phase()
    phase["counts"] |= {"skipped": {"ruined": 1210, "max_positions": 85}}
    phase["money"] |= {"equity_at_end": 4.2, "net_return_frac": -0.99995}
    frame = equity_frame(50.0)
    frame.loc[150_000:, "equity"] = -1.5
    return replace(run(losing_gates(), phase), equity={0: frame})


def real_bars() -> Inputs:
    """Raw source with gaps, missing columns, ignored and dropped files with hostile names."""
    base = run(losing_gates(), losing_phase())
    ingest = quality(gap_bars=30)
    ingest["market"]["source"] = "raw"
    ingest["symbols"]["ADAUSDT"]["dropped_rows"] = {"high below low": 3}
    ingest["symbols"]["ADAUSDT"]["left_out_columns"] = ["trade_count"]
    ingest["files"] = {
        "read": 42,
        "rows_read": 1_234_567,
        "intervals": ["1m", "5m"],
        "ignored": 23,
        "ignored_by_reason": {
            "no bars: not a parquet, feather, csv or zip file": {
                "count": 23,
                "files": ["<script>alert(1)</script>.txt", "中文\udcff.md", "a" * 120 + ".log"],
            }
        },
        "dropped_rows": {"set/<b>ADAUSDT</b>.csv": {"high below low": 3}},
    }
    market = {
        **base.market,
        "source": "raw",
        "columns_left_out": ["half_spread_bps"],
        "fallback_half_spread_bps": 1.0,
    }
    return replace(base, ingest=ingest, market=market, params=params("raw"))


def many_coins() -> Inputs:
    coins = (*(f"COIN{k:02d}USDT" for k in range(63)), "<script>&USDT")
    base = run(losing_gates(), losing_phase(coins))
    return replace(base, ingest=quality(coins, 30), market={**base.market, "symbols": list(coins)})


def long_reasons() -> Inputs:
    long = (
        "the target lies between bounds that are far apart because " + "very " * 60 + "little data"
    )
    gates = [{**one, "verdict": "INCONCLUSIVE", "reason": long} for one in losing_gates()]
    base = run(gates, losing_phase())
    checks = [{"phase": 0, "name": "cash " * 12, "holds": False, "detail": "1.00 against 2.00"}]
    return replace(base, validate={**base.validate, "checks": checks})


def passing() -> Inputs:
    gates = losing_gates()
    better = {
        "win_rate": (0.884, 0.859, 0.905),
        "excess_win_rate": (0.31, 0.27, 0.35),
        "sharpe": (3.9, 2.2, 5.5),
        "profit_factor": (2.31, 1.84, 2.95),
        "max_drawdown": (0.014, 0.008, 0.026),
    }
    for one in gates:
        value, low, high = better[one["metric"]]
        one |= {"value": value, "low": low, "high": high, "verdict": "PASS", "reason": "reaches it"}
    phase = losing_phase()
    phase["money"] |= {"gross_pnl": 90210.0, "net_pnl": 41566.3, "net_return_frac": 0.51}
    phase["per_trade"] |= {"mean_net_bps": 21.0, "mean_gross_bps": 43.4}
    return replace(run(gates, phase), equity={0: equity_frame(151000.0)})


def all_phases() -> Inputs:
    """Every phase built, phase 2 abstaining: what later sessions will hand over."""
    base = passing()
    rows = [{**one, "phase": phase} for phase in range(5) for one in base.gates]
    abstained = cannot_tell(list(base.gates), "abstained: 0 of 4,502 candidates reached it")
    rows = [row for row in rows if row["phase"] != 2] + [{**one, "phase": 2} for one in abstained]
    rows[-6] |= {"verdict": "INCONCLUSIVE"}
    phases = {
        str(k): {**losing_phase(), "verdict": "INCONCLUSIVE" if k in (2, 4) else "PASS"}
        for k in range(5)
    }
    validate = {**base.validate, "built_phases": [0, 1, 2, 3, 4], "phases": phases}
    return replace(base, gates=rows, validate=validate)


def too_short() -> Inputs:
    base = no_trades()
    period = {**base.validate["period"], "blocks": 2, "days_out_of_sample": 60}
    return replace(base, validate={**base.validate, "period": period})


STATES: dict[str, Callable[[], Inputs]] = {
    "losing": lambda: run(losing_gates(), losing_phase()),
    "passing": passing,
    "no trades": no_trades,
    "one trade": one_trade,
    "all wins": all_wins,
    "ruined": ruined,
    "real bars": real_bars,
    "many coins": many_coins,
    "long reasons": long_reasons,
    "all phases": all_phases,
    "too short": too_short,
}


@pytest.fixture(scope="session")
def states() -> dict[str, Callable[[], Inputs]]:
    return STATES
