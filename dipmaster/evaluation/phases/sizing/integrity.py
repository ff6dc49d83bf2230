"""Ledger of sized trades to checks: sizes follow from what was known, and the caps hold.

They use the ledger, the bars, the outcomes of the phase before and table VOLATILITY, not the
code that sizes: products, payoffs and the probability of a sample are worked out again, outcome
by outcome.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dipmaster.backtest import Ledger
from dipmaster.core.kernels import Bools, Floats, Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params import Execution, Sizing
from dipmaster.core.time_units import BAR_MS, DAYS_PER_YEAR
from dipmaster.core.wins import is_win
from dipmaster.evaluation.context import EvaluationContext
from dipmaster.evaluation.integrity import Check
from dipmaster.evaluation.phase import CompletedPhase
from dipmaster.evaluation.phases.sizing.inputs import FORECAST, SizingInputs
from dipmaster.evaluation.phases.sizing.orders import refits_ms
from dipmaster.learning.calibrators import PlattCalibrator, fit_platt
from dipmaster.learning.evaluation.minimum_data import count_of

ROUNDING = 1e-9  # relative: a product in another order
SAMPLED = 40  # trades whose probability and payoff are worked out again
CLASSES = ("low", "normal", "high")
NO_CLASS = -2  # equals no regime: -1 is one that is not known
FACTORS = ("vol_scalar", "regime_factor", "spillover_factor", "intraday_factor")


def check_sizes(
    context: EvaluationContext, inputs: SizingInputs, before: CompletedPhase, ledger: Ledger
) -> tuple[Check, ...]:
    """Checks of a phase that sizes the orders of the phase before, burn-in included."""
    sizing, execution, trades = context.params.sizing, context.params.execution, ledger.trades
    entries = before.orders.entries
    asked_of = np.full(before.standalone.tradable.size, np.nan)
    asked_of[entries.candidate_id] = entries.size_frac
    asked: Floats = asked_of[trades["candidate_id"].to_numpy(dtype=np.int64)]
    caps = _caps_hold(ledger, execution)
    if "size_frac" not in trades:
        same = _close(trades["weight_frac"].to_numpy(dtype=np.float64), asked)
        whole = same | (trades["binding_cap"] != "none").to_numpy()
        detail = f"{count_of(len(trades), 'trades')}, {int((~whole).sum())} of another size"
        return Check(
            "sizes are those of the phase before", bool(whole.all()), detail, len(trades)
        ), caps
    return (
        _products_hold(trades, asked, sizing, execution),
        _of_the_signals_bar(trades, inputs, sizing),
        _counted_again(context, before, trades),
        _estimated_again(context, before, trades),
        caps,
    )


def _close(one: Floats, other: Floats) -> Bools:
    near: Bools = np.abs(one - other) <= ROUNDING * np.maximum(np.abs(other), 1e-12)
    return near


def _products_hold(
    trades: pd.DataFrame, asked: Floats, sizing: Sizing, execution: Execution
) -> Check:
    """Kelly from p and b, size from its factors, weight from the size and the cap that cut it."""
    column = {name: trades[name].to_numpy(dtype=np.float64) for name in
              ("p", "payoff", "kelly", "size_frac", "weight_frac", *FACTORS)}  # fmt: skip
    p, b = column["p"], column["payoff"]
    kelly = sizing.kelly_share_frac * np.maximum((p * b - (1.0 - p)) / b, 0.0)
    base = np.where(np.isnan(column["kelly"]), asked, column["kelly"])
    size = base * np.prod([column[name] for name in FACTORS], axis=0)
    is_sized = ~np.isnan(column["vol_scalar"])
    holds = np.where(
        is_sized, _close(column["size_frac"], size), _close(column["size_frac"], asked)
    )
    holds &= np.isnan(column["kelly"]) | _close(column["kelly"], kelly)
    cap = trades["binding_cap"].to_numpy(dtype=str)
    most = np.where(cap == "position", execution.max_position_frac, column["size_frac"])
    whole = np.isin(cap, ("none", "position"))
    holds &= np.where(
        whole, _close(column["weight_frac"], most), column["weight_frac"] < column["size_frac"]
    )
    wrong = int(np.count_nonzero(~holds))
    return Check(
        "every size is the product of its components, cut by the cap that it names",
        wrong == 0,
        f"{count_of(len(trades), 'trades')}, {int((~is_sized).sum())} in the size of the phase "
        f"before; {wrong} wrong",
        len(trades),
    )


def _of_the_signals_bar(trades: pd.DataFrame, inputs: SizingInputs, sizing: Sizing) -> Check:
    """Forecast, scalar and factors are those that the signal's own bar has."""
    row = trades["candidate_id"].to_numpy(dtype=np.int64)
    is_sized = ~np.isnan(trades["vol_scalar"].to_numpy(dtype=np.float64))
    annual = inputs.at_signal[FORECAST][row] * np.sqrt(DAYS_PER_YEAR)
    stored = trades["forecast_annual_frac"].to_numpy(dtype=np.float64)
    same = _close(stored, annual) | (np.isnan(stored) & np.isnan(annual))
    known = annual > 0.0
    wished = sizing.target_annual_frac / np.where(known, annual, np.inf)
    clipped = np.minimum(np.maximum(wished, sizing.min_scalar), sizing.max_scalar)
    same &= _close(trades["vol_scalar"].to_numpy(dtype=np.float64), clipped)
    for column, source in (
        ("regime_factor", "size_factor"),
        ("spillover_factor", "spillover_factor"),
        ("intraday_factor", "intraday_factor"),
    ):
        value = inputs.at_signal[source][row]
        known = np.where(np.isnan(value), sizing.unknown_factor, value)
        same &= trades[column].to_numpy(dtype=np.float64) == known
    wrong = int(np.count_nonzero(is_sized & ~same))
    return Check(
        "forecast and factors are those of the signal's own bar",
        wrong == 0,
        f"{count_of(int(is_sized.sum()), 'trades')} with factors, {wrong} with others",
        int(is_sized.sum()),
    )


def _ended_by(before: CompletedPhase, context: EvaluationContext) -> tuple[Floats, Ints]:
    """Confidence of the candidates that count as outcomes (else NaN), and when each was known."""
    outcomes, panel = before.standalone, context.inputs.panel
    confidence = context.filter_results["confidence"].to_numpy(dtype=np.float64)
    counts = outcomes.tradable & ~outcomes.open_at_end
    known_ms = np.where(counts, panel.open_time[outcomes.exit_index], 0) + BAR_MS
    return np.where(counts, confidence, np.nan), known_ms


def _decided_ms(trades: pd.DataFrame) -> Ints:
    return to_epoch_ms(trades["signal_time"]) + BAR_MS


def _last_refit(context: EvaluationContext, moment: int) -> int:
    """The last date of a recalibration up to a moment; before all of them: 0."""
    return max((int(one) for one in refits_ms(context) if one <= moment), default=0)


def _counted_again(
    context: EvaluationContext, before: CompletedPhase, trades: pd.DataFrame
) -> Check:
    """Outcomes on record are as many as had ended by the signal's close, and by its refit."""
    confidence, known_ms = _ended_by(before, context)
    ends = known_ms[~np.isnan(confidence)]
    sized = trades[trades["kelly"].notna()]
    decided = _decided_ms(sized)
    of_payoff = np.array([np.count_nonzero(ends <= one) for one in decided], dtype=np.float64)
    fits = [_last_refit(context, int(one)) for one in decided]
    of_p = np.array([np.count_nonzero(ends <= one) for one in fits], dtype=np.float64)
    wrong = (sized["payoff_outcomes"].to_numpy() != of_payoff) | (
        sized["p_outcomes"].to_numpy() != of_p
    )
    return Check(
        "payoff and win probability count the outcomes that had ended by the signal's close, and "
        "by the refit before it",
        not wrong.any(),
        f"{count_of(len(sized), 'trades')} sized by Kelly, {int(wrong.sum())} with another number "
        "of outcomes",
        len(sized),
    )


def _estimated_again(
    context: EvaluationContext, before: CompletedPhase, trades: pd.DataFrame
) -> Check:
    """Every k-th trade's p and b from the outcomes that had ended, one by one."""
    sizing = context.params.sizing
    confidence, known_ms = _ended_by(before, context)
    regime = context.inputs.scores["regime"].to_numpy(dtype=np.int64)
    net = before.standalone.net_frac
    sized = trades[trades["kelly"].notna()]
    sample = sized.iloc[:: max(1, -(-len(sized) // SAMPLED))]
    there, apart = ~np.isnan(confidence), 0
    for trade, decided in zip(sample.to_dict("records"), _decided_ms(sample), strict=True):
        past = np.flatnonzero(there & (known_ms <= decided))
        own = CLASSES.index(trade["regime"]) if trade["regime"] in CLASSES else NO_CLASS
        payoff = _payoff(net[past], regime[past] == own, sizing.prior_outcomes)
        fit = np.flatnonzero(there & (known_ms <= _last_refit(context, int(decided))))
        fit = fit[np.argsort(known_ms[fit], kind="stable")]
        p = _recalibrate(confidence[fit], net[fit], trade["confidence"])
        gaps = abs(p - trade["p"]), abs(payoff - trade["payoff"]) / abs(payoff)
        apart += not max(gaps) <= ROUNDING
    return Check(
        "the outcomes that had ended give the win probability and the payoff again",
        apart == 0,
        f"{len(sample)} of {len(sized)} trades sized by Kelly, {apart} with another value",
        len(sample),
    )


def _recalibrate(confidence: Floats, net: Floats, asked: float) -> float:
    model = fit_platt(confidence, is_win(net).astype(np.float64), np.ones(net.size))
    if not isinstance(model, PlattCalibrator):
        return np.nan
    return float(model.predict(np.array([asked]))[0])


def _payoff(net: Floats, own: Bools, prior: float) -> float:
    """Mean win over mean loss, both of the regime's own with `prior` of the mean of all."""

    def size(results: Sequence[float], of_regime: Sequence[float]) -> float:
        mean = sum(results) / len(results)
        if not len(of_regime) + prior:
            return mean
        return (sum(of_regime) + prior * mean) / (len(of_regime) + prior)

    won = is_win(net)
    wins = size([*net[won]], [*net[won & own]])
    losses = size([*np.abs(net[~won])], [*np.abs(net[~won & own])])
    return float(wins / losses)


def _caps_hold(ledger: Ledger, execution: Execution) -> Check:
    """No position beyond its cap when it was opened, and no money borrowed at any bar."""
    weight = ledger.trades["weight_frac"].to_numpy(dtype=np.float64)
    beyond = int(np.count_nonzero(weight > execution.max_position_frac * (1.0 + ROUNDING)))
    least = float(ledger.equity["cash"].min())
    exposed = float(ledger.equity["exposure_frac"].max())
    borrowed = least < -ROUNDING * execution.capital
    return Check(
        "no position exceeds its cap when it is opened, and no money is borrowed",
        not (beyond or borrowed),
        f"{count_of(weight.size, 'trades')}, {beyond} beyond "
        f"{100 * execution.max_position_frac:g} % of equity; "
        f"least cash {least:.2f}, largest exposure {100 * exposed:.2f} %",
        int(weight.size),
    )
