"""An evaluation to figures: what validate.json says of a phase."""

import numpy as np
import pandas as pd

from dipmaster.backtest import Ledger, metrics
from dipmaster.core.kernels import Floats
from dipmaster.core.panel import to_epoch_ms, to_timestamps
from dipmaster.core.params import Gates
from dipmaster.core.time_units import BAR_MS, BARS_PER_DAY, DAY_MS, ISO_UTC
from dipmaster.core.wins import is_win
from dipmaster.evaluation.figures import breakdowns
from dipmaster.evaluation.figures.breakdowns import mean_or_none, quantile_or_none
from dipmaster.evaluation.figures.uncertainty import build_random_entry, build_uncertainty
from dipmaster.evaluation.phase_evaluation import PhaseEvaluation
from dipmaster.evaluation.statistics import account_metrics
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.sample import (
    TradeSample,
    select_out_of_sample,
    select_out_of_sample_marks,
)
from dipmaster.evaluation.statistics.streams import Stream, build_resampling
from dipmaster.results.evaluation.phase import (
    DrawdownFigures,
    IntrabarOrder,
    MoneyFigures,
    PerTradeFigures,
    PhaseFigures,
    TradeCounts,
)
from dipmaster.results.evaluation.record import SplitPeriod
from dipmaster.results.metrics import MAX_DRAWDOWN


def format_utc(time_ms: int) -> str:
    """A time as ISO 8601, e.g. 2023-06-30T00:00:00Z."""
    return str(to_timestamps(np.array([time_ms]))[0].strftime(ISO_UTC))


def build_split_period(period: Period) -> SplitPeriod:
    """The split in words."""
    return SplitPeriod(
        first_open_time=format_utc(period.first_ms),
        out_of_sample_from=format_utc(period.out_of_sample_ms),
        last_open_time=format_utc(period.last_ms),
        burn_in_days=(period.out_of_sample_ms - period.first_ms) / DAY_MS,
        days_out_of_sample=period.days,
        days_without_bars=len(period.empty_days),
        blocks=period.blocks,
        block_days=period.block_days,
    )


def build_phase_figures(
    evaluation: PhaseEvaluation,
    ledger: Ledger,
    candidates: pd.DataFrame,
    period: Period,
    cap_bars: int,
    gates: Gates,
    intrabar: IntrabarOrder,
) -> PhaseFigures:
    """Every figure of a phase outside gates.json; None where it cannot be computed."""
    trades = select_out_of_sample(ledger.trades, period)
    fills = ledger.fills[ledger.fills["trade_id"].isin(trades["trade_id"])]
    sample = evaluation.sample
    return PhaseFigures(
        verdict=evaluation.gates.ruling.verdict,
        verdict_reason=evaluation.gates.ruling.reason,
        counts=_build_counts(ledger, trades, candidates, sample, period),
        money=_build_money(trades, fills, ledger.equity, period),
        per_trade=_build_per_trade(trades, fills),
        exits=breakdowns.summarize_by_exit(trades),
        holding=breakdowns.summarize_holding(trades, cap_bars),
        by_symbol=breakdowns.summarize_by_symbol(trades),
        by_month=breakdowns.summarize_by_month(trades, sample, period),
        by_regime=breakdowns.summarize_by_regime(trades),
        random_entry=build_random_entry(evaluation, gates),
        drawdown=_build_drawdown(evaluation, ledger.equity, period, gates),
        detail=build_uncertainty(evaluation, gates),
        intrabar=intrabar,
    )


def _build_counts(
    ledger: Ledger,
    trades: pd.DataFrame,
    candidates: pd.DataFrame,
    sample: TradeSample,
    period: Period,
) -> TradeCounts:
    late = to_epoch_ms(candidates["open_time"]) >= period.out_of_sample_ms
    return TradeCounts(
        candidates=len(candidates),
        candidates_out_of_sample=int(late.sum()),
        trades=sample.trades,
        trades_burn_in=len(ledger.trades) - sample.trades,
        losing_trades=sample.losing_trades,
        break_even=sample.break_even,
        days_with_trades=sample.days_with_trades,
        blocks_with_trades=sample.blocks_with_trades,
        open_at_end=int(trades["open_at_end"].sum()),
        skipped=dict(ledger.rejected),
    )


def _build_money(
    trades: pd.DataFrame, fills: pd.DataFrame, equity: pd.DataFrame, period: Period
) -> MoneyFigures:
    start, marks = select_out_of_sample_marks(equity, period)
    traded = float((fills["quantity"] * fills["reference_price"]).sum())
    day = np.arange(marks.size) // BARS_PER_DAY
    average = float(np.mean(marks[np.isin(day, period.days_with_bars)]))
    return MoneyFigures(
        equity_at_start=start,
        equity_at_end=float(marks[-1]),
        gross_pnl=float(trades["gross_pnl"].sum()),
        fees=float(trades["fees"].sum()),
        slippage=float(trades["slippage"].sum()),
        funding=float(trades["funding"].sum()),
        net_pnl=float(trades["net_pnl"].sum()),
        net_return_frac=compute_net_return(start, marks),
        turnover=traded / average if average > 0.0 else None,
    )


def compute_net_return(start: float, marks: Floats) -> float | None:
    """Change of the account over the marks; None where it began with nothing."""
    return float(marks[-1] / start - 1.0) if start > 0.0 else None


def _build_per_trade(trades: pd.DataFrame, fills: pd.DataFrame) -> PerTradeFigures:
    net = 1e4 * trades["return_frac"].to_numpy(dtype=np.float64)
    gross = _compute_bps("gross_pnl", trades, fills)
    won = is_win(trades["return_frac"].to_numpy(dtype=np.float64))
    win, loss = mean_or_none(net[won]), mean_or_none(net[~won])
    payoff = win / -loss if win is not None and loss is not None and loss < 0.0 else None
    return PerTradeFigures(
        mean_net_bps=mean_or_none(net),
        median_net_bps=quantile_or_none(net, 0.5),
        mean_gross_bps=mean_or_none(gross),
        mean_cost_bps=mean_or_none(gross - net),
        mean_funding_bps=mean_or_none(_compute_bps("funding", trades, fills)),
        mean_win_bps=win,
        mean_loss_bps=loss,
        payoff=payoff,
        break_even_win_rate=None if payoff is None else 1.0 / (1.0 + payoff),
    )


def _compute_bps(column: str, trades: pd.DataFrame, fills: pd.DataFrame) -> Floats:
    """A column of money of the trades over their notional."""
    bought = fills[fills["side"] == "buy"]
    notional = (bought["quantity"] * bought["reference_price"]).groupby(bought["trade_id"]).sum()
    per_trade = notional.reindex(trades["trade_id"]).to_numpy(dtype=np.float64)
    bps: Floats = 1e4 * trades[column].to_numpy(dtype=np.float64) / per_trade
    return bps


def _build_drawdown(
    evaluation: PhaseEvaluation, equity: pd.DataFrame, period: Period, gates: Gates
) -> DrawdownFigures:
    start, marks = select_out_of_sample_marks(equity, period)
    fall = metrics.max_drawdown(marks, start)
    estimate = evaluation.estimators[MAX_DRAWDOWN.key](gates.alpha)
    horizon = (
        None
        if estimate.high is None
        else account_metrics.estimate_horizon_drawdown(
            evaluation.sample,
            gates.alpha,
            gates.drawdown_horizon_days,
            build_resampling(evaluation.phase, Stream.DRAWDOWN, gates),
        )
    )
    return DrawdownFigures(
        max_frac=fall.frac,
        peak_time=_format_mark_time(period, fall.peak) if fall.frac > 0.0 else None,
        trough_time=_format_mark_time(period, fall.trough) if fall.frac > 0.0 else None,
        horizon_max_frac=estimate.value,
        horizon_days=gates.drawdown_horizon_days,
        bootstrap_median_frac=None if horizon is None else horizon.median,
        bootstrap_upper_frac=None if horizon is None else horizon.high,
    )


def _format_mark_time(period: Period, position: int) -> str:
    """Close of the bar at that position, when the account was so marked."""
    return format_utc(period.out_of_sample_ms + (position + 1) * BAR_MS)
