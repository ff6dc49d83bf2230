"""All findings of the volatility stage as one report."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dipmaster.core.kernels import Floats
from dipmaster.core.panel import as_times
from dipmaster.core.parallel import in_threads
from dipmaster.core.params import Split, Volatility
from dipmaster.core.params.roadmap import REGIME_ACCURACY_FRAC
from dipmaster.core.time_units import BARS_PER_DAY, DAY_MS, ISO_UTC, boundary_ms
from dipmaster.volatility import accuracy, garch_summary, scores
from dipmaster.volatility.accuracy import against
from dipmaster.volatility.batch import VolatilityOf
from dipmaster.volatility.regime import Classes


@dataclass(frozen=True)
class Truth:
    """Latent states of a simulated market: shapes (bars,) and (coins, bars); -1 not known."""

    market: Classes
    coins: Classes


def report_of(
    found: VolatilityOf, truth: Truth | None, params: Volatility, split: Split
) -> dict[str, Any]:
    """Judge forecasts and regimes from the out-of-sample boundary on.

    Parameters
    ----------
    truth
        None for real bars: the class of the next 24 hours' realised volatility
        stands in, and is named a proxy.
    split
        For the boundary: `burn_in_days` after the first bar, at the next midnight.
    """
    first = boundary_bar(found, split)
    forecasts = {name: found.forecasts.chosen(name) for name in ("garch", "rv_ewma", "har")}
    judged = scores.judge(found.symbols, found.returns, forecasts, first, params.judging)
    return {
        "out_of_sample_from": as_times(np.array([_boundary_ms(found, split)]))[0].strftime(ISO_UTC),
        "forecast_used": params.forecast,
        "forecasts": judged,
        "regimes": _regimes(found, truth, first, params),
        "shares": _shares(found, first),
        "garch": _garch(found, params),
        "season": {
            "weekday": found.profile[-1, :24].tolist(),
            "weekend": found.profile[-1, 24:].tolist(),
        },
    }


def _boundary_ms(found: VolatilityOf, split: Split) -> int:
    return boundary_ms(found.clock.first_ms, split.burn_in_days)


def boundary_bar(found: VolatilityOf, split: Split) -> int:
    """First bar out of sample; the end of the grid where nothing is."""
    bar = (_boundary_ms(found, split) - found.clock.first_ms) * BARS_PER_DAY // DAY_MS
    return min(bar, found.clock.bars)


def _regimes(
    found: VolatilityOf, truth: Truth | None, first: int, params: Volatility
) -> dict[str, Any]:
    if found.clock.bars - first < BARS_PER_DAY:
        return {"reason": "less than a day out of sample"}
    exists = found.exists
    detectors = {
        "market": np.where(exists, found.regimes.market, -1),
        "coin": np.where(exists, found.regimes.coin, -1),
        "naive": np.where(exists, found.regimes.naive, -1),
    }
    out: dict[str, Any] = {"target": REGIME_ACCURACY_FRAC, "used": params.regime.pooling}
    proxy = accuracy.next_day_classes(found.returns, params.regime)
    for name, guess in detectors.items():
        out[name] = {"proxy": against(guess, proxy, first, params.judging)}
        if truth is not None:
            everywhere = np.where(exists, truth.market, -1)
            out[name]["market_truth"] = against(guess, everywhere, first, params.judging)
            out[name]["coin_truth"] = against(guess, truth.coins, first, params.judging)
    if truth is not None:
        out["episodes"] = len(accuracy.episodes(truth.market, first))
        out["delay"] = _delay(found, truth, first, params.regime.pooling)
    return out


def _delay(found: VolatilityOf, truth: Truth, first: int, used: str) -> dict[str, Any]:
    """Of the detector in use: the market's state, or each coin's own, coins pooled."""
    if used == "market":
        guess, state = found.regimes.market[None], truth.market[None]
    else:
        guess, state = found.regimes.coin, truth.coins
    return {"of": used, **accuracy.delays(guess, state, first)}


def _shares(found: VolatilityOf, first: int) -> dict[str, Any]:
    """How much of the out-of-sample time each regime and the limit on trading take."""
    exists = found.exists[:, first:]
    regime = found.regimes.regime[:, first:][exists]
    known = regime[regime >= 0]
    limit = found.regimes.no_new_trades[:, first:][exists]
    names = ("low", "normal", "high")
    share = {
        name: float((known == i).mean()) if known.size else None for i, name in enumerate(names)
    }
    judged = limit[limit >= 0]
    return {
        **share,
        "not_known": float((regime < 0).mean()) if regime.size else None,
        "no_new_trades": float(judged.mean()) if judged.size else None,
    }


def _garch(found: VolatilityOf, params: Volatility) -> dict[str, Any]:
    rows = list(zip(found.symbols, found.returns, found.garch, strict=True))

    def one(row: tuple[str, Floats, Any]) -> dict[str, Any]:
        _, returns, path = row
        last = garch_summary.last_window(returns, found.profile, found.clock, path, params.garch)
        known = path.confidence[np.isfinite(path.confidence)]
        return {
            "fits": int(path.edges.size),
            "not_converged": path.not_converged,
            "persistence_one": path.integrated,
            "median_confidence": float(np.median(known)) if known.size else None,
            "last_window": last,
        }

    made = in_threads(one, rows, "GARCH summaries")
    return {symbol: made[i] for i, (symbol, _, _) in enumerate(rows)}
