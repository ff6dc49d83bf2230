"""Position sizing on one page: what bound the sizes, exposure, targeting, drawdown."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.position_sizing import accounts, bounds, exposure_chart
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.phase_table import by_phase
from dipmaster.results.evaluation.record import SECTIONS
from dipmaster.results.evaluation.sizing import SizingResults

PHASE = SECTIONS["sizing"]


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints."""
    results, params = inputs.validation.position_sizing, inputs.params
    invested = [one for one in results.exposure if any(one.mean_frac)]
    arithmetic = results.drawdown_arithmetic
    return {
        "number": PHASE,
        "results": results,
        "change": inputs.comparison(PHASE),
        "orders": bounds.tabulate_orders(results.counts, params.sizing),
        "trades": bounds.tabulate_trades(results.counts, params.execution),
        "chart": exposure_chart.draw(
            invested, inputs.volatility.out_of_sample_from, inputs.phase_names
        )
        if invested
        else "",
        "run_days": results.exposure[0].run_days,
        "accounts": by_phase(
            accounts.lines(results), accounts.by_phase(inputs, results), "Account"
        ),
        "has_years": any(one.frac for one in results.drawdown),
        "no_years": _why_no_years(results),
        "arithmetic": arithmetic,
        "overlay": {one.name: one for one in results.overlay},
    }


def _why_no_years(results: SizingResults) -> list[str]:
    """Why days were not resampled, each reason once."""
    return list(dict.fromkeys(one.reason for one in results.drawdown if one.reason))


POSITION_SIZING = Chapter(
    folder="position_sizing",
    title="Position sizing",
    view=view,
    part="appendix",
    applies=lambda inputs: inputs.validation.sizing is not None,
)
