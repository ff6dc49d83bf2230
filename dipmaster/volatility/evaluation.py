"""Forecasts and regimes evaluated out of sample, as one report."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.panel import to_timestamps
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.params import Split, Volatility
from dipmaster.core.params.roadmap import REGIME_ACCURACY_FRAC
from dipmaster.core.time_units import BARS_PER_DAY, DAY_MS, ISO_UTC, out_of_sample_start_ms
from dipmaster.volatility import forecast_accuracy, garch_summary, regime_accuracy
from dipmaster.volatility.batch import MarketVolatility
from dipmaster.volatility.regime import Classes
from dipmaster.volatility.regime_accuracy import evaluate_regimes


@dataclass(frozen=True)
class LatentRegimes:
    """Latent states of a simulated market: shapes (bars,) and (coins, bars); -1 not known."""

    market: Classes
    coins: Classes


def evaluate_volatility(
    volatility: MarketVolatility, truth: LatentRegimes | None, params: Volatility, split: Split
) -> dict[str, Any]:
    """Evaluate forecasts and regimes from the start of the out-of-sample period.

    Parameters
    ----------
    truth
        None for real bars: the class of the next 24 hours' realised volatility
        serves as a proxy, and is called one.
    split
        For its start: `burn_in_days` after the first bar, at the next midnight.
    """
    first_bar = out_of_sample_bar(volatility, split)
    forecasts = {name: volatility.forecasts.by_name(name) for name in ("garch", "rv_ewma", "har")}
    forecast_scores = forecast_accuracy.evaluate_forecasts(
        volatility.symbols, volatility.returns, forecasts, first_bar, params.evaluation
    )
    return {
        "out_of_sample_from": to_timestamps(np.array([_out_of_sample_start_ms(volatility, split)]))[
            0
        ].strftime(ISO_UTC),
        "forecast_used": params.forecast,
        "forecasts": forecast_scores,
        "regimes": _evaluate_detectors(volatility, truth, first_bar, params),
        "regime_shares": _regime_shares(volatility, first_bar),
        "garch": _summarize_garch(volatility, params),
        "seasonality": {
            "weekday": volatility.profile[-1, :24].tolist(),
            "weekend": volatility.profile[-1, 24:].tolist(),
        },
    }


def _out_of_sample_start_ms(volatility: MarketVolatility, split: Split) -> int:
    return out_of_sample_start_ms(volatility.clock.first_ms, split.burn_in_days)


def out_of_sample_bar(volatility: MarketVolatility, split: Split) -> int:
    """First bar out of sample; the end of the grid where nothing is."""
    bar = (
        (_out_of_sample_start_ms(volatility, split) - volatility.clock.first_ms)
        * BARS_PER_DAY
        // DAY_MS
    )
    return min(bar, volatility.clock.bars)


def _evaluate_detectors(
    volatility: MarketVolatility, truth: LatentRegimes | None, first_bar: int, params: Volatility
) -> dict[str, Any]:
    if volatility.clock.bars - first_bar < BARS_PER_DAY:
        return {"reason": "less than a day out of sample"}
    exists = volatility.exists
    detectors = {
        "market": np.where(exists, volatility.regimes.market, -1),
        "coin": np.where(exists, volatility.regimes.coin, -1),
        "naive": np.where(exists, volatility.regimes.naive, -1),
    }
    out: dict[str, Any] = {"target": REGIME_ACCURACY_FRAC, "detector_used": params.regime.pooling}
    proxy = regime_accuracy.classify_next_day(volatility.returns, params.regime)
    for name, predicted in detectors.items():
        out[name] = {"proxy": evaluate_regimes(predicted, proxy, first_bar, params.evaluation)}
        if truth is not None:
            market_state = np.where(exists, truth.market, -1)
            out[name]["market_truth"] = evaluate_regimes(
                predicted, market_state, first_bar, params.evaluation
            )
            out[name]["coin_truth"] = evaluate_regimes(
                predicted, truth.coins, first_bar, params.evaluation
            )
    if truth is not None:
        out["episodes"] = len(regime_accuracy.find_episodes(truth.market, first_bar))
        out["delay"] = _measure_delay(volatility, truth, first_bar, params.regime.pooling)
    return out


def _measure_delay(
    volatility: MarketVolatility, truth: LatentRegimes, first_bar: int, used: str
) -> dict[str, Any]:
    """Of the detector in use: the market's state, or each coin's own, coins pooled."""
    if used == "market":
        predicted, state = volatility.regimes.market[None], truth.market[None]
    else:
        predicted, state = volatility.regimes.coin, truth.coins
    return {"detector": used, **regime_accuracy.measure_delays(predicted, state, first_bar)}


def _regime_shares(volatility: MarketVolatility, first_bar: int) -> dict[str, Any]:
    """How much of the out-of-sample time each regime and the limit on trading take."""
    exists = volatility.exists[:, first_bar:]
    regime = volatility.regimes.regime[:, first_bar:][exists]
    known = regime[regime >= 0]
    limit = volatility.regimes.no_new_trades[:, first_bar:][exists]
    names = ("low", "normal", "high")
    share = {
        name: float((known == i).mean()) if known.size else None for i, name in enumerate(names)
    }
    judged = limit[limit >= 0]
    return {
        **share,
        "unknown": float((regime < 0).mean()) if regime.size else None,
        "no_new_trades": float(judged.mean()) if judged.size else None,
    }


def _summarize_garch(volatility: MarketVolatility, params: Volatility) -> dict[str, Any]:
    rows = list(zip(volatility.symbols, volatility.returns, volatility.garch, strict=True))

    def summarize_coin(row: tuple[str, Floats, Any]) -> dict[str, Any]:
        _, returns, path = row
        last_window = garch_summary.summarize_last_window(
            returns, volatility.profile, volatility.clock, path, params.garch
        )
        known = path.confidence[np.isfinite(path.confidence)]
        return {
            "fits": int(path.edges.size),
            "not_converged": path.not_converged,
            "integrated": path.integrated,
            "median_confidence": float(np.median(known)) if known.size else None,
            "last_window": last_window,
        }

    summaries = map_in_threads(summarize_coin, rows, "GARCH summaries")
    return {symbol: summaries[i] for i, (symbol, _, _) in enumerate(rows)}
