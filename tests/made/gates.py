"""Made rows of gates.json, and the summary of the last phase."""

from dataclasses import replace

from dipmaster.results.common import Verdict
from dipmaster.results.gates import GateRow, GateRows
from dipmaster.results.summary import Summary, summarize
from tests.made.idle_phase import NO_RATE
from tests.made.validation import validation

Judged = tuple[float, float, float, float, Verdict, str]  # target, value, low, high, verdict, why

BETWEEN = "the target lies within the confidence interval"
REACHES = "the confidence bound meets the target"
UNSURE: Verdict = "INCONCLUSIVE"
GATES: dict[int, dict[str, Judged]] = {
    0: {
        "win_rate": (
            0.85, 0.5543, 0.5321, 0.5763, "FAIL",
            "the upper confidence bound 57.6 % misses the target 85.0 %",
        ),
        "excess_win_rate": (
            0.0, 0.0136, -0.0021, 0.0293, UNSURE,
            "the target 0.0 % lies within the confidence interval, -0.2 % to 2.9 %; "
            "sample size for 50 % power: about 9,100 trades",
        ),
        "sharpe": (
            2.0, -10.91, -13.2, -8.7, "FAIL",
            "the upper confidence bound -8.70 misses the target 2.00",
        ),
        "profit_factor": (
            1.8, 0.528, 0.47, 0.59, "FAIL",
            "the upper confidence bound 0.59 misses the target 1.80",
        ),
        "max_drawdown": (
            0.03, 0.561, 0.42, 0.51, "FAIL",
            "the observed drawdown 49.8 % is not below the limit 3.0 %",
        ),
    },
    1: {
        "win_rate": (0.82, 0.8421, 0.7712, 0.8935, UNSURE, BETWEEN),
        "excess_win_rate": (0.0, 0.212, 0.13, 0.29, "PASS", REACHES),
        "sharpe": (0.8, 1.31, -0.4, 2.9, UNSURE, BETWEEN),
        "profit_factor": (1.0, 1.38, 0.81, 2.31, UNSURE, BETWEEN),
        "max_drawdown": (0.03, 0.0112, 0.008, 0.024, "PASS", REACHES),
    },
    2: {
        "win_rate": (0.82, 0.8015, 0.7211, 0.8613, UNSURE, BETWEEN),
        "excess_win_rate": (0.0, 0.181, 0.10, 0.26, "PASS", REACHES),
        "sharpe": (1.2, 1.11, -0.6, 2.7, UNSURE, BETWEEN),
        "profit_factor": (1.4, 1.29, 0.71, 2.11, UNSURE, BETWEEN),
        "max_drawdown": (0.03, 0.0131, 0.009, 0.027, "PASS", REACHES),
    },
    3: {
        "win_rate": (0.83, 0.8036, 0.7231, 0.8623, UNSURE, BETWEEN),
        "excess_win_rate": (0.0, 0.183, 0.10, 0.26, "PASS", REACHES),
        "sharpe": (1.8, 1.01, -0.7, 2.6, UNSURE, BETWEEN),
        "profit_factor": (1.6, 1.23, 0.68, 2.04, UNSURE, BETWEEN),
        "max_drawdown": (0.03, 0.0061, 0.004, 0.015, "PASS", REACHES),
    },
    4: {
        "win_rate": (0.85, 0.7649, 0.7011, 0.8211, "FAIL",
                     "the upper confidence bound 82.1 % misses the target 85.0 %"),
        "excess_win_rate": (0.0, 0.217, 0.14, 0.29, "PASS", REACHES),
        "sharpe": (2.0, 5.05, 3.1, 7.0, "PASS", REACHES),
        "profit_factor": (1.8, 2.99, 1.71, 4.92, UNSURE, BETWEEN),
        "max_drawdown": (0.03, 0.0032, 0.002, 0.009, "PASS", REACHES),
    },
}  # fmt: skip


def gates(*phases: int) -> GateRows:
    """Phase 0 loses most of the account; 1 and 2 trade few and decide little."""
    return tuple(
        gate_row(phase, metric, judged)
        for phase in phases
        for metric, judged in GATES[phase].items()
    )


def gate_row(phase: int, metric: str, judged: Judged) -> GateRow:
    target, value, low, high, verdict, reason = judged
    in_days = metric in ("sharpe", "max_drawdown")
    return GateRow(
        phase=phase,
        metric=metric,
        target=target,
        direction="max" if metric == "max_drawdown" else "min",
        value=value,
        low=low,
        high=high,
        n=171 if phase else 549 if in_days else 4417,
        n_effective=88.0 if phase else 512.4,
        n_needed=900 if phase else None,
        verdict=verdict,
        reason=reason,
        days_needed=0 if verdict in ("PASS", "FAIL") else 2345 if phase else 9,
        days_needed_reason="",
        days_to_power=0 if verdict in ("PASS", "FAIL") else 2345 if phase else None,
    )


def undecided(rows: GateRows, reason: str) -> GateRows:
    """The same gates where nothing can be computed."""
    return tuple(
        replace(
            row, value=None, low=None, high=None, n=0, n_effective=0.0, n_needed=None,
            verdict="INSUFFICIENT DATA", reason=reason, days_needed=None,
            days_needed_reason=NO_RATE, days_to_power=None,
        )
        for row in rows
    )  # fmt: skip


def summary(last: int = 2) -> Summary:
    """Of the made phases up to the last."""
    return summarize(validation(last), gates(*range(last + 1)))
