"""Inputs to the one context that all templates print from."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from markupsafe import Markup

from dipmaster.core.errors import PipelineError
from dipmaster.core.params.roadmap import HOLDING_BAND_MINUTES
from dipmaster.report.chapters.claims import view as claims
from dipmaster.report.chapters.contents.view import contents
from dipmaster.report.chapters.decision import headline, scope
from dipmaster.report.chapters.exits.view import view as adaptive
from dipmaster.report.chapters.phase import money, sentences
from dipmaster.report.chapters.phase import view as phases
from dipmaster.report.chapters.provenance.view import flat
from dipmaster.report.chapters.quality import view as data_quality
from dipmaster.report.chapters.readings.view import readings
from dipmaster.report.chapters.selection.view import view as selection
from dipmaster.report.chapters.volatility.view import view as volatility
from dipmaster.report.inputs import Inputs
from dipmaster.report.kit import forest, gates, numbers
from dipmaster.report.kit.drawing import STYLE, drawing

Context = dict[str, Any]


def context(inputs: Inputs) -> Context:
    """Everything the templates print, charts drawn.

    Raises
    ------
    PipelineError
        Where an earlier stage's JSON lacks what the report is made of.
    """
    with _telling_keys(), drawing():
        return {
            **_decision(inputs),
            **_provenance(inputs),
            **_chapters(inputs),
            "forest_large": forest.large(inputs),
            "gate_rows": gates.rows(inputs),
            "built_words": phases.built_words(inputs),
            "quality": data_quality.view(inputs),
            "checks": data_quality.checks(inputs),
            "readings": readings(),
            "contents": contents(inputs),
        }


def decision(inputs: Inputs) -> Context:
    """What page one alone prints, for `render.DECISION`."""
    with _telling_keys(), drawing():
        return _decision(inputs)


@contextmanager
def _telling_keys() -> Iterator[None]:
    try:
        yield
    except KeyError as error:
        raise PipelineError(
            f"reports/metrics: expected the key {error} in what the earlier stages wrote, found "
            "none.\n  Cure: run the whole pipeline with `dvc repro`."
        ) from error


def _decision(inputs: Inputs) -> Context:
    css = (STYLE / "report.css").read_text(encoding="utf-8")
    return {
        **_page_one(inputs),
        **_params(inputs),
        **_page_one_charts(inputs),
        "css": Markup(css),  # the project's own file: quotes in it must stay quotes
    }


def _chapters(inputs: Inputs) -> Context:
    built = inputs.built
    return {
        "chapters": [phases.view(inputs, number) for number in built],
        "selection": selection(inputs) if 1 in built else None,
        "adaptive": adaptive(inputs) if 2 in built else None,
        "volatility": volatility(inputs),
        "promises": claims.groups(inputs) if inputs.latest else [],
        "promises_summary": claims.summary(inputs) if inputs.latest else "",
        "rule_words": sentences.rule_words(inputs),
        "episodes": scope.episodes(inputs),
        "holding_band": HOLDING_BAND_MINUTES,
    }


def _page_one(inputs: Inputs) -> Context:
    return {
        "title": inputs.params.report.title,
        "document_title": "DipMaster phase-gate report",
        "header": scope.header(inputs),
        "source": scope.source_line(inputs),
        "scope": scope.scope_note(inputs),
        "verdict": headline.verdict(inputs),
        "phases": headline.PHASES,
        "built": inputs.built,
        "matrix": gates.lines(inputs),
        "stated_note": gates.STATED_NOTE,
        "facts": sentences.facts(
            inputs.gates_of(inputs.spoken_of),
            inputs.phase(inputs.spoken_of),
            inputs.validate["period"],
            _named(inputs),
        ),
    }


def _named(inputs: Inputs) -> str:
    """The phase that page one's figures are of; it need not be named where there is but one."""
    return f"phase {inputs.spoken_of}" if inputs.latest else ""


def _params(inputs: Inputs) -> Context:
    gates = inputs.params.gates
    return {
        "gates": gates,
        "execution": inputs.params.execution,
        "exits": inputs.params.exits,
        "features": inputs.params.features,
        "confidence": inputs.params.confidence,
        "signal": inputs.params.signal,
        "filter": inputs.params.filter,
        "confirmation": inputs.params.confirmation,
        "regime_params": inputs.params.volatility.regime,
        "burn_in": inputs.validate["period"]["burn_in_days"],
        "half_spread": inputs.market["fallback_half_spread_bps"],
        "simulated": inputs.simulated,
        "block_days": gates.block_days,
        "bound_level": numbers.percent(1.0 - gates.alpha),
        "bound_pair": numbers.percent(1.0 - 2.0 * gates.alpha, 0),
    }


def _page_one_charts(inputs: Inputs) -> Context:
    phase = inputs.phase(inputs.spoken_of)
    own = sentences.own_values(inputs.gates_of(inputs.spoken_of), phase)
    random_rate = phase["random_entry"]["win_rate"]["mean"]
    traded = bool(phase["counts"]["trades"])
    return {
        "forest_small": forest.small(inputs),
        "glance": money.glance(phase, own["win_rate"], random_rate, _named(inputs))
        if traded
        else "",
    }


def _provenance(inputs: Inputs) -> Context:
    return {
        "outputs": inputs.outputs,
        "seeds": [
            ("ingest.simulated.seed", inputs.params.ingest.simulated.seed),
            ("volatility.judging.seed", inputs.params.volatility.judging.seed),
            ("confidence.trees.seed", inputs.params.confidence.trees.seed),
            ("confidence.judging.seed", inputs.params.confidence.judging.seed),
            ("exits.models.trees.seed", inputs.params.exits.models.trees.seed),
            ("exits.models.judging.seed", inputs.params.exits.models.judging.seed),
            ("gates.seed", inputs.params.gates.seed),
        ],
        "versions": sorted(inputs.versions.items()),
        "params": flat(inputs.params.values()),
    }
