"""States of a report on phase 0 and on bars."""

from dataclasses import replace

from dipmaster.report.inputs import ReportInputs
from dipmaster.results.common import RawSelection
from dipmaster.results.evaluation.record import IntegrityCheck
from dipmaster.results.ingest import FileSummary, IgnoredFiles
from tests.made import market, sensitivity
from tests.made.baseline_phase import exit_row, losing_phase
from tests.made.gates import gates, undecided
from tests.made.idle_phase import idle_phase
from tests.report import frames
from tests.report.run import params, run, validated, with_gates, with_phases

SELECTION = RawSelection(set="majors", sets_read=("majors",), symbols=None, start=None, end=None)


def no_trades() -> ReportInputs:
    reason = "sample too small (0 trades, minimum 100; 0 losing trades, minimum 10)"
    base = with_gates(run(), undecided(gates(0), reason))
    flat = frames.equity().assign(equity=1e5, cash=1e5)
    return replace(
        with_phases(base, {0: idle_phase()}),
        equity={0: flat},
        sensitivity=sensitivity.without_trades(0),
    )


def one_trade() -> ReportInputs:
    idle, phase = idle_phase(), losing_phase(("BTCUSDT",))
    lone = replace(
        phase,
        counts=replace(idle.counts, trades=1, days_with_trades=1),
        exits=(exit_row("target", 1, 1.0, 31.0, 62.0, 25.0),),
        per_trade=replace(
            phase.per_trade, mean_loss_bps=None, payoff=None, break_even_win_rate=None
        ),
        random_entry=idle.random_entry,
        uncertainty=idle.uncertainty,
        by_month=phase.by_month[:1],
        money=replace(
            phase.money,
            net_pnl=31.0,
            gross_pnl=42.0,
            fees=10.0,
            half_spread_cost=0.5,
            slippage_cost=0.5,
        ),
    )
    return with_phases(replace(no_trades(), equity=run().equity), {0: lone})


def all_wins() -> ReportInputs:
    phase = losing_phase()
    won = replace(
        phase,
        counts=replace(phase.counts, losing_trades=0),
        money=replace(phase.money, gross_pnl=60210.0, net_pnl=11566.3, net_return_frac=0.14),
        per_trade=replace(
            phase.per_trade, mean_loss_bps=None, payoff=None, break_even_win_rate=None,
            mean_net_bps=21.0, mean_gross_bps=43.4,
        ),
    )  # fmt: skip
    rate, excess, sharpe, factor, fall = gates(0)
    rows = (
        replace(rate, value=1.0, low=0.9931, high=1.0, verdict="PASS"),
        excess,
        sharpe,
        replace(
            factor, value=None, low=4.1, high=1.7e308, verdict="INCONCLUSIVE",
            reason="cannot be computed: nothing was lost",
        ),
        replace(fall, value=0.004, low=0.003, high=0.011, verdict="PASS"),
    )  # fmt: skip
    base = with_gates(with_phases(run(), {0: won}), rows)
    return replace(base, equity={0: frames.equity(112000.0)})


def ruined() -> ReportInputs:
    phase = losing_phase()
    lost = replace(
        phase,
        counts=replace(phase.counts, rejected={"ruined": 1210, "max_positions": 85}),
        money=replace(phase.money, equity_at_end=4.2, net_return_frac=-0.99995),
    )
    frame = frames.equity(50.0)
    frame.loc[150_000:, "equity"] = -1.5
    return replace(with_phases(run(), {0: lost}), equity={0: frame})


def real_bars(base: ReportInputs | None = None) -> ReportInputs:
    """Raw source with gaps, missing columns, ignored and dropped files with hostile names."""
    base = base or run()
    quality = market.ingest(gap_bars=30)
    ada = replace(
        quality.symbols["ADAUSDT"],
        dropped_rows={"high below low": 3},
        left_out_columns=("trade_count",),
    )
    names = ("<script>alert(1)</script>.txt", "中文\udcff.md", "a" * 120 + ".log")
    why = "no bars: not a parquet, feather, csv or zip file"
    files = FileSummary(
        read=42,
        rows_read=1_234_567,
        intervals=("1m", "5m"),
        ignored=23,
        ignored_by_reason={why: IgnoredFiles(count=23, files=names)},
        dropped_rows={"set/<b>ADAUSDT</b>.csv": {"high below low": 3}},
        funding=(),
        selection=SELECTION,
    )
    return replace(
        base,
        ingest=replace(
            quality,
            market=replace(quality.market, source="raw"),
            symbols={**quality.symbols, "ADAUSDT": ada},
            files=files,
        ),
        market=replace(
            base.market,
            source="raw",
            columns_left_out=("half_spread_bps",),
            selection=SELECTION,
            fallback_half_spread_bps=1.0,
        ),
        params=params("raw"),
    )


def many_coins() -> ReportInputs:
    coins = (*(f"COIN{k:02d}USDT" for k in range(63)), "<script>&USDT")
    base = with_phases(run(), {0: losing_phase(coins)})
    return replace(
        base, ingest=market.ingest(coins, 30), market=replace(base.market, symbols=coins)
    )


def long_reasons() -> ReportInputs:
    long = (
        "the target lies between bounds that are far apart because " + "very " * 60 + "little data"
    )
    rows = tuple(replace(one, verdict="INCONCLUSIVE", reason=long) for one in gates(0))
    broken = IntegrityCheck(
        phase=0, name="cash " * 12, passed=False, detail="1.00 against 2.00", cases=9
    )
    return validated(with_gates(run(), rows), integrity_checks=(broken,))


def passing() -> ReportInputs:
    better = {
        "win_rate": (0.884, 0.859, 0.905),
        "excess_win_rate": (0.31, 0.27, 0.35),
        "sharpe": (3.9, 2.2, 5.5),
        "profit_factor": (2.31, 1.84, 2.95),
        "max_drawdown": (0.014, 0.008, 0.026),
    }
    rows = tuple(
        replace(one, **dict(zip(("value", "low", "high"), better[one.metric], strict=True)),
                verdict="PASS", reason="reaches it")
        for one in gates(0)
    )  # fmt: skip
    phase = losing_phase()
    earned = replace(
        phase,
        money=replace(phase.money, gross_pnl=90210.0, net_pnl=41566.3, net_return_frac=0.51),
        per_trade=replace(phase.per_trade, mean_net_bps=21.0, mean_gross_bps=43.4),
    )
    base = with_gates(with_phases(run(), {0: earned}), rows)
    return replace(base, equity={0: frames.equity(151000.0)})


def too_short() -> ReportInputs:
    return of_two_blocks(no_trades())


def of_two_blocks(base: ReportInputs) -> ReportInputs:
    period = replace(base.validation.period, blocks=2, days_out_of_sample=60)
    return validated(base, period=period)
