"""A provider and the candidates to table EVIDENCE and the coverage of every channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dipmaster.altdata.analyzer import Analyzer
from dipmaster.altdata.asof import ChannelInput, collect_inputs, split_channels
from dipmaster.altdata.channels import Channel
from dipmaster.altdata.coverage import (
    CoinCoverage,
    join_status,
    measure_analyzer,
    measure_coverage,
    sum_coverage,
)
from dipmaster.altdata.history import PublishedSeries
from dipmaster.altdata.microstructure import MarketMicrostructureAnalyzer
from dipmaster.altdata.onchain import OnChainAnalytics
from dipmaster.altdata.provider import Provider, read_values
from dipmaster.altdata.sentiment import SentimentAnalysisPipeline
from dipmaster.core.kernels import Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.params.alternative import AlternativeData
from dipmaster.core.tables import EVIDENCE
from dipmaster.core.time_units import BAR_MS
from dipmaster.results.altdata import AlternativeDataResults


@dataclass(frozen=True)
class Evidence:
    """What alternative data says at each candidate.

    Attributes
    ----------
    scores
        Frame of table EVIDENCE, in the order of the candidates.
    results
        Coverage, lag and age of each channel and analyser.
    """

    scores: pd.DataFrame
    results: AlternativeDataResults


def build_analyzers(params: AlternativeData, channels: Sequence[Channel]) -> dict[str, Analyzer]:
    """The three analysers of a source with these channels, by the prefix of their columns."""
    return {
        "on_chain": OnChainAnalytics(params.on_chain),
        "sentiment": SentimentAnalysisPipeline(params.sentiment),
        "microstructure": MarketMicrostructureAnalyzer.of_channels(params.microstructure, channels),
    }


def list_components(params: AlternativeData) -> dict[str, tuple[str, ...]]:
    """Columns that each analyser's score is made of."""
    return {
        name: tuple(getattr(params, name).weights.model_dump())
        for name in ("on_chain", "sentiment", "microstructure")
    }


def build_evidence(
    provider: Provider, candidates: pd.DataFrame, params: AlternativeData
) -> Evidence:
    """Score all candidates, coin by coin.

    Parameters
    ----------
    candidates
        Frame of table CANDIDATES. A decision is made at the close of the bar, `open_time` + 5
        minutes; what is published later is not used.

    Raises
    ------
    DataError
        Values that the provider cannot have published then, see `read_values`.
    """
    decision_ms = to_epoch_ms(candidates["open_time"]) + BAR_MS
    symbols = sorted(set(candidates["symbol"]))
    rows = {symbol: np.flatnonzero(candidates["symbol"] == symbol) for symbol in symbols}
    analyzers = build_analyzers(params, provider.channels)

    def analyze(symbol: str) -> _CoinEvidence:
        return _analyze_coin(provider, symbol, decision_ms[rows[symbol]], analyzers)

    coins = dict(zip(symbols, map_in_threads(analyze, symbols, "joining"), strict=True))
    columns = _join_columns(coins, rows, len(candidates), analyzers)
    keys = {name: candidates[name] for name in ("candidate_id", "symbol", "open_time")}
    scores = EVIDENCE.check(pd.DataFrame({**keys, **columns}), "evidence")
    coverage = {symbol: coin.coverage for symbol, coin in coins.items()}
    return Evidence(scores, _measure(provider, columns, coverage, params))


def build_inputs(
    provider: Provider, candidates: pd.DataFrame, inputs: Sequence[ChannelInput]
) -> pd.DataFrame:
    """Any statistics of any channels at all candidates, for models that take more than scores.

    Parameters
    ----------
    candidates
        As for `build_evidence`.

    Returns
    -------
    Columns candidate_id, symbol, open_time and the name of each input, in the order of the
    candidates; NaN where nothing fresh was known at the close of the bar.
    """
    decision_ms = to_epoch_ms(candidates["open_time"]) + BAR_MS
    columns = {item.name: np.full(len(candidates), np.nan) for item in inputs}
    for symbol in sorted(set(candidates["symbol"])):
        rows = np.flatnonzero(candidates["symbol"] == symbol)
        series = split_channels(read_values(provider, symbol), symbol)
        collected = collect_inputs(series, provider.channels, inputs, decision_ms[rows])
        for name, values in collected.items():
            columns[name][rows] = values
    keys = {name: candidates[name] for name in ("candidate_id", "symbol", "open_time")}
    return pd.DataFrame({**keys, **columns})


@dataclass(frozen=True)
class _CoinEvidence:
    columns: Mapping[str, Any]
    coverage: Mapping[str, CoinCoverage | None]


def _analyze_coin(
    provider: Provider, symbol: str, decision_ms: Ints, analyzers: Mapping[str, Analyzer]
) -> _CoinEvidence:
    series = split_channels(read_values(provider, symbol), symbol)
    columns = analyze_series(series, provider.channels, decision_ms, analyzers)
    coverage = {
        channel.name: measure_coverage(series[channel.name], channel, decision_ms)
        if channel.name in series
        else None
        for channel in provider.channels
    }
    return _CoinEvidence(columns, coverage)


def analyze_series(
    series: Mapping[str, PublishedSeries],
    channels: Sequence[Channel],
    decision_ms: Ints,
    analyzers: Mapping[str, Analyzer],
) -> dict[str, Any]:
    """Columns of table EVIDENCE of one coin's decisions, from its channels."""
    columns: dict[str, Any] = {}
    for analyzer in analyzers.values():
        columns.update(
            analyzer.analyze(collect_inputs(series, channels, analyzer.inputs, decision_ms))
        )
    return columns


def _join_columns(
    coins: Mapping[str, _CoinEvidence],
    rows: Mapping[str, Ints],
    size: int,
    analyzers: Mapping[str, Analyzer],
) -> dict[str, Any]:
    """Columns of all coins in the order of the candidates; empty ones without a candidate."""
    if not coins:
        nothing = np.empty(0, dtype=np.float64)
        empty: dict[str, Any] = {}
        for analyzer in analyzers.values():
            empty.update(analyzer.analyze({item.name: nothing for item in analyzer.inputs}))
        return {name: _as_column(values) for name, values in empty.items()}
    names = next(iter(coins.values())).columns
    joined = {}
    for name, first in names.items():
        column = np.empty(size, dtype=first.dtype)
        for symbol, coin in coins.items():
            column[rows[symbol]] = coin.columns[name]
        joined[name] = _as_column(column)
    return joined


def _as_column(values: Any) -> Any:
    return pd.array(values, dtype="str") if values.dtype == object else values


def _measure(
    provider: Provider,
    columns: Mapping[str, Any],
    coverage: Mapping[str, Mapping[str, CoinCoverage | None]],
    params: AlternativeData,
) -> AlternativeDataResults:
    size = len(columns["on_chain_coverage"])
    analyzers = {
        name: measure_analyzer(columns, name, components)
        for name, components in list_components(params).items()
    }
    coins: Sequence[Mapping[str, CoinCoverage | None]] = list(coverage.values())
    return AlternativeDataResults(
        provider=provider.name,
        status=join_status([part.status for part in analyzers.values()]),
        channels=tuple(
            sum_coverage(channel, [coin[channel.name] for coin in coins], size)
            for channel in provider.channels
        ),
        analyzers=analyzers,
        cleaning=provider.cleaning,
    )
