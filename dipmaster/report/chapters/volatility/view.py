"""The chapter on volatility and regimes: rows, sentences and charts."""

from typing import Any

import numpy as np
from markupsafe import Markup

from dipmaster.core.kernels import Ints
from dipmaster.core.panel import as_times, epoch_ms
from dipmaster.core.time_units import DAY_MS
from dipmaster.report.chapters.volatility import forecast_chart as forecast_charts
from dipmaster.report.chapters.volatility import forecasts, regimes
from dipmaster.report.chapters.volatility import regime_chart as regime_charts
from dipmaster.report.chapters.volatility.tenths import tenths
from dipmaster.report.inputs import Inputs

SHOWN_DAYS = 120


def view(inputs: Inputs) -> dict[str, Any]:
    """Everything the template of the chapter prints."""
    rows, summary, reason = forecasts.garch_facts(inputs)
    references = regimes.references(inputs)
    return {
        "symbol": inputs.shown.symbol,
        "regimes_chart": _regimes(inputs),
        "days": SHOWN_DAYS,
        "share_words": regimes.share_words(inputs),
        "regime_words": regimes.regime_words(inputs),
        "delay_words": regimes.delay_words(inputs),
        "references": references,
        "accuracy_chart": _accuracy(inputs, references),
        "forecast_chart": _forecasts(inputs),
        "garch_words": forecasts.garch_words(inputs),
        "coins": forecasts.coins(inputs),
        "pooled": forecasts.pooled(inputs),
        "used": inputs.volatility["forecast_used"],
        "garch": rows,
        "summary": summary,
        "garch_reason": reason,
    }


def _since_ms(inputs: Inputs) -> int:
    since = inputs.volatility["out_of_sample_from"].rstrip("Z")
    return int(np.datetime64(since, "ms").astype(np.int64))


def _regimes(inputs: Inputs) -> Markup:
    """The last days of the shown coin: out of sample, `SHOWN_DAYS` at most."""
    shown = inputs.shown
    times = epoch_ms(shown.bars["open_time"])
    last = int(times[-1])
    first = max(last - SHOWN_DAYS * DAY_MS, min(_since_ms(inputs), last - DAY_MS))
    kept = times >= first
    frame = inputs.forecasts[shown.symbol]
    stamps = epoch_ms(frame["open_time"])
    used = _on(times[kept], stamps, frame["regime"].to_numpy())
    own = _on(times[kept], stamps, frame["regime_coin"].to_numpy())
    strips = [("in use", used), ("coin’s own", own)]
    if shown.truth is not None:
        known = epoch_ms(shown.truth["open_time"])
        strips += [
            ("true, market", _on(times[kept], known, shown.truth["regime"].to_numpy())),
            ("true, coin", _on(times[kept], known, shown.truth["coin_regime"].to_numpy())),
        ]
    close = shown.bars["close"].to_numpy(dtype=np.float64)[kept]
    return regime_charts.over_price(as_times(times[kept]), close, used, strips)


def _on(wanted_ms: Ints, times_ms: Ints, values: Any) -> Ints:
    """Values at the wanted times; -1 where there is none."""
    place = np.minimum(np.searchsorted(times_ms, wanted_ms), times_ms.size - 1)
    found: Ints = np.where(times_ms[place] == wanted_ms, values[place], -1).astype(np.int64)
    return found


def _accuracy(inputs: Inputs, references: list[regimes.Reference]) -> Markup | str:
    """The first reference, truth where it is known; only a truth is called accuracy."""
    if not references:
        return ""
    first = references[0]
    words = "proxy accuracy" if first.key == "proxy" else "accuracy"
    rows = [(row.name, row.found) for row in first.rows]
    return forecast_charts.accuracy(rows, inputs.volatility["regimes"]["target"], words)


def _forecasts(inputs: Inputs) -> Markup | str:
    judged = inputs.volatility["forecasts"]
    panels = [
        (
            words + (" (used)" if name == inputs.volatility["forecast_used"] else ""),
            tenths(inputs.forecasts, name, _since_ms(inputs), judged["origin_bars"]),
        )
        for name, words in forecasts.FORECASTS.items()
    ]
    return forecast_charts.calibration(panels) if any(bins for _, bins in panels) else ""
