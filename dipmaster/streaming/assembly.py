"""Files of the project to an engine: facts of the market, params, and the stored models."""

import gc
import importlib
from collections.abc import Mapping

import numpy as np
import pandas as pd

from dipmaster.altdata import build_provider
from dipmaster.altdata.layer.model_files import read_models as read_layer
from dipmaster.confidence import VOLATILITY_COLUMNS
from dipmaster.confidence.model_files import read_models as read_score_models
from dipmaster.core import catalog, store
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params import Params
from dipmaster.core.time_units import BAR_MS
from dipmaster.evaluation.phases.sizing.inputs import FACTORS, FORECAST
from dipmaster.evaluation.reading import find_absent
from dipmaster.exits import VOLATILITY_COLUMNS as EXIT_VOLATILITY
from dipmaster.exits import read_models as read_exit_models
from dipmaster.results.market import Market
from dipmaster.results.serialisation import read_result
from dipmaster.streaming.channel_feed import StoredFeed
from dipmaster.streaming.channels import ChannelEvidence
from dipmaster.streaming.engine import StreamEngine, StreamParts
from dipmaster.streaming.evidence import EvidenceSource
from dipmaster.streaming.funding import FundingStream
from dipmaster.streaming.market import MarketBarStream, MarketFacts
from dipmaster.streaming.scoring import CandidateScorer, FilterParams
from dipmaster.streaming.sources import VolatilitySource
from dipmaster.streaming.volatility import ComputedVolatility

NEEDED_VOLATILITY = tuple(
    dict.fromkeys((*VOLATILITY_COLUMNS, *EXIT_VOLATILITY, FORECAST, *FACTORS))
)
"""Columns of table VOLATILITY that decisions rest on."""
SECTIONS = (
    "signal", "features", "confidence", "filter", "confirmation", "execution", "exits", "sizing",
    "split", "ingest", "alternative_data", "volatility",
)  # fmt: skip
FITTING = "sklearn.linear_model"
"""Library of the fits on fixed dates, imported where it is first asked for."""


def read_engine() -> StreamEngine:
    """Put an engine together from what the stages wrote.

    Volatility is computed bar by bar; alternative data are what the provider of params has, handed
    out by their publication.

    Raises
    ------
    PipelineError, DataError
        Where a file is missing or is not what its stage wrote.
    """
    market, params = read_result(catalog.MARKET, Market), store.read_params(*SECTIONS)
    facts = read_facts(market)
    volatility = ComputedVolatility(market, params.volatility)
    parts = build_parts(params, facts, volatility, read_channels(facts, params))
    engine = StreamEngine(parts)
    importlib.import_module(FITTING)  # the first fit would wait for it, and a decision for the fit
    gc.freeze()  # it stays for good: a pass of the collector over it would delay a decision
    return engine


def build_parts(
    params: Params,
    facts: MarketFacts,
    volatility: VolatilitySource,
    evidence: EvidenceSource | None,
) -> StreamParts:
    """Models of the project behind its sources."""
    confidence = params.confidence
    filter_params = FilterParams(
        params.signal,
        confidence.thresholds,
        params.filter,
        params.confirmation,
        find_absent(facts.columns),
    )
    models = read_score_models(catalog.CONFIDENCE_MODELS, confidence.family, confidence.calibrator)
    layer = None if evidence is None else read_layer(catalog.ALTERNATIVE_MODELS)
    return StreamParts(
        facts=facts,
        params=params,
        market=MarketBarStream(facts, params.features, params.exits, volatility, NEEDED_VOLATILITY),
        scorer=CandidateScorer(facts, models, filter_params, layer, evidence),
        exit_models=read_exit_models(catalog.EXIT_MODELS),
        funding=FundingStream(len(facts.symbols), read_rates(facts)),
        volatility=volatility,
        evidence=evidence,
    )


def read_facts(market: Market) -> MarketFacts:
    """Facts of the market that its bars tell."""
    volumes = catalog.read_symbols(catalog.BARS, market.symbols, ("volume",))
    first = np.datetime64(pd.Timestamp(market.first_open_time).tz_localize(None), "ms")
    return MarketFacts(
        market.symbols,
        market.columns,
        market.fallback_half_spread_bps,
        np.array([bool((volumes[symbol]["volume"] > 0.0).any()) for symbol in market.symbols]),
        int(first.astype(np.int64)),
    )


def read_rates(facts: MarketFacts) -> Mapping[int, Mapping[int, float]] | None:
    """Funding rates on the grid, as `add_funding` puts them there; None where none is charged."""
    frames = catalog.read_funding()
    if not frames:
        return None
    rates: dict[int, dict[int, float]] = {}
    for coin, symbol in enumerate(facts.symbols):
        if symbol not in frames:
            continue
        number = (to_epoch_ms(frames[symbol]["time"]) + BAR_MS // 2) // BAR_MS
        for step, rate in zip(number.tolist(), frames[symbol]["rate_frac"].tolist(), strict=True):
            at_step = rates.setdefault(step, {})
            at_step[coin] = at_step.get(coin, 0.0) + rate
    return rates


def read_channels(facts: MarketFacts, params: Params) -> ChannelEvidence | None:
    """Alternative data of the project, value by value; None where its stage has not run."""
    if not catalog.ALTERNATIVE.is_dir():
        return None
    feed = StoredFeed(build_provider(params.alternative_data), facts.symbols)
    return ChannelEvidence(facts, feed, params.alternative_data)
