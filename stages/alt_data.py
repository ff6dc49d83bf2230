"""Candidates and alternative data to evidence, and evidence to the confidence of phase 4."""

from collections.abc import Iterable, Mapping
from functools import partial

import numpy as np
import pandas as pd

from dipmaster.altdata import build_evidence, build_provider
from dipmaster.altdata.layer import (
    PAST_DAY,
    EvidenceScores,
    LayerInputs,
    build_evidence_scores_table,
    build_inputs_table,
    build_layer_inputs,
    evaluate_layer,
    find_largest_falls,
    fit_evidence_scores,
    measure_past_day,
    serialize_metadata,
    serialize_models,
)
from dipmaster.core import catalog, stage, store
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.params import Params
from dipmaster.core.tables import (
    CANDIDATES,
    EVIDENCE,
    EVIDENCE_INPUTS,
    EVIDENCE_SCORES,
    LEFT_OUT,
    SCORES,
)
from dipmaster.learning.model_store import write_models
from dipmaster.learning.schedule import refit_times
from dipmaster.results.serialisation import write_result


def main() -> None:
    """Write data/alt_data whole, then what the evidence added out of sample."""
    params = store.read_params(
        "alternative_data",
        "confidence.cross_fitting",
        "exits.max_holding_bars",
        "split",
    )
    alternative = params.alternative_data
    candidates = store.read_table(catalog.CANDIDATES, CANDIDATES)
    scores = catalog.check_scores(store.read_table(catalog.SCORES, SCORES), candidates)
    bars = catalog.read_symbols(catalog.BARS, columns=("close",))
    bars_ms = find_span(bars)
    with stage.progress_step("reading alternative data"):
        provider = build_provider(alternative)
    evidence = build_evidence(provider, candidates, alternative)
    inputs_at = partial(
        build_layer_inputs,
        provider,
        candidates,
        evidence.scores,
        find_largest_falls(candidates, bars),
        measure_past_day(candidates, read_past_day(bars)),
        alternative.microstructure,
    )
    fitted = fit(scores, inputs_at(0), bars_ms, params)
    write(fitted, evidence.scores)
    with stage.progress_step("measuring what the evidence adds"):
        record = evaluate_layer(
            fitted, evidence.results, inputs_at, bars_ms, params.split, alternative.model.evaluation
        )
    write_result(record, catalog.ALTERNATIVE_METRICS)


def fit(
    scores: pd.DataFrame, inputs: LayerInputs, bars_ms: tuple[int, int], params: Params
) -> EvidenceScores:
    """Fit the second layer at the refits of phase 1."""
    months = params.confidence.cross_fitting.refit_months
    return fit_evidence_scores(
        scores,
        store.read_table(catalog.LEFT_OUT, LEFT_OUT),
        inputs,
        refit_times(*bars_ms, params.split.models_from_day, months),
        params.exits.max_holding_bars,
        params.alternative_data.model,
    )


def read_past_day(symbols: Iterable[str]) -> dict[str, pd.DataFrame]:
    """Features of the past day by symbol."""
    return catalog.read_symbols(catalog.FEATURE_PANEL, sorted(symbols), PAST_DAY)


def find_span(bars: Mapping[str, pd.DataFrame]) -> tuple[int, int]:
    """Open times of the market's first and last bar."""
    times = [to_epoch_ms(frame["open_time"]) for frame in bars.values()]
    return min(int(one[0]) for one in times), max(int(one[-1]) for one in times)


def write(scores: EvidenceScores, evidence: pd.DataFrame) -> None:
    """Evidence, what models saw of it, what they said, and the models."""
    news = evidence["news_impact"].to_numpy(dtype=np.float64)
    with store.atomic_folder(catalog.ALTERNATIVE) as folder:
        inputs = build_inputs_table(scores)
        store.write_table(inputs, EVIDENCE_INPUTS, folder / catalog.EVIDENCE_INPUTS.name)
        store.write_table(evidence, EVIDENCE, folder / catalog.EVIDENCE.name)
        table = build_evidence_scores_table(scores, news)
        store.write_table(table, EVIDENCE_SCORES, folder / catalog.EVIDENCE_SCORES.name)
        write_models(serialize_models(scores), serialize_metadata(scores), folder / "models")


if __name__ == "__main__":
    stage.run("alt-data", main, reads=("ingest", "features", "confidence"))
