"""Alternative data of one simulated market in one process: scores, as the stage has them."""

from collections.abc import Callable

import numpy as np

from dipmaster.altdata import build_evidence
from dipmaster.altdata.layer import (
    EvidenceScores,
    LayerInputs,
    build_evidence_scores_table,
    build_layer_inputs,
    evaluate_layer,
    find_largest_falls,
    fit_evidence_scores,
    measure_past_day,
)
from dipmaster.altdata.provider import Provider
from dipmaster.altdata.providers.none import EmptyProvider
from dipmaster.altdata.providers.simulated import build_provider_of_tables
from dipmaster.confidence import Scores, build_left_out_table, build_scores_table
from dipmaster.core import catalog
from dipmaster.core.params import Params
from dipmaster.evaluation.phases.alternative_data.inputs import EvidenceInputs
from dipmaster.learning.schedule import refit_times
from dipmaster.market.simulator.simulate import SimulatedMarket
from dipmaster.results.altdata import AlternativeDataResults
from studies.scores_in_process import ScoredMarket

InputsAt = Callable[[int], LayerInputs]


def build_simulated_evidence(market: SimulatedMarket, params: Params) -> Provider:
    """The provider of a market that is never written; none where params say so."""
    if params.alternative_data.provider == "none":
        return EmptyProvider()
    tables = {
        catalog.ORDER_BOOK: market.order_book,
        catalog.ON_CHAIN: market.on_chain,
        catalog.SENTIMENT: market.sentiment,
    }
    return build_provider_of_tables(tables, params.alternative_data)


def compute_evidence(
    market: ScoredMarket, simulated: SimulatedMarket, scores: Scores, params: Params
) -> tuple[EvidenceScores, AlternativeDataResults, InputsAt]:
    """Scores of the second layer, coverage, and the inputs by delay.

    Parameters
    ----------
    scores
        The market's own, or its candidates scored in another way.
    """
    alternative = params.alternative_data
    provider = build_simulated_evidence(simulated, params)
    evidence = build_evidence(provider, market.candidates, alternative)
    falls = find_largest_falls(market.candidates, simulated.bars)
    past_day = measure_past_day(market.candidates, market.features)

    def inputs_at(delay_minutes: int) -> LayerInputs:
        return build_layer_inputs(
            provider,
            market.candidates,
            evidence.scores,
            falls,
            past_day,
            alternative.microstructure,
            delay_minutes,
        )

    months = params.confidence.cross_fitting.refit_months
    fitted = fit_evidence_scores(
        build_scores_table(scores),
        build_left_out_table(scores),
        inputs_at(0),
        refit_times(*market.bars_ms, params.split.models_from_day, months),
        params.exits.max_holding_bars,
        alternative.model,
    )
    return fitted, evidence.results, inputs_at


def build_evidence_inputs(
    fitted: EvidenceScores,
    data: AlternativeDataResults,
    inputs_at: InputsAt,
    market: ScoredMarket,
    params: Params,
) -> EvidenceInputs:
    """What phase 4 reads of the stage; no simulated market has news."""
    evaluation = params.alternative_data.model.evaluation
    record = evaluate_layer(fitted, data, inputs_at, market.bars_ms, params.split, evaluation)
    no_news = np.full(len(market.candidates), np.nan)
    return EvidenceInputs(build_evidence_scores_table(fitted, no_news), record)
