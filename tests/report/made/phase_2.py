"""What validate adds with phase 2: differences, what its exits did, measured promises."""

import copy
from typing import Any

import numpy as np

from tests.report.made import phase_1
from tests.report.made.confidence import estimate
from tests.report.made.exits import iv
from tests.report.made.phase import exit_row

FEW = "insufficient under phase 2: 0 of 100 trades"
PLAIN = "the interval holds zero"
RULES = ("dynamic_target", "trailing", "full_exit", "partial_exit", "models", "boundary")


def gates() -> list[dict[str, Any]]:
    """Rows of phase 2 against its own targets."""
    own = {
        "win_rate": (0.82, 0.8015, 0.7211, 0.8613, "INCONCLUSIVE"),
        "excess_win_rate": (0.0, 0.181, 0.10, 0.26, "PASS"),
        "sharpe": (1.2, 1.11, -0.6, 2.7, "INCONCLUSIVE"),
        "profit_factor": (1.4, 1.29, 0.71, 2.11, "INCONCLUSIVE"),
        "max_drawdown": (0.03, 0.0131, 0.009, 0.027, "PASS"),
    }
    keys = ("target", "value", "low", "high", "verdict")
    return [
        {**row, "phase": 2, **dict(zip(keys, own[row["metric"]], strict=True))}
        for row in phase_1.gates()
    ]


def figures(coins: tuple[str, ...]) -> dict[str, Any]:
    """Phase 2 trades what phase 1 trades and leaves it otherwise."""
    phase = copy.deepcopy(phase_1.figures(coins))
    phase["money"] |= {"equity_at_end": 100610.0, "net_pnl": 1510.0, "net_return_frac": 0.0152}
    phase["per_trade"] |= {"mean_net_bps": 17.6, "mean_gross_bps": 40.2}
    phase["exits"] = [
        {**exit_row("target", 70, 1.0, 2410.0, 61.1, 35.0), "share_frac": 70 / 171},
        {**exit_row("trailing_stop", 61, 0.9, 900.0, 21.0, 55.0), "share_frac": 61 / 171},
        {**exit_row("stop", 37, 0.0, -1490.0, -172.0, 70.0), "share_frac": 37 / 171},
        {**exit_row("optimal_timing", 3, 0.667, -310.0, -7.0, 90.0), "share_frac": 3 / 171},
    ]
    phase["holding"] = {
        **phase["holding"],
        "mean_minutes": 71.2,
        "histogram": [
            {"from_minutes": 15 * k, "to_minutes": 15 * (k + 1), "trades": 20 - k}
            for k in range(13)
        ],
    }
    return phase


def differences() -> dict[str, Any]:
    """Phase 2 wins less often; nothing else is shown."""
    of_1 = phase_1.differences()

    def one(value: float, half: float, verdict: str) -> dict[str, Any]:
        return {**estimate(value, half), "verdict": verdict, "reason": PLAIN}

    return {
        **of_1,
        "2": {
            "against": 1,
            "win_rate": one(-0.041, 0.02, "WORSE"),
            "profit_factor": {**one(-0.07, 0.3, "NOT SHOWN"), "ratio": estimate(0.93, 0.27)},
            "sharpe": one(-0.2, 1.2, "NOT SHOWN"),
            "max_drawdown": one(0.002, 0.004, "NOT SHOWN"),
            "mean_net_bps": one(-4.8, 6.0, "NOT SHOWN"),
            "trades_frac": one(0.0, 0.0, "NOT SHOWN"),
            "net_return": one(-0.004, 0.006, "NOT SHOWN"),
        },
    }


def nothing_to_compare(reason: str) -> dict[str, Any]:
    of_1 = phase_1.nothing_to_compare(reason)
    return {**of_1, "2": {**of_1["1"], "against": 1}}


def exits(verdict: str = "WORSE", models: str = "HURTS") -> dict[str, Any]:
    """What the exits did: `verdict` on the mean net, `models` on the exit models."""
    return {
        "fired": fired(),
        "probability": {
            "full": 0.8,
            "partial": 0.6,
            **scored("", 91_204, 1363, 0, 0.712),
            **scored("traded_", 6156, 402, 0, 0.701),
            **scored("held_", 2410, 31, 0, 0.701),
        },
        "targets": {"traded": targets(171), "all": targets(4502)},
        "trailing": {"traded": trailed(171, 82, 61), "all": trailed(4502, 1610, 1200)},
        "capture": {
            "horizon_bars": 36,
            "traded": captured(171, 0.41, 0.37),
            "all": captured(4502, 0.051, 0.043),
        },
        "holding": {
            "band_minutes": [45, 120],
            "traded": {"before": held(52.1), "after": held(71.2)},
            "all": {"before": held(84.1), "after": held(96.4)},
        },
        "every_candidate": every_candidate(verdict),
        "leave_one_out": [variant(rule, models) for rule in RULES],
        "scatter": scatter(171),
    }


def scored(prefix: str, rows: int, partial: int, full: int, most: float | None) -> dict[str, Any]:
    return {
        f"{prefix}rows": rows,
        f"{prefix}above_full": full,
        f"{prefix}above_partial": partial,
        f"{prefix}max": most,
    }


def fired() -> list[dict[str, Any]]:
    def one(rule: str, fills: int, net: float | None, mean: float, won: float, sure: float) -> Any:
        known = fills > 0
        return {
            "rule": rule,
            "on": rule != "boundary",
            "fills": fills,
            "trades_frac": fills / 171,
            "net_pnl": net,
            "mean_net_bps": mean if known else None,
            "win_rate": won if known else None,
            "mean_confidence": sure if known else None,
        }

    return [
        one("end_of_data", 0, 0.0, 0.0, 0.0, 0.0),
        one("stop", 37, -1490.0, -172.0, 0.0, 1.0),
        one("trailing_stop", 61, 900.0, 21.0, 0.9, 1.0),
        one("target", 70, 2410.0, 61.1, 1.0, 1.0),
        one("time_limit", 0, 0.0, 0.0, 0.0, 0.9),
        one("optimal_timing", 3, -310.0, -7.0, 0.667, 0.83),
        one("profit_taking", 31, None, 12.0, 0.71, 0.64),
        one("boundary", 0, 0.0, 0.0, 0.0, 0.0),
    ]


def targets(n: int) -> dict[str, Any]:
    def classes(names: dict[str, float]) -> list[dict[str, Any]]:
        each = n // max(len(names) - ("unknown" in names), 1)
        return [
            {"class": name, "multiplier": times, "n": 0 if name == "unknown" else each}
            for name, times in names.items()
        ]

    return {
        "n": n,
        "mean_frac": 0.0081 if n else None,
        "min_frac": 0.00588 if n else None,
        "max_frac": 0.01124 if n else None,
        "at_bound": 0,
        "strength": classes({"low": 0.7, "medium": 1.0, "high": 1.5}),
        "regime": classes({"unknown": 1.0, "low": 0.8, "normal": 1.0, "high": 1.3}),
        "momentum": classes(
            {
                "strong_down": 0.7,
                "weak_down": 0.9,
                "neutral": 1.0,
                "weak_up": 1.1,
                "strong_up": 1.4,
            }
        ),
    }


def trailed(n: int, activated: int, stopped: int) -> dict[str, Any]:
    return {
        "n": n,
        "activated": activated,
        "stopped": stopped,
        "mean_distance_frac": 0.0046 if activated else None,
    }


def captured(n: int, before: float, after: float) -> dict[str, Any]:
    ratio = {**estimate(after / before, 0.12), "reason": ""}
    return {"n": n, "before": before, "after": after, "ratio": ratio}


def held(mean: float) -> dict[str, Any]:
    return {
        "mean_minutes": iv(mean, 6.0),
        "median_minutes": mean - 8.0,
        "in_band_frac": iv(0.44, 0.05),
    }


def every_candidate(verdict: str) -> dict[str, Any]:
    sign = {"BETTER": 1.0, "WORSE": -1.0, "NOT SHOWN": 0.0}[verdict]

    def change(value: float, half: float) -> dict[str, Any]:
        return {**estimate(value, half), "verdict": verdict, "reason": PLAIN}

    def figures_of(shift: float) -> dict[str, Any]:
        return {
            "win_rate": iv(0.553 + 0.02 * shift),
            "profit_factor": iv(0.53 + 0.05 * shift, 0.06),
            "mean_net_bps": iv(-19.3 + 3.1 * shift, 2.0),
            "mean_gross_bps": iv(3.1 + 3.1 * shift, 2.0),
        }

    factor = {**change(0.1 * sign, 0.05), "ratio": estimate(1.0 + 0.1 * sign, 0.05)}
    return {
        "n": 4502,
        "before": figures_of(0.0),
        "after": figures_of(sign),
        "change": {
            "win_rate": change(0.02 * sign, 0.008),
            "profit_factor": factor,
            "mean_net_bps": change(3.1 * sign, 1.4),
        },
    }


def variant(rule: str, models: str) -> dict[str, Any]:
    words = {
        "dynamic_target": "NOT SHOWN",
        "trailing": "HELPS",
        "full_exit": "NOT SHOWN",
        "partial_exit": models,
        "models": models,
        "boundary": "NOT SHOWN",
    }
    state = "on" if rule == "boundary" else "off"

    def one(n: int, effect: str, size: float, reason: str) -> dict[str, Any]:
        sign = {"HELPS": -1.0, "HURTS": 1.0, "NOT SHOWN": 0.1}[effect]
        verdict = {"HELPS": "WORSE", "HURTS": "BETTER"}.get(effect, effect)
        change = estimate(sign * size, 0.4 * size)
        if rule == "full_exit":
            change = estimate(0.0, 0.0)
        return {
            "n": n,
            "win_rate": 0.56,
            "profit_factor": 0.51,
            "mean_net_bps": -21.0,
            "change_mean_net_bps": {**change, "verdict": verdict, "reason": reason},
            "effect": effect,
        }

    return {
        "rule": rule,
        "state": state,
        "all": one(4502, words[rule], 2.1, PLAIN),
        "traded": one(
            171,
            "NOT SHOWN",
            5.0,
            f"insufficient under phase 2 with {rule} {state}: 5 of 10 losing trades",
        ),
    }


def scatter(n: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(12)
    kinds = ("target", "trailing_stop", "stop", "time_limit", "optimal_timing")
    return [
        {
            "mae_bps": float(-rng.gamma(2, 35)),
            "mfe_bps": float(rng.gamma(2, 30)),
            "net_bps": float(rng.normal(10, 60)),
            "exit_type": kinds[k % len(kinds)],
        }
        for k in range(n)
    ]


def abstained_exits(candidates: int = 4502) -> dict[str, Any]:
    """No order was sent: everything of what was traded is null with its reason."""
    record = exits("NOT SHOWN", "NOT SHOWN")
    for row in record["fired"]:
        row |= dict.fromkeys(row, None) | {"rule": row["rule"], "on": row["on"], "fills": 0}
        row |= {"net_pnl": None if row["rule"] == "profit_taking" else 0.0}
    record["probability"] |= scored("traded_", 0, 0, 0, None) | scored("held_", 0, 0, 0, None)
    record["targets"]["traded"] = targets(0)
    record["trailing"]["traded"] = trailed(0, 0, 0)
    record["capture"]["traded"] = nothing_captured("no trade")
    record["holding"]["traded"] = nothing_held()
    for row in record["leave_one_out"]:
        row["traded"] = no_figures(FEW)
    if not candidates:
        record |= no_candidates(record)
    return {**record, "scatter": []}


def no_candidates(record: dict[str, Any]) -> dict[str, Any]:
    none = {**estimate(None), "verdict": "NOT SHOWN", "reason": FEW}
    before = dict.fromkeys(record["every_candidate"]["before"], iv(None, reason="no trade"))
    change = dict.fromkeys(record["every_candidate"]["change"], none)
    change["profit_factor"] = {**none, "ratio": estimate(None)}
    return {
        "probability": {**record["probability"], **scored("", 0, 0, 0, None)},
        "targets": dict.fromkeys(("traded", "all"), targets(0)),
        "trailing": dict.fromkeys(("traded", "all"), trailed(0, 0, 0)),
        "capture": {
            "horizon_bars": 36,
            **dict.fromkeys(("traded", "all"), nothing_captured("no trade")),
        },
        "holding": {
            "band_minutes": [45, 120],
            **dict.fromkeys(("traded", "all"), nothing_held()),
        },
        "every_candidate": {"n": 0, "before": before, "after": before, "change": change},
        "leave_one_out": [
            {**row, "all": no_figures(FEW), "traded": no_figures(FEW)}
            for row in record["leave_one_out"]
        ],
    }


def nothing_captured(reason: str) -> dict[str, Any]:
    ratio = {**estimate(None), "reason": reason}
    return {"n": 0, "before": None, "after": None, "ratio": ratio}


def nothing_held() -> dict[str, Any]:
    none = iv(None, reason="no trade")
    side = {"mean_minutes": none, "median_minutes": None, "in_band_frac": none}
    return {"before": side, "after": side}


def no_figures(reason: str) -> dict[str, Any]:
    none = {**estimate(None), "verdict": "NOT SHOWN", "reason": reason}
    return {
        "n": 0,
        **dict.fromkeys(("win_rate", "profit_factor", "mean_net_bps")),
        "change_mean_net_bps": none,
        "effect": "NOT SHOWN",
    }


def promises(measured: bool = True) -> list[dict[str, Any]]:
    """Phase 1's, and phase 2's as validate measures them."""
    rows = {row["id"]: row for row in phase_1.promises(measured)}
    capture = {**rows["holding"], "id": "capture", "promise": "profit capture +40 %"}
    found = {
        "profit_factor": (rows["profit_factor"], 0.80, "frac", -0.07, "NOT KEPT"),
        "holding": (rows["holding"], [45, 120], "minutes", 71.2, "KEPT"),
        "capture": (capture, 0.40, "frac", -0.098, "NOT KEPT"),
    }
    own = [
        {
            **row,
            "target": target,
            "unit": unit,
            "value": value if measured else None,
            "low": value - 0.2 if measured else None,
            "high": value + 0.2 if measured else None,
            "n": 171 if measured else 0,
            "verdict": verdict if measured else "NOT SHOWN",
            "reason": "" if measured else FEW,
        }
        for row, target, unit, value, verdict in found.values()
    ]
    early = [row for row in rows.values() if row["phase"] == 1]
    late = [row for row in rows.values() if row["phase"] > 2]
    return [*early, *own, *late]
