"""What validate adds with phase 1: differences, funnel, signal quality, promises."""

import copy
from typing import Any

from tests.report.made.confidence import REGIMES, TOO_FEW, estimate
from tests.report.made.phase import exit_row, losing_gates, losing_phase

STEPS = ("candidates", "scored", "threshold", "checks", "volatility", "confirmation", "traded")
ABSTAINED = "0 of 4,502 candidates reached the threshold"


def gates() -> list[dict[str, Any]]:
    """Rows of phase 1 against its own targets."""
    own = {
        "win_rate": (0.82, 0.8421, 0.7712, 0.8935, "INCONCLUSIVE"),
        "excess_win_rate": (0.0, 0.212, 0.13, 0.29, "PASS"),
        "sharpe": (0.8, 1.31, -0.4, 2.9, "INCONCLUSIVE"),
        "profit_factor": (1.0, 1.38, 0.81, 2.31, "INCONCLUSIVE"),
        "max_drawdown": (0.03, 0.0112, 0.008, 0.024, "PASS"),
    }
    rows = []
    for row in losing_gates():
        target, value, low, high, verdict = own[row["metric"]]
        rows.append(
            {
                **row,
                "phase": 1,
                "target": target,
                "value": value,
                "low": low,
                "high": high,
                "n": 171,
                "n_effective": 88.0,
                "n_needed": 900,
                "verdict": verdict,
                "reason": "the target lies between the bounds"
                if verdict != "PASS"
                else "reaches it",
            }
        )
    return rows


def figures(coins: tuple[str, ...]) -> dict[str, Any]:
    """Phase 1 trades little and wins more often."""
    phase = copy.deepcopy(losing_phase(coins))
    phase |= {"verdict": "INCONCLUSIVE", "verdict_reason": "undecided: win rate", "abstained": None}
    phase["counts"] |= {
        "trades": 171,
        "losing_trades": 27,
        "trades_burn_in": 12,
        "days_with_trades": 92,
        "blocks_with_trades": 17,
        "open_at_end": 0,
    }
    phase["money"] |= {
        "equity_at_start": 99100.0,
        "equity_at_end": 101020.0,
        "gross_pnl": 3110.0,
        "fees": 1010.0,
        "slippage": 180.0,
        "net_pnl": 1920.0,
        "net_return_frac": 0.0194,
        "turnover": 17.1,
    }
    phase["per_trade"] |= {
        "mean_net_bps": 22.4,
        "mean_gross_bps": 45.0,
        "mean_win_bps": 49.0,
        "mean_loss_bps": -110.0,
        "payoff": 0.445,
        "break_even_win_rate": 0.69,
    }
    phase["exits"] = [
        {**exit_row("target", 90, 1.0, 2210.0, 55.1, 25.0), "share_frac": 90 / 171},
        {**exit_row("boundary", 50, 1.0, 900.0, 31.0, 40.0), "share_frac": 50 / 171},
        {**exit_row("stop", 31, 0.0, -1190.0, -172.0, 60.0), "share_frac": 31 / 171},
    ]
    phase["by_symbol"] = [
        {
            **row,
            "trades": 171 // len(coins),
            "win_rate": 0.84,
            "net_pnl": 640.0,
            "mean_net_bps": 22.0,
            "profit_factor": 1.4,
        }
        for row in phase["by_symbol"]
    ]
    return phase


def differences() -> dict[str, Any]:
    def one(value: float, half: float, verdict: str) -> dict[str, Any]:
        return {**estimate(value, half), "verdict": verdict, "reason": "bounds of 18 blocks"}

    factor = one(0.96, 0.5, "BETTER")
    return {
        "1": {
            "against": 0,
            "win_rate": one(0.288, 0.06, "BETTER"),
            "profit_factor": {**factor, "ratio": estimate(2.61, 1.1)},
            "sharpe": one(12.2, 2.2, "BETTER"),
            "max_drawdown": one(-0.55, 0.08, "BETTER"),
            "mean_net_bps": one(41.7, 8.0, "BETTER"),
            "trades_frac": one(-0.961, 0.01, "NOT SHOWN"),
            "net_return": one(0.58, 0.1, "BETTER"),
        }
    }


def nothing_to_compare(reason: str) -> dict[str, Any]:
    none = {**estimate(None), "verdict": "NOT SHOWN", "reason": reason}
    record = dict.fromkeys(differences()["1"], none)
    ratio = {**none, "ratio": estimate(None)}
    return {"1": {**record, "profit_factor": ratio, "against": 0}}


def funnel(counts: tuple[int, ...] = (4502, 4400, 210, 204, 203, 180, 171)) -> dict[str, Any]:
    def step(name: str, left: int, share: float) -> dict[str, Any]:
        known = left > 0
        return {
            "step": name,
            "on": True,
            "left": left,
            "wins": round(left * share),
            "precision": share if known else None,
            "low": share - 0.05 if known else None,
            "high": share + 0.05 if known else None,
            "mean_net_bps": -19.0 + 90 * (share - 0.55) if known else None,
        }

    shares = (0.553, 0.554, 0.82, 0.82, 0.823, 0.838, 0.842)
    steps = [step(*one) for one in zip(STEPS, counts, shares, strict=True)]
    return {
        "out_of_sample": steps,
        "whole": [{**one, "left": one["left"] + 9} for one in steps],
        "alone": [
            {"step": name, "passes": counts[0] // 2, "precision": 0.6, "recall": 0.55}
            for name in ("threshold", "checks", "volatility", "confirmation")
        ],
        "checks": [
            {
                "check": "volume",
                "applicable": True,
                "implied": True,
                "passes": counts[0],
                "of": counts[0],
                "why": "the rule asks for a volume spike on the bar itself",
            },
            {
                "check": "rsi",
                "applicable": True,
                "implied": True,
                "passes": counts[0],
                "of": counts[0],
                "why": "the rule asks for RSI14 of at most 50",
            },
            {
                "check": "news",
                "applicable": False,
                "implied": False,
                "passes": 0,
                "of": 0,
                "why": "the market has no source of news",
            },
            {
                "check": "liquidity",
                "applicable": True,
                "implied": False,
                "passes": counts[0] // 2,
                "of": counts[0],
                "why": "",
            },
        ],
        "signs": [
            {
                "frame": frame,
                "sign": sign,
                "mean": 0.7,
                "passes": counts[0] // 2,
                "of": counts[0],
                "precision": 0.6,
                "precision_of_rest": 0.51,
                "recall": 0.55,
            }
            for frame, sign in (
                ("5m", "rsi_dip"),
                ("15m", "trend_strength"),
                ("1h", "sma50_rising"),
            )
        ],
        "by_regime": [
            {
                "regime": name,
                "threshold": limit,
                "candidates": 1500,
                "scored": 1467,
                "reached": 70,
                "admitted": 57,
                "win_rate": 0.84,
                "mean_p": 0.83,
            }
            for name, limit in zip(REGIMES, (0.75, 0.80, 0.90), strict=True)
        ],
    }


def empty_funnel(counts: tuple[int, ...]) -> dict[str, Any]:
    record = funnel(counts)
    for row in record["by_regime"]:
        row |= {
            "candidates": counts[0] // 3,
            "scored": counts[1] // 3,
            "reached": 0,
            "admitted": 0,
            "win_rate": None,
            "mean_p": None,
        }
    if not counts[0]:
        for row in record["alone"]:
            row |= {"precision": None, "recall": None}
    return record


def signal_quality() -> dict[str, Any]:
    return {
        "unit": "candidates",
        "base_precision": 0.553,
        "precision": estimate(0.842, 0.06),
        "recall": estimate(0.058, 0.01),
        "f1": estimate(0.108, 0.02),
        "false_positive_rate": estimate(0.0134, 0.004),
        "n_candidates": 4502,
        "n_positive": 2490,
        "n_traded": 171,
        "consistency": {
            "value": 0.91,
            "raw": 0.89,
            "before": 0.93,
            "reason": "",
            "folds": [{"fold": k, "n": 34, "precision": 0.82 + 0.01 * k} for k in range(5)],
        },
        "paired": {
            "precision_change": estimate(0.289, 0.06),
            "recall_change": estimate(-0.942, 0.01),
            "f1_change": estimate(-0.604, 0.02),
            "trades_change": estimate(-0.961, 0.01),
        },
        "mcnemar": {"b": 1969, "c": 2346, "p": 0.0001},
        "planted_recall": {**estimate(0.21, 0.04), "n": 640},
        "win_rate_by_regime": [
            {"regime": name, "n": 57, "win_rate": 0.83, "low": 0.74, "high": 0.91}
            for name in REGIMES
        ],
        "heterogeneity": {
            "chi2": 1.4,
            "df": 2,
            "p": 0.497,
            "alpha": 0.025,
            "verdict": "NO DIFFERENCE FOUND",
            "reason": "",
        },
        "traded_mean_p": 0.835,
        "traded_win_rate": 0.842,
    }


def no_signal_quality(reason: str, candidates: int = 4502) -> dict[str, Any]:
    record = signal_quality()
    for name in ("precision", "recall", "f1", "false_positive_rate"):
        record[name] = estimate(None)
    record |= {
        "base_precision": 0.553 if candidates else None,
        "n_candidates": candidates,
        "n_positive": round(0.553 * candidates),
        "n_traded": 0,
        "consistency": {"value": None, "raw": None, "before": None, "folds": [], "reason": reason},
        "paired": dict.fromkeys(record["paired"], estimate(None)),
        "mcnemar": {"b": 0, "c": 0, "p": None},
        "planted_recall": None,
        "win_rate_by_regime": [
            {"regime": name, "n": 0, "win_rate": None, "low": None, "high": None}
            for name in REGIMES
        ],
        "heterogeneity": {
            **dict.fromkeys(("chi2", "df", "p", "verdict")),
            "alpha": 0.025,
            "reason": reason,
        },
        "traded_mean_p": None,
        "traded_win_rate": None,
    }
    return record


def promises(measured: bool = True) -> list[dict[str, Any]]:
    def one(
        name: str,
        section: str,
        words: str,
        target: Any,
        unit: str,
        value: float | None,
        verdict: str,
        phase: int = 1,
        reason: str = "",
    ) -> dict[str, Any]:
        known = value is not None and measured
        return {
            "id": name,
            "phase": phase,
            "section": section,
            "promise": words,
            "target": target,
            "unit": unit,
            "value": value if known else None,
            "low": value - 0.03 if known and value is not None else None,
            "high": value + 0.03 if known and value is not None else None,
            "n": 171 if known else 0,
            "verdict": verdict if known or verdict == "NOT BUILT" else "NOT SHOWN",
            "reason": reason or ("" if known else TOO_FEW),
        }

    later = "phase {} is not built"
    return [
        one(
            "win_rate_gain",
            "1.1",
            "Win rate 3 to 5 points higher",
            [0.03, 0.05],
            "points",
            0.288,
            "KEPT",
            reason="beyond what was promised, on 4 % of the trades",
        ),
        one(
            "fewer_trades",
            "1.1",
            "25 to 30 % fewer trades",
            [-0.30, -0.25],
            "frac",
            -0.961,
            "NOT KEPT",
        ),
        one(
            "precision",
            "1.1",
            "Precision of signals at least 85 %",
            0.85,
            "frac",
            0.842,
            "NOT SHOWN",
        ),
        one("recall", "Signal validation", "Recall at least 75 %", 0.75, "frac", 0.058, "NOT KEPT"),
        one(
            "regimes",
            "1.3",
            "Regimes named right more than 90 % of the time",
            0.9,
            "frac",
            0.844,
            "NOT KEPT",
        ),
        one(
            "profit_factor",
            "2",
            "Profit factor 80 % higher",
            0.8,
            "frac",
            None,
            "NOT BUILT",
            2,
            later.format(2),
        ),
        one(
            "holding",
            "2",
            "Positions held 45 to 120 minutes",
            [45, 120],
            "minutes",
            None,
            "NOT BUILT",
            2,
            later.format(2),
        ),
        one(
            "sharpe",
            "3",
            "Sharpe 300 % higher, to 1.5",
            1.5,
            "ratio",
            None,
            "NOT BUILT",
            3,
            later.format(3),
        ),
        one(
            "final",
            "4",
            "Win rate 3 to 5 points higher again",
            [0.03, 0.05],
            "points",
            None,
            "NOT BUILT",
            4,
            later.format(4),
        ),
    ]
