"""The system as it stands at the last bar, and every alert on the way there."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.monitoring import path_chart, tables
from dipmaster.report.inputs import ReportInputs


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints."""
    results, params = inputs.monitoring, inputs.params.monitoring
    is_drawn = bool(results.calibration) and any(
        one.win_rate.value is not None for one in results.win_rate_path
    )
    chart = path_chart.draw(
        results.win_rate_path,
        results.calibration,
        params.thresholds.win_rate,
        params.calibration_tolerance_frac,
    ) if is_drawn else ""  # fmt: skip
    return {
        "results": results,
        "active": [one for one in results.alerts if one.is_active],
        "chart": chart,
        "checks": tables.tabulate_checks(results.checks, results.drift),
        "alerts": tables.tabulate_alerts(results.alerts),
        "rates": tables.tabulate_rates(results.rates),
        "drift": tables.tabulate_drift(results.drift),
        "phases": tables.tabulate_phases(results.phases),
        "feed": tables.tabulate_feed(results.feed),
    }


MONITORING = Chapter(folder="monitoring", title="Monitoring", view=view, part="appendix")
