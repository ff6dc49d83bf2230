"""States that a run of phase 0 can be in."""

from dataclasses import replace

from dipmaster.report.inputs import Inputs
from tests.report.made.market import equity_frame, quality
from tests.report.made.phase import exit_row, losing_gates, losing_phase
from tests.report.made.run import cannot_tell, params, run


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
    idle = [{**row, "trades": 0} for row in phase["holding"]["histogram"]]
    phase["holding"] = dict.fromkeys(phase["holding"]) | {"histogram": idle}
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


def too_short() -> Inputs:
    base = no_trades()
    period = {**base.validate["period"], "blocks": 2, "days_out_of_sample": 60}
    return replace(base, validate={**base.validate, "period": period})
