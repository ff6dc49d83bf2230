"""States of a report that ends with phase 1."""

from dataclasses import replace

from dipmaster.report.inputs import ReportInputs
from dipmaster.results.evaluation.differences import PhaseComparison
from dipmaster.results.evaluation.signal_quality import RegimeWinRate, SignalQuality
from tests.made import confidence, volatility
from tests.made.common import REGIMES
from tests.made.gates import gates, undecided
from tests.made.idle_phase import abstaining_phase
from tests.made.selection import empty_funnel, no_signal_quality, signal_quality
from tests.made.validation import claims, nothing_to_compare
from tests.report import frames
from tests.report.run import run, validated, with_gates, with_phases
from tests.report.states_of_baseline import no_trades, of_two_blocks, real_bars

ABSTAINED = "0 of 4,502 candidates reached the threshold"


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
        claims=tuple(listed),
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
        shown=frames.shown_coin(days=30),
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
        name: replace(getattr(compared, name), verdict="inconclusive", reason=reason)
        for name in compared.__slots__
        if name != "baseline_phase"
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
        integrity_checks=tuple(
            replace(one, passed=False) for one in base.validation.integrity_checks
        ),
    )
