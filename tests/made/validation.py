"""Made results of the stage validate as a whole, of as many phases as wanted."""

from dataclasses import replace

from dipmaster.evaluation.registry import PHASES
from dipmaster.results.common import ClaimVerdict
from dipmaster.results.evaluation.claims import ClaimUnit, RoadmapClaim
from dipmaster.results.evaluation.differences import PhaseComparison
from dipmaster.results.evaluation.record import IntegrityCheck, SplitPeriod, ValidationResults
from tests.made.adaptive_exits import exit_results
from tests.made.alternative_data import alternative_data
from tests.made.baseline_phase import losing_phase
from tests.made.common import BOUNDARY, COINS, FIRST, LAST, comparison, factor, interval
from tests.made.confidence import TOO_FEW
from tests.made.phase import adaptive_phase, evidence_phase, selecting_phase, sizing_phase
from tests.made.risk import BENCHMARKS
from tests.made.selection import funnel, signal_quality
from tests.made.sizing import sizing_results

PERIOD = SplitPeriod(
    first_open_time=FIRST,
    out_of_sample_from=BOUNDARY,
    last_open_time=LAST,
    burn_in_days=180.0,
    days_out_of_sample=550,
    days_without_bars=0,
    blocks=18,
    block_days=30,
    last_block_days=40,
)
FIGURES = {
    0: losing_phase,
    1: selecting_phase,
    2: adaptive_phase,
    3: sizing_phase,
    4: evidence_phase,
}


def validation(last: int = 2, coins: tuple[str, ...] = COINS) -> ValidationResults:
    """Phases 0 to `last`, each with what it alone has."""
    built = tuple(range(last + 1))
    return ValidationResults(
        verdict="INCONCLUSIVE",
        verdict_reason=not_built(last),
        period=PERIOD,
        benchmarks=BENCHMARKS,
        built_phases=built,
        registered={str(phase.number): phase.describe() for phase in PHASES},
        phases={str(phase): FIGURES[phase](coins) for phase in built},
        integrity_checks=tuple(check(phase) for phase in built),
        differences={str(phase): DIFFERENCES[phase] for phase in built[1:]},
        claims=claims(last) if last else (),
        funnel=funnel() if last >= 1 else None,
        signal_quality=signal_quality() if last >= 1 else None,
        exits=exit_results() if last >= 2 else None,
        sizing=sizing_results() if last >= 3 else None,
        alternative_data=alternative_data() if last >= 4 else None,
    )


def not_built(last: int) -> str:
    """The reason where the phases after `last` are missing and none before fails.

    With all of them it is the final phase's.
    """
    if last == 4:
        return "phase 4: the target of the win rate lies within its interval"
    if last == 3:
        return "phase 4 is not built"
    return f"phases {last + 1} {'and' if last == 2 else 'to'} 4 are not built"


def check(phase: int) -> IntegrityCheck:
    return IntegrityCheck(
        phase=phase, name="cash follows fills", passed=True, detail="1 against 1", cases=96
    )


_BLOCKS = "bounds of 18 blocks"
DIFFERENCES = {
    1: PhaseComparison(
        baseline_phase=0,
        win_rate=comparison(0.288, 0.06, "better", _BLOCKS),
        profit_factor=factor(comparison(0.96, 0.5, "better", _BLOCKS), interval(2.61, 1.1)),
        sharpe=comparison(12.2, 2.2, "better", _BLOCKS),
        max_drawdown=comparison(-0.55, 0.08, "better", _BLOCKS),
        mean_net_bps=comparison(41.7, 8.0, "better", _BLOCKS),
        trades_frac=comparison(-0.961, 0.01, "inconclusive", _BLOCKS),
        net_return=comparison(0.58, 0.1, "better", _BLOCKS),
    ),
    2: PhaseComparison(
        baseline_phase=1,
        win_rate=comparison(-0.041, 0.02, "worse"),
        profit_factor=factor(comparison(-0.07, 0.3), interval(0.93, 0.27)),
        sharpe=comparison(-0.2, 1.2),
        max_drawdown=comparison(0.002, 0.004),
        mean_net_bps=comparison(-4.8, 6.0),
        trades_frac=comparison(0.0, 0.0),
        net_return=comparison(-0.004, 0.006),
    ),
    3: PhaseComparison(
        baseline_phase=2,
        win_rate=comparison(0.002, 0.01),
        profit_factor=factor(comparison(-0.05, 0.2), interval(0.95, 0.2)),
        sharpe=comparison(-0.1, 0.4),
        max_drawdown=comparison(-0.007, 0.003, "better"),
        mean_net_bps=comparison(0.3, 1.9),
        trades_frac=comparison(-0.018, 0.01),
        net_return=comparison(-0.0096, 0.004, "worse"),
    ),
    4: PhaseComparison(
        baseline_phase=3,
        win_rate=comparison(-0.003, 0.054),
        profit_factor=factor(comparison(0.16, 0.4), interval(1.17, 0.4)),
        sharpe=comparison(1.55, 1.5, "better"),
        max_drawdown=comparison(0.001, 0.002),
        mean_net_bps=comparison(-0.3, 8.5),
        trades_frac=comparison(0.84, 0.3),
        net_return=comparison(0.030, 0.013, "better"),
    ),
}
"""Phase 1 is better than 0 by everything; phase 2 wins less often, nothing else is shown; phase 3
falls and earns less; phase 4 trades and earns more."""


def nothing_to_compare(reason: str, against: int = 0) -> PhaseComparison:
    """One of the two has no trade."""
    none = comparison(None, reason=reason)
    return PhaseComparison(
        baseline_phase=against,
        win_rate=none,
        profit_factor=factor(none, interval(None)),
        sharpe=none,
        max_drawdown=none,
        mean_net_bps=none,
        trades_frac=none,
        net_return=none,
    )


def claim(
    name: str,
    section: str,
    phase: int,
    words: str,
    target: float | tuple[float, float] | None,
    unit: ClaimUnit,
    value: float,
    half: float,
    verdict: ClaimVerdict,
    reason: str = "",
) -> RoadmapClaim:
    """A line that was measured, on 171 trades."""
    return RoadmapClaim(
        id=name,
        phase=phase,
        section=section,
        claim=words,
        target=target,
        unit=unit,
        value=value,
        low=value - half,
        high=value + half,
        n=171,
        verdict=verdict,
        reason=reason,
    )


SELECTION = (
    claim("win_rate_gain", "1.1", 1, "Win rate 3 to 5 points higher", (0.03, 0.05), "points",
          0.288, 0.03, "met", "above the range claimed, with 96 % fewer trades"),
    claim("fewer_trades", "1.1", 1, "25 to 30 % fewer trades", (-0.30, -0.25), "frac",
          -0.961, 0.03, "not met"),
    claim("precision", "1.1", 1, "Precision of signals at least 85 %", 0.85, "frac",
          0.842, 0.03, "inconclusive"),
    claim("recall", "Signal validation", 1, "Recall at least 75 %", 0.75, "frac",
          0.058, 0.03, "not met"),
    replace(
        claim("1.3.accuracy", "1.3", 1, "Regimes named right more than 90 % of the time", 0.9,
              "frac", 0.844, 0.03, "not met", "the confidence interval misses the target"),
        n_bars=1_584_000,
    ),
)  # fmt: skip
ADAPTIVE_EXITS = (
    claim("profit_factor", "2", 2, "Profit factor 80 % higher", 0.8, "frac",
          -0.07, 0.2, "not met"),
    claim("holding", "2", 2, "Positions held 45 to 120 minutes", (45.0, 120.0), "minutes",
          71.2, 0.2, "met"),
    claim("capture", "2", 2, "profit capture +40 %", 0.40, "frac", -0.098, 0.2, "not met"),
)  # fmt: skip
SIZING = (
    claim("sharpe", "3", 3, "Sharpe 300 % higher, to 1.5", 1.5, "ratio", 1.01, 1.7,
          "inconclusive"),
    claim("targeting", "3", 3, "Volatility within 2 % of its target", (-0.02, 0.02), "points",
          0.006, 0.002, "met"),
    claim("risk_adjusted", "3", 3, "Risk-adjusted returns 25 % higher", 0.25, "frac",
          -0.09, 0.4, "inconclusive"),
)  # fmt: skip
LATER = (
    claim("final", "4", 4, "Win rate 3 to 5 points higher again", (0.03, 0.05), "points",
          -0.003, 0.054, "inconclusive"),
)  # fmt: skip


def claims(last: int = 2, measured: bool = True) -> tuple[RoadmapClaim, ...]:
    """All lines; those of phases after `last` are not built."""
    return tuple(
        unmeasured(one, "not measured", f"phase {one.phase} is not built")
        if one.phase > last
        else one
        if measured
        else unmeasured(one, "inconclusive", TOO_FEW)
        for one in (*SELECTION, *ADAPTIVE_EXITS, *SIZING, *LATER)
    )


def unmeasured(one: RoadmapClaim, verdict: ClaimVerdict, reason: str) -> RoadmapClaim:
    """The same line without figures."""
    return replace(
        one, value=None, low=None, high=None, n=0, verdict=verdict, reason=reason, n_bars=None
    )
