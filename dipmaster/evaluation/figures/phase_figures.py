"""An evaluation to figures: what validate.json says of a phase."""

import pandas as pd

from dipmaster.backtest import Ledger
from dipmaster.core.panel import Panel, to_epoch_ms
from dipmaster.core.params import Execution, Exits, Gates
from dipmaster.core.time_units import DAY_MS
from dipmaster.evaluation.figures import breakdowns
from dipmaster.evaluation.figures.costs import build_costs
from dipmaster.evaluation.figures.drawdowns import build_drawdown
from dipmaster.evaluation.figures.money import build_exposure, build_money, build_per_trade
from dipmaster.evaluation.figures.risk import build_risk
from dipmaster.evaluation.figures.times import format_utc
from dipmaster.evaluation.figures.uncertainty import build_random_entry, build_uncertainty
from dipmaster.evaluation.phase_evaluation import PhaseEvaluation
from dipmaster.evaluation.statistics.period import Period
from dipmaster.evaluation.statistics.sample import TradeSample, select_out_of_sample
from dipmaster.results.evaluation.intrabar import IntrabarOrder
from dipmaster.results.evaluation.phase import PhaseFigures, TradeCounts
from dipmaster.results.evaluation.record import SplitPeriod


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
        last_block_days=period.last_block_days,
    )


def build_phase_figures(
    evaluation: PhaseEvaluation,
    ledger: Ledger,
    candidates: pd.DataFrame,
    panel: Panel,
    period: Period,
    exits: Exits,
    gates: Gates,
    intrabar: IntrabarOrder,
    execution: Execution,
) -> PhaseFigures:
    """Every figure of a phase outside gates.json; None where it cannot be computed."""
    trades = select_out_of_sample(ledger.trades, period)
    fills = ledger.fills[ledger.fills["trade_id"].isin(trades["trade_id"])]
    sample, judged = evaluation.sample, evaluation.gates
    return PhaseFigures(
        verdict=judged.ruling.verdict,
        verdict_reason=judged.ruling.reason,
        days_needed=judged.decision_time.days,
        days_needed_reason=judged.decision_time.reason,
        counts=_build_counts(ledger, trades, candidates, sample, period),
        money=build_money(trades, fills, ledger.equity, period),
        exposure=build_exposure(ledger.equity, period),
        per_trade=build_per_trade(trades, fills),
        exits=breakdowns.summarize_by_exit(trades),
        holding=breakdowns.summarize_holding(trades, exits.max_holding_bars),
        by_symbol=breakdowns.summarize_by_symbol(trades),
        by_month=breakdowns.summarize_by_month(trades, sample, period),
        by_regime=breakdowns.summarize_by_regime(trades),
        random_entry=build_random_entry(evaluation, gates),
        drawdown=build_drawdown(evaluation, ledger.equity, period, gates),
        risk=build_risk(trades, fills, sample, period, exits.stop_frac, execution),
        costs=build_costs(trades, fills, panel),
        uncertainty=build_uncertainty(evaluation, gates),
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
        rejected=dict(ledger.rejected),
    )
