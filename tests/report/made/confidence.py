"""confidence.json and the scores it judges, as the confidence stage writes them."""

from typing import Any

import numpy as np
import pandas as pd

from tests.report.made.phase import COINS

REGIMES = ("low", "normal", "high")
MODELS = ("lgb", "xgb", "ensemble", "weighted_score", "score", "confidence", "reference")
FEATURES = (
    "dip_depth_12_sigma",
    "own_drop_12_sigma",
    "sigma_daily_frac",
    "volume_ratio",
    "hour_utc",
)
COMPONENTS = (
    "model_agreement",
    "feature_strength",
    "market_regime",
    "historical_performance",
    "volatility_adjustment",
)
TOO_FEW = "too few candidates: 41 of 200 labelled candidates before the last refit"


def estimate(value: float | None, half: float = 0.02) -> dict[str, float | None]:
    if value is None:
        return {"value": None, "low": None, "high": None}
    return {"value": value, "low": value - half, "high": value + half}


def judged(scored: int = 4400) -> dict[str, Any]:
    """What a score that carries information looks like."""
    return {
        "family": "classifier",
        "calibrator": "beta",
        "out_of_sample_from": "2023-06-30T00:00:00Z",
        "candidates": {
            "all": 6012,
            "labelled": 6001,
            "out_of_sample": 4502,
            "scored_out_of_sample": scored,
        },
        "base_rate": 0.553,
        "reason": "",
        "features": {
            "used": [*FEATURES, "rsi14"],
            "left_out": [{"feature": "taker_imbalance", "reason": "the source has none"}],
        },
        "folds": [
            {
                "level": level,
                "fitted_at": f"2023-{4 + k:02d}-01T00:00:00Z",
                "rows": 400 * k,
                "wins": 220 * k,
                "reason": "",
            }
            for k in range(1, 6)
            for level in ("models", "stack", "layer", "calibrator", "reference")
        ],
        "models": {name: model(0.62 - 0.02 * k) for k, name in enumerate(MODELS)},
        "families": {
            "classifier": {
                "auc": estimate(0.612),
                "return_rank_correlation": estimate(0.19),
                "mean_net_bps_top_decile": estimate(12.4, 9.0),
            },
            "regression": {
                "auc": estimate(0.588),
                "return_rank_correlation": estimate(0.16),
                "mean_net_bps_top_decile": estimate(8.1, 9.0),
            },
            "carried_information": "both",
            "why": "the lower bound of both rank correlations is above 0",
        },
        "reliability": {
            "confidence": reliability(10),
            "reference": reliability(10),
            "by_regime": {name: reliability(5) for name in REGIMES},
        },
        "calibration_by_regime": {
            name: {
                "n": 1467,
                "brier": 0.231,
                "brier_interval": estimate(0.231),
                "ece": estimate(0.031),
                "slope": estimate(0.94, 0.2),
                "gate": gate,
                "reason": "the interval of the slope is wider than 0.8 to 1.2",
            }
            for name, gate in zip(
                ("all", *REGIMES), ("PASS", "INCONCLUSIVE", "FAIL", "INCONCLUSIVE"), strict=True
            )
        },
        "components": {
            name: {"mean": 0.4 + 0.1 * k, "auc": 0.48 + 0.02 * k}
            for k, name in enumerate(COMPONENTS)
        },
        "layer": {"logit_p_ensemble": 0.91, **dict.fromkeys(COMPONENTS, 0.1)},
        "importance": [
            {"feature": name, "auc_loss": 0.03 / (k + 1) - 0.004, "auc_loss_sd": 0.002}
            for k, name in enumerate([*FEATURES, *(f"feature_{k}_frac" for k in range(14))])
        ],
        "distribution": {"confidence": [0] * 20},
        "calibrators_compared": {
            name: {"brier": 0.231, "ece": 0.031, "log_loss": 0.655}
            for name in ("beta", "isotonic", "platt")
        },
    }


def model(auc: float) -> dict[str, Any]:
    return {
        "auc": estimate(auc),
        "brier": estimate(0.236),
        "brier_skill": estimate(0.04),
        "ece": estimate(0.03),
        "slope": estimate(0.95, 0.2),
        "intercept": estimate(0.02, 0.1),
        "n": 4400,
        "return_rank_correlation": estimate(0.18),
    }


def reliability(bins: int) -> list[dict[str, Any]]:
    middles = np.linspace(0.2, 0.85, bins)
    return [
        {
            "low": p - 0.03,
            "high": p + 0.03,
            "n": 440,
            "mean_p": p,
            "win_rate": p + 0.02,
            "win_low": p - 0.04,
            "win_high": p + 0.08,
        }
        for p in middles.tolist()
    ]


def no_score() -> dict[str, Any]:
    """Too few candidates: everything is null and the reason is given."""
    record = judged(0)
    nothing = estimate(None)
    record["reason"] = TOO_FEW
    record["base_rate"] = None
    record["folds"] = [
        {
            "level": "models",
            "fitted_at": "2023-03-02T00:00:00Z",
            "rows": 41,
            "wins": 20,
            "reason": TOO_FEW,
        }
    ]
    record["models"] = {
        name: {**dict.fromkeys(figures, nothing), "n": 0}
        for name, figures in record["models"].items()
    }
    for family in ("classifier", "regression"):
        record["families"][family] = dict.fromkeys(record["families"][family], nothing)
    record["families"] |= {"carried_information": "neither", "why": TOO_FEW}
    record["reliability"] = {
        "confidence": [],
        "reference": [],
        "by_regime": {name: [] for name in REGIMES},
    }
    record["calibration_by_regime"] = {
        name: {
            "n": 0,
            "brier": None,
            "brier_interval": nothing,
            "ece": nothing,
            "slope": nothing,
            "gate": "INCONCLUSIVE",
            "reason": TOO_FEW,
        }
        for name in ("all", *REGIMES)
    }
    record["components"] = {name: {"mean": None, "auc": None} for name in COMPONENTS}
    record["layer"] = {}
    record["importance"] = []
    record["calibrators_compared"] = {
        name: {"brier": None, "ece": None, "log_loss": None}
        for name in ("beta", "isotonic", "platt")
    }
    return record


def scores(rows: int = 6000, scored: bool = True) -> pd.DataFrame:
    """Candidates with their scores; the first quarter is burn-in without a score."""
    rng = np.random.default_rng(9)
    times = pd.date_range("2023-01-01", "2024-12-30", periods=rows, tz="UTC").as_unit("ms")
    p = rng.beta(6, 5, rows)
    p[: rows // 4] = np.nan
    if not scored:
        p[:] = np.nan
    whole = np.arange(rows)
    fitted = pd.Series(times).dt.floor("D").where(~np.isnan(p))
    shares = dict.fromkeys(("p_lgb", "p_xgb", "p_ensemble", "weighted_score", "score"), p)
    shares |= dict.fromkeys(COMPONENTS, p)
    return pd.DataFrame(
        {
            "candidate_id": whole,
            "symbol": np.array(COINS)[whole % len(COINS)],
            "open_time": times,
            "net_frac": 0.001,
            "label": (whole % 2).astype(np.int8),
            "exit_time": times,
            "uniqueness": 0.9,
            "regime": (whole % 3).astype(np.int8),
            "no_new_trades": np.zeros(rows, dtype=np.int8),
            **shares,
            "confidence": p,
            "p_reference": p,
            **{f"{level}_fitted": fitted for level in ("models", "stack", "layer", "calibrator")},
        }
    )
