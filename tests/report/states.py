"""Every state a report is tested in, by name."""

from collections.abc import Callable
from dataclasses import replace

from dipmaster.report.inputs import ReportInputs
from dipmaster.results.evaluation.differences import PhaseComparison
from dipmaster.results.evaluation.record import IntegrityCheck
from dipmaster.results.evaluation.signal_quality import RegimeWinRate, SignalQuality
from dipmaster.results.ingest import FileSummary, IgnoredFiles
from tests.made import confidence, exits, market, volatility
from tests.made.adaptive_exits import abstained_exits, exit_results, nothing_captured, scatter
from tests.made.common import COINS, REGIMES
from tests.made.gates import gates, undecided
from tests.made.phase import (
    abstaining_phase,
    adaptive_phase,
    exit_row,
    idle_phase,
    losing_phase,
)
from tests.made.selection import empty_funnel, no_signal_quality, signal_quality
from tests.made.validation import DIFFERENCES, claims, not_built, nothing_to_compare
from tests.report import frames
from tests.report.run import params, run, validated, with_gates, with_phases

ABSTAINED = "0 of 4,502 candidates reached the threshold"
HARM = (
    "the exit models make trades worse: -3.1 bp a trade on 4,502 candidates followed alone, at "
    "best -1.2 bp"
)
STILL_THERE = "what costs money is still in the final strategy"


def no_trades() -> ReportInputs:
    reason = "insufficient: 0 of 100 trades, 0 of 10 losing trades, 0 of 6 blocks (no trade)"
    base = with_gates(run(), undecided(gates(0), reason))
    flat = frames.equity().assign(equity=1e5, cash=1e5)
    return replace(with_phases(base, {0: idle_phase()}), equity={0: flat})


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
        detail=idle.detail,
        by_month=phase.by_month[:1],
        money=replace(phase.money, net_pnl=31.0, gross_pnl=42.0, fees=10.0, slippage=1.0),
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
        counts=replace(phase.counts, skipped={"ruined": 1210, "max_positions": 85}),
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
    broken = IntegrityCheck(phase=0, name="cash " * 12, holds=False, detail="1.00 against 2.00")
    return validated(with_gates(run(), rows), checks=(broken,))


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


def nothing_bought(base: ReportInputs, number: int, reason: str, at: str) -> ReportInputs:
    """The run in which one phase sent no order."""
    rows = undecided(gates(number), f"abstained: {reason}")
    kept = tuple(row for row in base.gates if row.phase != number)
    figures = with_phases(base, {number: abstaining_phase(reason, at)})  # type: ignore[arg-type]
    return with_gates(figures, tuple(sorted((*kept, *rows), key=lambda row: row.phase)))


def nothing_chosen(
    base: ReportInputs, counts: tuple[int, ...], compared: str, why: str = "no candidate was traded"
) -> ReportInputs:
    """Nobody passed the funnel of phase 1."""
    listed = [one for one in claims(1, measured=False) if one.id != "capture"]
    return validated(
        base,
        differences={"1": nothing_to_compare(compared)},
        funnel=empty_funnel(counts),
        signal_quality=of_no_regime(no_signal_quality(why, counts[0])),
        promises=tuple(listed),
    )


def of_no_regime(quality: SignalQuality) -> SignalQuality:
    rows = tuple(
        RegimeWinRate(regime=name, n=0, win_rate=None, low=None, high=None, reason="no trade")
        for name in REGIMES
    )
    return replace(quality, win_rate_by_regime=rows)


def phase_1_abstained() -> ReportInputs:
    base = nothing_bought(run(1), 1, ABSTAINED, "threshold")
    return nothing_chosen(base, (4502, 4400, 0, 0, 0, 0, 0), ABSTAINED)


def no_score() -> ReportInputs:
    """Too few candidates to fit anything."""
    base = nothing_bought(run(1), 1, "0 of 82 candidates have a score", "score")
    return replace(
        nothing_chosen(base, (82, 0, 0, 0, 0, 0, 0), "no trade in phase 1"),
        confidence=confidence.no_score(),
        scores=frames.scores(82, scored=False),
    )


def no_candidates() -> ReportInputs:
    """The rule never fired: neither phase traded."""
    first = no_trades()
    both = with_gates(run(1), (*first.gates, *gates(1)))
    both = nothing_bought(both, 1, "0 of 0 candidates have a score", "candidates")
    both = with_phases(both, {0: first.phase(0)})
    return replace(
        nothing_chosen(both, (0,) * 7, "no trade in either phase", "no candidate"),
        confidence=confidence.no_score(),
        scores=frames.scores(0, scored=False),
        equity={**both.equity, 0: first.equity[0]},
    )


def quick() -> ReportInputs:
    """Three coins, 120 days: two blocks, nothing can be judged."""
    base = of_two_blocks(no_score())
    short = frames.forecasts(days=30)
    period = replace(
        base.validation.period, out_of_sample_from="2023-03-02T00:00:00Z", burn_in_days=60.0
    )
    return replace(
        validated(base, period=period),
        volatility=volatility.too_short(),
        forecasts=short,
        shown=frames.shown_coin(short[COINS[0]]),
        equity={number: frames.equity(99000.0, 120) for number in (0, 1)},
    )


def phase_1_real(last: int = 1) -> ReportInputs:
    """Real bars: no latent state, so only the proxy can be shown."""
    base = real_bars(run(last))
    return replace(
        validated(base, signal_quality=replace(signal_quality(), planted_recall=None)),
        volatility=volatility.volatility(known=False),
        shown=replace(base.shown, truth=None),
    )


def unshown(compared: PhaseComparison, reason: str) -> PhaseComparison:
    """The same differences, none of which is shown."""
    parts = {
        name: replace(getattr(compared, name), verdict="NOT SHOWN", reason=reason)
        for name in compared.__slots__
        if name != "against"
    }
    return replace(compared, **parts)


def phase_1_wordy(last: int = 1) -> ReportInputs:
    """Few blocks of real bars, few trades, a ledger that fails: page one has most to say."""
    base = phase_1_real(last)
    few = "insufficient in phase {}: 4 of 100 trades, 0 of 10 losing trades, 1 of 6 blocks"
    first, chosen = base.phase(0), base.phase(1)
    base = with_phases(
        base,
        {
            0: replace(
                first,
                counts=replace(first.counts, trades=301, losing_trades=131, days_with_trades=70),
            ),
            1: replace(chosen, money=replace(chosen.money, equity_at_start=31000.0)),
        },
    )
    shown = {key: unshown(one, few.format(key)) for key, one in base.validation.differences.items()}
    return validated(
        base,
        period=replace(base.validation.period, blocks=8),
        differences=shown,
        checks=tuple(replace(one, holds=False) for one in base.validation.checks),
    )


def all_phases() -> ReportInputs:
    """Every phase built, phase 2 abstaining: what later sessions will hand over."""
    base = passing()
    why = "0 of 4,502 candidates reached it"
    rows = [replace(one, phase=phase) for phase in (0, 1, 3, 4) for one in base.gates]
    rows += undecided(tuple(replace(one, phase=2) for one in base.gates), f"abstained: {why}")
    rows[19] = replace(rows[19], verdict="INCONCLUSIVE")
    figures = {
        k: replace(losing_phase(), verdict="INCONCLUSIVE" if k in (2, 4) else "PASS")
        for k in range(5)
    }
    figures[2] = replace(figures[2], abstained=why, abstained_at="threshold")
    one = run(1).validation
    whole = validated(
        base,
        verdict="INCONCLUSIVE",
        verdict_reason="phase 4: undecided: win rate",
        built_phases=(0, 1, 2, 3, 4),
        phases={str(k): phase for k, phase in figures.items()},
        differences={str(k): replace(DIFFERENCES[1], against=k - 1) for k in range(1, 5)},
        checks=one.checks,
        funnel=one.funnel,
        signal_quality=one.signal_quality,
        promises=run(1).validation.promises,
        exits=abstained_exits(),
    )
    equity = dict.fromkeys(range(5), base.equity[0])
    return replace(whole, gates=tuple(rows), equity=equity)


def costly_models() -> ReportInputs:
    """Every phase built; phase 1 fails by its gates, phase 2 by what its models cost."""
    base = all_phases()
    missed = "fails after Holm's correction: win rate, sharpe, profit factor, max drawdown"
    figures = {
        1: replace(base.phase(1), verdict="FAIL", verdict_reason=missed),
        2: replace(losing_phase(), verdict="FAIL", verdict_reason=HARM, harm=HARM, abstained=None),
        4: replace(base.phase(4), verdict="PASS", verdict_reason="every gate passes"),
    }
    reason = f"phase 4: every gate passes; phase 1 fails: {missed}; phase 2 fails: {HARM}"
    whole = with_phases(base, figures)
    return validated(whole, verdict="FAIL", verdict_reason=f"{reason}; {STILL_THERE}")


def until(inputs: ReportInputs, last: int) -> ReportInputs:
    """The same run without the phases after `last`, which is at least 1."""
    results = inputs.validation
    numbers = tuple(number for number in results.built_phases if number <= last)
    return validated(
        inputs,
        verdict="INCONCLUSIVE",
        verdict_reason=not_built(last),
        built_phases=numbers,
        phases={str(number): results.phases[str(number)] for number in numbers},
        differences={str(number): results.differences[str(number)] for number in numbers[1:]},
        exits=results.exits if last >= 2 else None,
    )


def phase_3() -> ReportInputs:
    """A phase of which the report knows nothing, with common figures alone."""
    base = run(2)
    results = base.validation
    whole = validated(
        base,
        verdict_reason=not_built(3),
        built_phases=(0, 1, 2, 3),
        phases={**results.phases, "3": results.phases["2"]},
        differences={**results.differences, "3": replace(DIFFERENCES[2], against=2)},
    )
    third = tuple(replace(row, phase=3) for row in gates(2))
    return replace(
        with_gates(whole, (*base.gates, *third)), equity={**base.equity, 3: base.equity[2]}
    )


def many_trades() -> ReportInputs:
    """Trades enough for every chart; the exits make things better and 600 marks are shown."""
    busy = replace(losing_phase(), abstained=None, exits=adaptive_phase().exits)
    better = replace(exit_results("BETTER", "HELPS"), scatter=scatter(600))
    return validated(with_phases(run(2), {2: busy}), exits=better)


def phase_2_abstained() -> ReportInputs:
    """Phase 1 admits nothing, so neither phase trades; candidates are followed all the same."""
    return phase_2_on(phase_1_abstained(), ABSTAINED, "threshold", 4502)


def phase_2_on(base: ReportInputs, reason: str, at: str, candidates: int) -> ReportInputs:
    """Phase 2 on a run in which phase 1 bought nothing."""
    whole, one = run(2), base.validation
    both = validated(
        replace(whole, confidence=base.confidence, scores=base.scores),
        phases={**one.phases, "2": whole.validation.phases["2"]},
        funnel=one.funnel,
        signal_quality=one.signal_quality,
        differences={str(k): nothing_to_compare("no trade in either phase", k - 1) for k in (1, 2)},
        exits=abstained_exits(candidates),
        promises=claims(2, measured=False),
    )
    both = nothing_bought(with_gates(both, base.gates), 2, reason, at)
    rows = tuple(row for row in both.gates if row.phase != 2)
    second = tuple(replace(row, phase=2) for row in rows if row.phase == 1)
    return replace(with_gates(both, (*rows, *second)), equity={**base.equity, 2: whole.equity[2]})


def no_models() -> ReportInputs:
    """No model acts; phase 1's exits lost before costs; too few trades for a scatter."""
    exits_2 = exit_results("NOT SHOWN", "NOT SHOWN")
    used = exits_2.probability
    unused = dict.fromkeys(
        name for name in used.__slots__ if name.endswith(("rows", "full", "partial"))
    )
    del unused["full"], unused["partial"]
    why = nothing_captured("the exits of phase 1 took no gross profit").ratio
    capture = replace(
        exits_2.capture,
        traded=replace(exits_2.capture.traded, before=-0.02, ratio=why),
        all=replace(exits_2.capture.all, before=-0.02, ratio=why),
    )
    changed = replace(
        exits_2,
        probability=replace(
            used, **dict.fromkeys(unused, 0), max=None, traded_max=None, held_max=None
        ),
        capture=capture,
        scatter=exits_2.scatter[:5],
    )
    return replace(validated(run(2), exits=changed), exit_models=exits.no_models())


def phase_2_no_candidates() -> ReportInputs:
    base = phase_2_on(no_candidates(), "0 of 0 candidates have a score", "candidates", 0)
    return replace(base, exit_models=exits.no_models())


def phase_2_wordy() -> ReportInputs:
    """Few blocks of real bars, few trades, models that harm: page one has most to say."""
    base = phase_1_wordy(2)
    second = base.phase(2)
    figures = replace(
        second,
        money=replace(second.money, equity_at_start=31000.0),
        verdict="FAIL",
        harm=HARM,
    )
    checks = tuple(replace(one, holds=True) for one in base.validation.checks)
    reason = f"{not_built(2)}; phase 2 fails: {HARM}"
    return validated(with_phases(base, {2: figures}), verdict_reason=reason, checks=checks)


STATES: dict[str, Callable[[], ReportInputs]] = {
    "losing": run,
    "passing": passing,
    "no trades": no_trades,
    "one trade": one_trade,
    "all wins": all_wins,
    "ruined": ruined,
    "real bars": real_bars,
    "many coins": many_coins,
    "long reasons": long_reasons,
    "all phases": all_phases,
    "all phases, costly models": costly_models,
    "too short": too_short,
    "phase 1": lambda: run(1),
    "phase 1 abstained": phase_1_abstained,
    "phase 1, no score": no_score,
    "phase 1, no candidates": no_candidates,
    "phase 1, one coin": lambda: run(1, COINS[:1]),
    "phase 1, quick": quick,
    "phase 1, real bars": phase_1_real,
    "phase 1, most words": phase_1_wordy,
    "phase 2": lambda: run(2),
    "phase 2 abstained": phase_2_abstained,
    "phase 2, many trades": many_trades,
    "phase 2, most words": phase_2_wordy,
    "phase 2, no candidates": phase_2_no_candidates,
    "phase 2, no models": no_models,
    "phase 3": phase_3,
}
