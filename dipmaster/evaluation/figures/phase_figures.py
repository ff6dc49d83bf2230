"""An evaluation to plain records: what validate.json and summary.json say of a phase."""

from typing import Any

import numpy as np
import pandas as pd

from dipmaster.backtest import Ledger, metrics
from dipmaster.core.kernels import Floats
from dipmaster.core.panel import as_times, epoch_ms
from dipmaster.core.params import Gates
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, DAY_MS, DAYS_PER_YEAR, ISO_UTC
from dipmaster.core.wins import is_win
from dipmaster.evaluation.figures import breakdowns
from dipmaster.evaluation.figures.breakdowns import Record, mean_or_none, quantile_or_none
from dipmaster.evaluation.phase_evaluation import (
    PhaseEvaluation,
    drawdown_resampling,
    sharpe_resampling,
)
from dipmaster.evaluation.statistics import account_metrics, estimate, trade_metrics
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.random_entry.excess import chance_p, joint_half_width
from dipmaster.evaluation.statistics.sample import Sample, marks_out_of_sample, out_of_sample
from dipmaster.learning.evaluation.clustered import clopper_pearson


def utc(time_ms: int) -> str:
    """A time as ISO 8601, e.g. 2023-06-30T00:00:00Z."""
    return str(as_times(np.array([time_ms]))[0].strftime(ISO_UTC))


def period_record(period: Period) -> Record:
    """The split in words."""
    return {
        "first_open_time": utc(period.first_ms),
        "out_of_sample_from": utc(period.out_of_sample_ms),
        "last_open_time": utc(period.last_ms),
        "burn_in_days": (period.out_of_sample_ms - period.first_ms) / DAY_MS,
        "days_out_of_sample": period.days,
        "days_without_bars": len(period.empty_days),
        "blocks": period.blocks,
        "block_days": period.block_days,
    }


def phase_record(
    evaluation: PhaseEvaluation,
    ledger: Ledger,
    candidates: pd.DataFrame,
    period: Period,
    cap_bars: int,
    gates: Gates,
) -> Record:
    """Every figure of a phase outside gates.json; None where it cannot be computed."""
    trades = out_of_sample(ledger.trades, period)
    fills = ledger.fills[ledger.fills["trade_id"].isin(trades["trade_id"])]
    sample = evaluation.sample
    return {
        "verdict": evaluation.gates.ruling.verdict,
        "verdict_reason": evaluation.gates.ruling.reason,
        "counts": _counts(ledger, trades, candidates, sample, period),
        "money": _money(trades, fills, ledger.equity, period),
        "per_trade": _per_trade(trades, fills),
        "exits": breakdowns.by_exit(trades),
        "holding": breakdowns.holding(trades, cap_bars),
        "by_symbol": breakdowns.by_symbol(trades),
        "by_month": breakdowns.by_month(trades, sample, period),
        "by_regime": breakdowns.by_regime(trades),
        "random_entry": _random_entry(evaluation, gates),
        "drawdown": _drawdown(evaluation, ledger.equity, period, gates),
        "detail": _detail(evaluation, gates),
    }


def _counts(
    ledger: Ledger,
    trades: pd.DataFrame,
    candidates: pd.DataFrame,
    sample: Sample,
    period: Period,
) -> Record:
    late = epoch_ms(candidates["open_time"]) >= period.out_of_sample_ms
    return {
        "candidates": len(candidates),
        "candidates_out_of_sample": int(late.sum()),
        "trades": sample.trades,
        "trades_burn_in": len(ledger.trades) - sample.trades,
        "losing_trades": sample.losing_trades,
        "break_even": sample.break_even,
        "days_with_trades": sample.days_with_trades,
        "blocks_with_trades": sample.blocks_with_trades,
        "open_at_end": int(trades["open_at_end"].sum()),
        "skipped": dict(ledger.skipped),
    }


def _money(
    trades: pd.DataFrame, fills: pd.DataFrame, equity: pd.DataFrame, period: Period
) -> Record:
    start, marks = marks_out_of_sample(equity, period)
    traded = float((fills["quantity"] * fills["reference_price"]).sum())
    day = np.arange(marks.size) // BARS_PER_DAY
    average = float(np.mean(marks[np.isin(day, period.days_with_bars)]))
    return {
        "equity_at_start": start,
        "equity_at_end": float(marks[-1]),
        **{
            name: float(trades[name].sum()) for name in ("gross_pnl", "fees", "slippage", "net_pnl")
        },
        "net_return_frac": net_return(start, marks),
        "turnover": traded / average if average > 0.0 else None,
    }


def net_return(start: float, marks: Floats) -> float | None:
    """Change of the account over the marks; None where it began with nothing."""
    return float(marks[-1] / start - 1.0) if start > 0.0 else None


def _per_trade(trades: pd.DataFrame, fills: pd.DataFrame) -> Record:
    net = 1e4 * trades["return_frac"].to_numpy(dtype=np.float64)
    gross = _gross_bps(trades, fills)
    won = is_win(trades["return_frac"].to_numpy(dtype=np.float64))
    win, loss = mean_or_none(net[won]), mean_or_none(net[~won])
    payoff = win / -loss if win is not None and loss is not None and loss < 0.0 else None
    return {
        "mean_net_bps": mean_or_none(net),
        "median_net_bps": quantile_or_none(net, 0.5),
        "mean_gross_bps": mean_or_none(gross),
        "mean_cost_bps": mean_or_none(gross - net),
        "mean_win_bps": win,
        "mean_loss_bps": loss,
        "payoff": payoff,
        "break_even_win_rate": None if payoff is None else 1.0 / (1.0 + payoff),
    }


def _gross_bps(trades: pd.DataFrame, fills: pd.DataFrame) -> Floats:
    bought = fills[fills["side"] == "buy"]
    notional = (bought["quantity"] * bought["reference_price"]).groupby(bought["trade_id"]).sum()
    per_trade = notional.reindex(trades["trade_id"]).to_numpy(dtype=np.float64)
    gross: Floats = 1e4 * trades["gross_pnl"].to_numpy(dtype=np.float64) / per_trade
    return gross


def _random_entry(evaluation: PhaseEvaluation, gates: Gates) -> Record:
    pool, draws = evaluation.chance.pool, evaluation.chance.draws
    blocks = evaluation.sample.only(pool.matched).blocks_with_trades
    excess = evaluation.estimators["excess_win_rate"](gates.alpha)
    return {
        "matched_trades": int(pool.matched.sum()),
        "pool": int(pool.return_frac.size),
        "draws": int(draws.win_rate.size),
        "win_rate": _band(draws.win_rate, gates.alpha),
        "profit_factor": _band(draws.profit_factor, gates.alpha),
        "mean_net_bps": _band(draws.mean_net_bps, gates.alpha),
        "p_value": chance_p(excess, blocks, gates.alpha),
        "excess_win_rate": _interval(excess),
        "excess_blocks_together": _blocks_together(evaluation, excess, gates),
    }


def _blocks_together(
    evaluation: PhaseEvaluation, excess: estimate.Estimate, gates: Gates
) -> Record:
    """The narrower interval, right where strata match perfectly; shown, never judged."""
    if excess.value is None or excess.low is None:
        return {"low": None, "high": None}
    pool = evaluation.chance.pool
    half = joint_half_width(evaluation.sample.only(pool.matched), pool, gates.alpha)
    return {"low": excess.value - half, "high": excess.value + half}


def _band(values: Floats, alpha: float) -> Record:
    return {
        "mean": mean_or_none(values),
        "low": quantile_or_none(values, alpha),
        "high": quantile_or_none(values, 1.0 - alpha),
    }


def _interval(estimate: estimate.Estimate) -> Record:
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high}


def _drawdown(
    evaluation: PhaseEvaluation, equity: pd.DataFrame, period: Period, gates: Gates
) -> Record:
    start, marks = marks_out_of_sample(equity, period)
    fall = metrics.max_drawdown(marks, start)
    estimate = evaluation.estimators["max_drawdown"](gates.alpha)
    around = (
        None
        if estimate.high is None
        else account_metrics.drawdown_horizon(
            evaluation.sample,
            gates.alpha,
            gates.drawdown_horizon_days,
            drawdown_resampling(evaluation.phase, gates),
        )
    )
    return {
        "max_frac": fall.frac,
        "peak_time": _mark_time(period, fall.peak) if fall.frac > 0.0 else None,
        "trough_time": _mark_time(period, fall.trough) if fall.frac > 0.0 else None,
        "horizon_max_frac": estimate.value,
        "horizon_days": gates.drawdown_horizon_days,
        "bootstrap_median_frac": None if around is None else around.median,
        "bootstrap_upper_frac": None if around is None else around.high,
    }


def _mark_time(period: Period, position: int) -> str:
    """Close of the bar at that position, when the account was so marked."""
    return utc(period.out_of_sample_ms + (position + 1) * BAR_MS)


def _detail(evaluation: PhaseEvaluation, gates: Gates) -> Record:
    sample, returns = evaluation.sample, evaluation.sample.days.returns
    rate = metrics.win_rate(sample.return_frac)
    exact = (
        (None, None) if rate is None else clopper_pearson(rate, float(sample.trades), gates.alpha)
    )
    target = next(row.target for row in evaluation.gates.rows if row.metric == "sharpe")
    return {
        "design_effect_win_rate": trade_metrics.design_effect_win_rate(sample),
        "clopper_pearson_if_independent": {"low": exact[0], "high": exact[1]},
        **_sharpe_detail(evaluation, gates),
        "probabilistic_sharpe": account_metrics.probabilistic_sharpe(returns, target),
        "lo_eta_365": metrics.lo_eta(returns, DAYS_PER_YEAR, gates.block_days),
        "daily_vol_annual_frac": _annual_volatility(returns),
        "profit_factor_equal_notional": metrics.profit_factor(
            sample.return_frac, sample.return_frac
        ),
    }


def _annual_volatility(returns: Floats) -> float | None:
    return float(returns.std(ddof=1) * np.sqrt(DAYS_PER_YEAR)) if returns.size > 1 else None


def _sharpe_detail(evaluation: PhaseEvaluation, gates: Gates) -> Record:
    sample = evaluation.sample
    nothing: dict[str, Any] = {"low": None, "high": None}
    names = ("sharpe_hac", "sharpe_bootstrap", "sharpe_psr")
    if evaluation.estimators["sharpe"](gates.alpha).low is None:
        return {name: dict(nothing) for name in names}
    bounds = account_metrics.sharpe_bounds(
        sample.days.returns,
        gates.alpha,
        sample.blocks_with_trades,
        sharpe_resampling(evaluation.phase, gates),
    )
    three = (bounds.hac, bounds.bootstrap, bounds.probabilistic)
    return {
        name: {"low": pair.low, "high": pair.high} for name, pair in zip(names, three, strict=True)
    }
