"""Records of markets to tables in Markdown."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dipmaster.learning.evaluation.clustered import clopper_pearson
from studies.paired_edges import paired_interval
from studies.power.tables import format_number, render_table

Records = Sequence[Mapping[str, Any]]
VERDICTS = ("PASS", "FAIL", "INCONCLUSIVE", "INSUFFICIENT DATA")
ONE_SIDED = 0.05  # bound of a rate
METRICS = ("win_rate", "sharpe", "profit_factor", "max_drawdown")


def render_credit(records: Records) -> str:
    """How often the evidence was credited, with the exact one-sided bounds of that rate."""
    credited = sum(record["credit"]["verdict"] == "credited" for record in records)
    p_values = [record["permutations"][-1]["p_value"] for record in records]
    better = [record["comparison"]["improvement"]["value"] for record in records]
    traded = sum(record["admitted"] > 0 for record in records)
    return "\n".join(
        [
            f"credited: {describe_rate(credited, len(records))}",
            f"p of all feeds at most .025: {sum(p <= 0.025 for p in p_values)}; at most .05: "
            f"{sum(p <= 0.05 for p in p_values)}; score better with evidence: "
            f"{sum(value > 0.0 for value in better)}",
            f"log loss of phase 1 less that of phase 4, mean {np.mean(better):+.5f}",
            f"markets in which phase 4 admits a candidate out of sample: {traded}",
        ]
    )


def describe_rate(count: int, trials: int) -> str:
    """A share with its exact bounds, each one-sided at 95 %."""
    low, high = clopper_pearson(count / trials, float(trials), ONE_SIDED)
    return f"{count} of {trials} (one-sided 95 % bounds {low:.3f} and {high:.3f})"


def render_phases(records: Records) -> str:
    """Verdicts by phase, their pooled figures, and the overall verdict."""
    traded = [record for record in records if record["phases"]]
    rows = [_row(phase, traded) for phase in traded[0]["phases"]]
    overall = ", ".join(
        f"{verdict} {sum(record['overall'] == verdict for record in traded)}"
        for verdict in VERDICTS
    )
    header = ("phase", *VERDICTS, "abstained", "trades", *(f"{m}, median" for m in METRICS))
    return f"{render_table(header, rows)}\n\noverall of {len(traded)}: {overall}"


def _row(phase: str, records: Records) -> list[str]:
    ones = [record["phases"][phase] for record in records]
    verdicts = [str(sum(one["verdict"] == verdict for one in ones)) for verdict in VERDICTS]
    abstained = sum(bool(one["abstained"]) for one in ones)
    trades = format_number(float(np.mean([one["trades"] for one in ones])), 1)
    return [phase, *verdicts, str(abstained), trades, *(_median(ones, m) for m in METRICS)]


def _median(ones: Sequence[Mapping[str, Any]], metric: str) -> str:
    values = [one["gates"][metric]["value"] for one in ones]
    known = [value for value in values if value is not None]
    passed = sum(one["gates"][metric]["verdict"] == "PASS" for one in ones)
    return f"{format_number(float(np.median(known)), 3) if known else '-'} (PASS {passed})"


def render_delays(records: Records) -> str:
    """Evidence published later less as it is, paired by market, mean and 95 % t-interval."""
    delays = [delay for delay in records[0]["delays"] if delay != "0"]
    measures = {"log loss": "log_loss", "trades": "trades", "Sharpe": "sharpe"}
    rows = [
        [delay, *(_change(records, delay, key) for key in measures.values())] for delay in delays
    ]
    return render_table(("minutes later", *measures), rows)


def _change(records: Records, delay: str, key: str) -> str:
    pairs = [
        (record["delays"][delay][key] or 0.0, record["delays"]["0"][key] or 0.0)
        for record in records
    ]
    mean, low, high = paired_interval(np.array([after - before for after, before in pairs]))
    return f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]"
