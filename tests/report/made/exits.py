"""exits.json, as the exits stage writes it."""

from typing import Any

import numpy as np

from dipmaster.core.tables.exits import LEVEL_FEATURES, ROADMAP_FEATURES
from tests.report.made.confidence import estimate

TOO_FEW = "profit: too few positions: 82 of 200 before the last refit"


def iv(value: float | None, half: float = 0.02, reason: str = "") -> dict[str, Any]:
    return {**estimate(value, half), "reason": reason}


def judged() -> dict[str, Any]:
    """What models that carry information, and hardly ever reach .8, look like."""
    features = ROADMAP_FEATURES + LEVEL_FEATURES
    return {
        "reason": "",
        "out_of_sample_from": "2023-06-30T00:00:00Z",
        "positions": {"all": 6012, "opened": 6010, "out_of_sample": 4502},
        "rows": {
            "all": 204_340,
            "labelled": 120_400,
            "out_of_sample": 91_204,
            "scored_out_of_sample": 91_204,
            "judged": 45_602,
        },
        "features": {"roadmap": list(ROADMAP_FEATURES), "own": list(LEVEL_FEATURES)},
        "folds": [
            fold("heads", "2023-04-01", 1200, 24_000, ""),
            fold("heads", "2024-10-01", 5400, 108_000, "", 54_000),
            fold("calibrator", "2023-07-01", 900, 18_000, ""),
        ],
        "heads": {
            "profit": {"base_rate": 0.471, **figures(0.583)},
            "risk": {"base_rate": 0.203, **figures(0.702)},
            "timing": {
                "mean_bars": 14.2,
                "mae_bars": iv(9.1, 0.2),
                "naive_mae_bars": iv(9.9, 0.2),
                "rank_correlation": iv(0.31),
            },
        },
        "exit_probability": {
            "base_rate": 0.471,
            **figures(0.589),
            "ece": iv(0.011, 0.004),
            "slope": iv(0.96, 0.12),
            "intercept": iv(-0.02, 0.05),
            "n_rows": 45_602,
            "n_positions": 4502,
        },
        "reliability": reliability(),
        "distribution": distribution(),
        "by_bars_held": [
            {
                "bars_held": k,
                "n": 4400 - 60 * k,
                "mean_p": 0.44 + 0.002 * k,
                "p90": 0.55 + 0.003 * k,
            }
            for k in range(35)
        ],
        "gain": gain(),
        "importance": [
            {"feature": name, "auc_loss": 0.03 / (k + 1) - 0.003, "auc_loss_sd": 0.001}
            for k, name in enumerate(features)
        ],
        "calibrator": {
            "ln_p_profit": 0.21,
            "minus_ln_1_minus_p_profit": 0.14,
            "log_odds_p_profit_above_knot": 0.05,
            "log_odds_p_profit_below_knot": 0.08,
            "timing_of_cap": -0.05,
            "log_odds_p_risk": 0.02,
        },
    }


def fold(
    level: str, day: str, positions: int, rows: int, reason: str, thinned: int | None = None
) -> dict[str, Any]:
    return {
        "level": level,
        "fitted_at": f"{day}T00:00:00Z",
        "positions": positions,
        "rows": rows,
        "thinned_to": rows if thinned is None else thinned,
        "reason": reason,
    }


def figures(auc: float) -> dict[str, Any]:
    return {"auc": iv(auc, 0.011), "brier": iv(0.243, 0.004), "brier_skill": iv(0.024, 0.006)}


def reliability() -> list[dict[str, Any]]:
    return [
        {
            "low": p - 0.02,
            "high": p + 0.02,
            "n": 4560,
            "mean_p": p,
            "rate": p + 0.01,
            "rate_low": p - 0.03,
            "rate_high": p + 0.05,
        }
        for p in np.linspace(0.3, 0.63, 10).tolist()
    ]


def distribution() -> dict[str, Any]:
    counts = [0, 0, 1, 40, 900, 6100, 14_000, 20_200, 22_000, 15_100, 8100, 3400, 1240, 120, 3]
    return {
        "edges": np.linspace(0, 1, 21).tolist(),
        "counts": [*counts, 0, 0, 0, 0, 0],
        "quantiles": {
            "p01": 0.24,
            "p10": 0.33,
            "p50": 0.44,
            "p90": 0.55,
            "p99": 0.63,
            "max": 0.712,
        },
    }


def gain() -> list[dict[str, Any]]:
    """Equal steps; nothing is ever said below .1 or above .8."""
    steps = []
    for k in range(10):
        known = 0 < k < 8
        value = -14.0 + 3.0 * k if known else None
        steps.append(
            {
                "low": k / 10,
                "high": (k + 1) / 10,
                "n": 9000 if known else 0,
                "mean_p": 0.05 + k / 10 if known else None,
                "mean_gain_bps": value,
                "gain_low": None if value is None else value - 4.0,
                "gain_high": None if value is None else value + 4.0,
            }
        )
    return steps


def no_models() -> dict[str, Any]:
    """Too few candidates: nothing was fitted, everything is null and the reason is given."""
    record = judged()
    none = iv(None, reason=TOO_FEW)
    for part in (*record["heads"].values(), record["exit_probability"]):
        part |= {name: none for name, value in part.items() if isinstance(value, dict)}
    record["heads"]["timing"]["mean_bars"] = None
    record["rows"] |= {"scored_out_of_sample": 0, "judged": 0}
    record["distribution"] |= {
        "counts": [0] * 20,
        "quantiles": dict.fromkeys(record["distribution"]["quantiles"]),
    }
    return record | {
        "reason": TOO_FEW,
        "folds": [fold("heads", "2023-04-01", 82, 1600, TOO_FEW)],
        "reliability": [],
        "by_bars_held": [],
        "gain": [],
        "importance": [],
        "calibrator": {},
    }
