"""Made results of the stress tests, of as many phases as wanted."""

from dataclasses import replace

from dipmaster.results.common import Interval
from dipmaster.results.stress import (
    ShockStart,
    StressFan,
    StressMeasures,
    StressResults,
    StressRow,
    WorstWindow,
)

NAMES = (
    "untouched",
    "market_crash",
    "market_crash_scaled",
    "volatility_spike",
    "volatility_spike_scaled",
    "correlation_breakdown",
    "liquidity_drought",
    "outage",
    "outage_crash",
    "flash_crash",
    "delisting",
    "stale_prices",
    "fees_raised",
    "worst_days",
)
IN_ROADMAP = 6  # first of NAMES
STARTS: tuple[ShockStart, ...] = ("random date", "positions open")
HELD = "positions open"


def stress(last: int = 2) -> StressResults:
    """Phases 0, 2 and `last`; one scenario is beyond the limit with positions open."""
    phases = tuple(dict.fromkeys((*(n for n in (0, 2) if n < last), last)))
    return StressResults(
        phases=phases,
        final_phase=last,
        window_days=5,
        drawdown_limit_frac=0.05,
        alpha=0.05,
        rows=tuple(
            row(name, phase, start) for name in NAMES for phase in phases for start in STARTS
        ),
        fans=tuple(
            fan(name, last, controls)
            for name in ("market_crash", "outage_crash")
            for controls in (True, False)
        ),
        worst_windows=tuple(worst(place) for place in range(10)),
    )


def row(name: str, phase: int, start: ShockStart) -> StressRow:
    place = NAMES.index(name)
    runs = 200 if place < IN_ROADMAP else 50
    fall = 0.06 if name == "outage_crash" and start == HELD else 0.0012 + 0.0004 * place
    on = measures(fall, runs)
    return StressRow(
        scenario=name,
        phase=phase,
        start=start,
        runs=runs,
        independent=runs if start == "random date" else min(runs, 69),
        invested=runs if start == HELD else 2,
        traded=runs,
        with_controls=on,
        without_controls=measures(fall + 0.01, runs),
        risk_controls_effective=fall < 0.05,
        drawdown_saved=Interval(0.0048, 0.0031, 0.0065),
        reason="",
    )


def measures(fall: float, runs: int) -> StressMeasures:
    beyond = 3 if fall >= 0.05 else 0
    return StressMeasures(
        worst_drawdown_frac=fall,
        p95_drawdown_frac=0.8 * fall,
        median_drawdown_frac=0.2 * fall,
        beyond=beyond,
        beyond_frac=beyond / runs,
        beyond_high_frac=0.149 if beyond else 0.0149,
        mean_return_frac=-0.0003,
        worst_return_frac=-0.9 * fall,
        var_95_frac=0.5 * fall,
        es_95_frac=0.7 * fall,
        sharpe=-1.25,
        fell=runs - 10,
        recovered=runs // 4,
        median_recovery_bars=702.5,
    )


def fan(name: str, phase: int, controls: bool) -> StressFan:
    hours = tuple(3.0 * k for k in range(41))
    step = 1e-4 if controls else 3e-4
    low, median, high = (tuple(-k * step * f for k in range(41)) for f in (1.0, 0.4, 0.1))
    return StressFan(
        scenario=name,
        phase=phase,
        start="positions open",
        controls=controls,
        runs=200,
        hours=hours,
        low=low,
        median=median,
        high=high,
        worst=tuple(1.5 * one for one in low),
    )


def worst(place: int) -> WorstWindow:
    return WorstWindow(
        scenario=NAMES[1 + place],
        start=STARTS[place % 2],
        shock_time=f"2024-07-{10 + place}T03:00:00Z",
        open_at_shock=place % 4,
        drawdown_frac=0.06 - 0.004 * place,
        return_frac=-0.05 + 0.004 * place,
        recovery_bars=None if place % 2 else 402,
    )


def never_invested(last: int) -> StressResults:
    """The final phase made no trade: random dates alone, on which nothing happened."""
    base = stress(last)
    reason = (
        f"phase {last} held no position out of sample past the bar of its entry, with 5 days of "
        "bars after it"
    )
    still = replace(
        measures(0.0, 200), mean_return_frac=0.0, sharpe=None, fell=0, recovered=0,
        median_recovery_bars=None,
    )  # fmt: skip
    quiet = Interval(0.0, 0.0, 0.0)
    on_cash = {"invested": 0, "traded": 0, "with_controls": still, "without_controls": still}

    def of(one: StressRow) -> StressRow:
        if one.phase != last:
            return one
        if one.start == HELD:
            return without_runs(one, reason)
        return replace(one, **on_cash, risk_controls_effective=True, drawdown_saved=quiet)

    rows = [of(one) for one in base.rows]
    fans = tuple(replace(one, start="random date") for one in base.fans)
    return replace(base, rows=tuple(rows), fans=fans, worst_windows=())


def no_runs(last: int) -> StressResults:
    """A history with no room for a window."""
    base = stress(last)
    reason = "no bar out of sample with 5 days of bars after it"
    rows = tuple(without_runs(one, reason) for one in base.rows)
    return replace(base, rows=rows, fans=(), worst_windows=())


def without_runs(one: StressRow, reason: str) -> StressRow:
    return replace(
        one, runs=0, independent=0, invested=0, traded=0, with_controls=None,
        without_controls=None, risk_controls_effective=None,
        drawdown_saved=Interval(None, None, None, "no runs"), reason=reason,
    )  # fmt: skip
