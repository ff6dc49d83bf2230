"""The chapter on volatility and regimes."""

from typing import Any

import numpy as np
from markupsafe import Markup

from dipmaster.core.kernels import Ints
from dipmaster.core.panel import to_epoch_ms, to_timestamps
from dipmaster.core.time_units import DAY_MS
from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.volatility import forecast_chart, forecasts, regime_chart
from dipmaster.report.chapters.volatility.deciles import deciles
from dipmaster.report.inputs import ReportInputs, time_of
from dipmaster.report.kit.volatility_names import FORECASTS
from dipmaster.results.evaluation.sizing import SizingAblation
from dipmaster.results.volatility.regimes import RegimeResults

SHOWN_DAYS = 120


def view(inputs: ReportInputs) -> Context:
    """Everything the template of the chapter prints."""
    results, symbol = inputs.volatility, inputs.shown.symbol
    return {
        "symbol": symbol,
        "days": SHOWN_DAYS,
        "detector": results.regimes.detector_used
        if isinstance(results.regimes, RegimeResults)
        else None,
        "shares": results.regime_shares,
        "regimes_chart": _draw_regimes(inputs),
        "forecast_chart": _draw_forecasts(inputs),
        "forecast_rows": forecasts.rows(results.forecasts),
        "pooled": results.forecasts.pooled,
        "names": FORECASTS,
        "cost_in_sizes": _find_cost_in_sizes(inputs),
        "fits": forecasts.fit_pairs(results.garch[symbol]),
        "last_fit": results.garch[symbol].last_window,
    }


def _find_cost_in_sizes(inputs: ReportInputs) -> SizingAblation | None:
    """Phase 3 with another forecast in its sizes; None before phase 3 is built."""
    sizing = inputs.validation.sizing
    rows = sizing.ablation if sizing is not None else ()
    return next((row for row in rows if row.component == "forecast"), None)


def _since_ms(inputs: ReportInputs) -> int:
    return int(time_of(inputs.volatility.out_of_sample_from).astype(np.int64))


def _draw_regimes(inputs: ReportInputs) -> Markup:
    """The last days of the shown coin: out of sample, `SHOWN_DAYS` at most."""
    shown = inputs.shown
    times = to_epoch_ms(shown.bars["open_time"])
    last = int(times[-1])
    first = max(last - SHOWN_DAYS * DAY_MS, min(_since_ms(inputs), last - DAY_MS))
    drawn = times >= first
    frame = inputs.forecasts[shown.symbol]
    stamps = to_epoch_ms(frame["open_time"])
    in_use = _on(times[drawn], stamps, frame["regime"].to_numpy())
    of_coin = _on(times[drawn], stamps, frame["regime_coin"].to_numpy())
    strips = [("in use", in_use), ("own level", of_coin)]
    if shown.truth is not None:
        known = to_epoch_ms(shown.truth["open_time"])
        strips += [
            ("true, market", _on(times[drawn], known, shown.truth["regime"].to_numpy())),
            ("true, coin", _on(times[drawn], known, shown.truth["coin_regime"].to_numpy())),
        ]
    close = shown.bars["close"].to_numpy(dtype=np.float64)[drawn]
    return regime_chart.over_price(to_timestamps(times[drawn]), close, in_use, strips)


def _on(wanted_ms: Ints, times_ms: Ints, values: Any) -> Ints:
    """Values at the wanted times; -1 where there is none."""
    place = np.minimum(np.searchsorted(times_ms, wanted_ms), times_ms.size - 1)
    classes: Ints = np.where(times_ms[place] == wanted_ms, values[place], -1).astype(np.int64)
    return classes


def _draw_forecasts(inputs: ReportInputs) -> Markup | str:
    results, since_ms = inputs.volatility, _since_ms(inputs)
    panels = [
        (
            words + (" (used)" if name == results.forecast_used else ""),
            deciles(inputs.forecasts, name, since_ms, results.forecasts.origin_bars),
        )
        for name, words in FORECASTS.items()
    ]
    return forecast_chart.calibration(panels) if any(bins for _, bins in panels) else ""


VOLATILITY = Chapter(
    folder="volatility",
    title="Volatility and regimes",
    view=view,
    part="appendix",
)
