"""The chapter on intraday patterns of volatility."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.intraday import tables, week_chart
from dipmaster.report.inputs import ReportInputs


def view(inputs: ReportInputs) -> Context:
    """Profile, what was measured, skill, recommendations."""
    results = inputs.volatility.intraday
    panels = [
        week_chart.build_week_map("Factor on volatility", results.profile.heat_map),
        week_chart.build_week_map(
            "Mean realised volatility of the hour, per cent", results.measured_hourly_frac, 100.0
        ),
    ]
    drawn = [panel for panel in panels if panel.is_known]
    is_flat = tables.is_flat(results.profile)
    return {
        "is_flat": is_flat,
        "chart": week_chart.heat_maps(drawn) if drawn and not is_flat else "",
        "profile": tables.profile_pairs(results.profile),
        "recommendations": tables.recommendation_pairs(
            results.recommendations, inputs.params.volatility.intraday
        ),
        "skill": tables.skill_rows(results),
        "pooled": results.pooled,
    }


INTRADAY = Chapter(
    folder="intraday",
    title="Intraday volatility patterns",
    view=view,
    part="appendix",
)
