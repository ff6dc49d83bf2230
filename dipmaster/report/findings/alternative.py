"""Findings on alternative data: absent, not credited, feeds that add nothing, what can be won."""

from dipmaster.report.findings.finding import Evidence
from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit.evidence_names import (
    ALL_FEEDS,
    name_analyzer,
    name_feed,
    name_source,
)
from dipmaster.report.kit.numbers import spaced
from dipmaster.results.evaluation.alternative_data import AlternativeDataFigures


def win_rate_out_of_reach(inputs: ReportInputs) -> Evidence | None:
    """A target of the win rate that even a perfect reader of the market misses."""
    figures = inputs.validation.alternative_data
    if figures is None or figures.ceiling.reach != "out of reach":
        return None
    return {"ceiling": figures.ceiling}


def no_alternative_data(inputs: ReportInputs) -> Evidence | None:
    """Phase 4 without any channel."""
    figures = inputs.validation.alternative_data
    if figures is None or figures.status != "no data":
        return None
    return {"source": name_source(inputs.alternative_data.data.provider)}


def uncredited_evidence(inputs: ReportInputs) -> Evidence | None:
    """Alternative data that is there and is not credited."""
    figures = _with_data(inputs)
    if figures is None or figures.credit.verdict == "credited":
        return None
    return {"credit": figures.credit}


def idle_feeds(inputs: ReportInputs) -> Evidence | None:
    """Feeds that are there, and whose shuffling does not raise the log loss for certain."""
    alpha = inputs.params.alternative_data.model.evaluation.alpha
    feeds = [
        (name_feed(one.feed), one.p_value)
        for one in inputs.alternative_data.permutations
        if one.feed != ALL_FEEDS and one.candidates and one.p_value is not None
        if one.p_value > alpha
    ]
    return {"feeds": feeds} if _with_data(inputs) and feeds else None


def absent_components(inputs: ReportInputs) -> Evidence | None:
    """Components of the analysers that no candidate has, where some have others."""
    if _with_data(inputs) is None:
        return None
    rows = [
        (name_analyzer(name), [spaced(part) for part, share in one.components.items() if not share])
        for name, one in inputs.alternative_data.data.analyzers.items()
    ]
    absent = [(name, parts) for name, parts in rows if parts]
    return {"rows": absent} if absent else None


def _with_data(inputs: ReportInputs) -> AlternativeDataFigures | None:
    """What phase 4 has, where a source has something."""
    figures = inputs.validation.alternative_data
    return None if figures is None or figures.status == "no data" else figures
