"""What is printed of every phase: lines of tables with the phases as columns."""

from collections.abc import Iterable, Sequence

from dipmaster.report.kit import numbers
from dipmaster.report.kit.phase_lines import DAYS, PER_TRADE, TRADES, outcomes
from dipmaster.report.kit.phase_table import Line
from dipmaster.report.kit.table import Column
from dipmaster.results.evaluation.breakdowns import ExitTypeRow, RegimeRow, SymbolRow
from dipmaster.results.evaluation.intrabar import IntrabarReading
from dipmaster.results.evaluation.phase import PhaseFigures

Lines = Sequence[Line[PhaseFigures]]
BAR_MINUTES = 5


def counts(phases: Iterable[PhaseFigures]) -> Lines:
    """How many, and why orders were rejected: a line a reason that occurs in any phase."""
    reasons = sorted({name for phase in phases for name, n in phase.counts.rejected.items() if n})
    return [*_COUNTS, *map(_rejected, reasons)]


def _rejected(reason: str) -> Line[PhaseFigures]:
    return (
        f"Orders rejected: {numbers.spaced(reason)}",
        lambda phase: numbers.count(phase.counts.rejected.get(reason, 0)),
    )


_COUNTS: Lines = (
    ("Candidates", lambda phase: numbers.count(phase.counts.candidates_out_of_sample)),
    TRADES,
    ("Won / lost / break-even", lambda phase: outcomes(phase.counts, " / ")),
    DAYS,
    ("Blocks with trades", lambda phase: numbers.count(phase.counts.blocks_with_trades)),
    ("Open at the end of the data", lambda phase: numbers.count(phase.counts.open_at_end)),
    ("Trades in the burn-in, excluded", lambda phase: numbers.count(phase.counts.trades_burn_in)),
)
RETURNS: Lines = (
    ("Opening equity", lambda phase: numbers.money(phase.money.equity_at_start)),
    ("Closing equity", lambda phase: numbers.money(phase.money.equity_at_end)),
    ("Net return", lambda phase: numbers.percent(phase.money.net_return_frac, signed=True)),
    *(PER_TRADE[key] for key in ("net", "median", "win", "loss")),
    ("Payoff ratio, mean win / mean loss", lambda phase: numbers.ratio(phase.per_trade.payoff)),
    PER_TRADE["break_even"],
)


def _minutes(value: float | None) -> str:
    """A holding period; within the bar of the entry it is known to that bar only."""
    is_within_bar = value is not None and value < BAR_MINUTES
    return f"under {numbers.minutes(BAR_MINUTES)}" if is_within_bar else numbers.minutes(value)


HOLDING: Lines = (
    ("Mean", lambda phase: _minutes(phase.holding.mean_minutes)),
    ("10th percentile", lambda phase: _minutes(phase.holding.p10_minutes)),
    ("Median", lambda phase: _minutes(phase.holding.median_minutes)),
    ("90th percentile", lambda phase: _minutes(phase.holding.p90_minutes)),
    ("Within the roadmap’s range", lambda phase: numbers.percent(phase.holding.in_band_frac)),
)
UNCERTAINTY: Lines = (
    (
        "Win rate, design effect",
        lambda phase: numbers.ratio(phase.uncertainty.design_effect_win_rate),
    ),
    (
        "Win rate, exact binomial, assuming independence",
        lambda phase: numbers.bounds(phase.uncertainty.clopper_pearson_if_independent, "percent"),
    ),
    (
        "Sharpe, robust to autocorrelation (HAC)",
        lambda phase: numbers.bounds(phase.uncertainty.sharpe_hac, "ratio"),
    ),
    (
        "Sharpe, block bootstrap",
        lambda phase: numbers.bounds(phase.uncertainty.sharpe_bootstrap, "ratio"),
    ),
    (
        "Sharpe, adjusted for skewness and fat tails (PSR)",
        lambda phase: numbers.bounds(phase.uncertainty.sharpe_psr, "ratio"),
    ),
    (
        "Lo’s factor from a daily to an annual Sharpe (19.1 if independent)",
        lambda phase: numbers.plain(phase.uncertainty.lo_eta_365, 1),
    ),
    (
        "Profit factor, equal position sizes",
        lambda phase: numbers.ratio(phase.uncertainty.profit_factor_equal_notional),
    ),
)


def _reading(reading: IntrabarReading) -> str:
    return " / ".join(
        (
            numbers.percent(reading.win_rate, 2),
            numbers.plain(reading.profit_factor, 3),
            numbers.bps(reading.mean_net_bps),
        )
    )


INTRABAR: Lines = (
    (
        "Exits whose bar touched stop and target",
        lambda phase: numbers.share(phase.intrabar.trades_touching_both, phase.counts.trades),
    ),
    ("Stop first, as in all statistics", lambda phase: _reading(phase.intrabar.stop_first)),
    ("Target first", lambda phase: _reading(phase.intrabar.target_first)),
)
EXITS: tuple[Column[ExitTypeRow], ...] = (
    Column(
        "trades", lambda row: f"{numbers.count(row.trades)} ({numbers.percent(row.share_frac)})"
    ),
    Column("win rate", lambda row: numbers.percent(row.win_rate)),
    Column("net", lambda row: numbers.bps(row.mean_net_bps)),
)
GROUPS: tuple[Column[SymbolRow | RegimeRow], ...] = (
    Column("trades", lambda row: numbers.count(row.trades)),
    Column("win rate", lambda row: numbers.percent(row.win_rate)),
    Column("net", lambda row: numbers.bps(row.mean_net_bps)),
)
