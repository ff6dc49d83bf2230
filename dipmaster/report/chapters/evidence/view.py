"""The appendix on alternative data: coverage, scores, permutations, lags, trades, refits."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.chapters.evidence import coverage, scores, trades
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import fits
from dipmaster.report.kit.evidence_names import name_source
from dipmaster.report.kit.table import Table, table
from dipmaster.results.altdata import ScoreComparison
from dipmaster.results.common import Interval


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints."""
    record, figures = inputs.alternative_data, inputs.validation.evidence
    slope_before = _find_slope_before(inputs)
    cleaned = coverage.list_cleaned(record.data)
    return {
        "record": record,
        "source": name_source(record.data.provider),
        "channels": coverage.tabulate_channels(record.data.channels),
        "analyzers": table(coverage.ANALYZERS, list(record.data.analyzers.items())),
        "absent": coverage.list_absent(record.data.analyzers),
        "cleaned": table(coverage.CLEANED, cleaned[: coverage.CLEANING_SHOWN]),
        "cleaned_more": max(0, len(cleaned) - coverage.CLEANING_SHOWN),
        "scores": _tabulate_scores(record.comparison, slope_before),
        "has_slope_before": slope_before is not None,
        "permutations": table(scores.PERMUTATIONS, record.permutations),
        "lags": scores.tabulate_lags(record.information),
        "trades": table(trades.TRADES, trades.list_moved(figures)),
        "fits": fits.by_layer(record.folds),
        "failed": fits.failed(record.folds),
        "evaluation": inputs.params.alternative_data.model.evaluation,
    }


def _find_slope_before(inputs: ReportInputs) -> Interval | None:
    compared, models = inputs.alternative_data.comparison, inputs.confidence.models
    if compared is None:
        return None
    return scores.find_slope_before(compared, models.get("confidence"))


def _tabulate_scores(found: ScoreComparison | None, slope_before: Interval | None) -> Table | None:
    return None if found is None else table(scores.SCORES, scores.score_rows(found, slope_before))


EVIDENCE = Chapter(
    folder="evidence",
    title="Alternative data in detail",
    view=view,
    part="appendix",
    applies=lambda inputs: inputs.validation.alternative_data is not None,
)
