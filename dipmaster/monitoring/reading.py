"""What the stages before wrote to what monitoring looks at."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dipmaster.confidence.inputs import (
    FROM_FEATURES,
    MARKET_FALL_COLUMNS,
    VOLATILITY_COLUMNS,
    InputMatrix,
    build_input_matrix,
    join_symbols,
    select_rows,
)
from dipmaster.core import catalog, store
from dipmaster.core.kernels import Floats, Ints
from dipmaster.core.panel import to_epoch_ms
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.tables import (
    EQUITY,
    EVIDENCE_SCORES,
    FEATURES,
    SCORES,
    TRADES,
    VOLATILITY,
    TableSchema,
)
from dipmaster.core.time_units import date_to_epoch_ms
from dipmaster.monitoring.inputs import MonitoringInputs, WatchedAccount, WatchedCandidates
from dipmaster.monitoring.rollout import Readiness
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.ingest import IngestResults
from dipmaster.results.market import Market
from dipmaster.results.serialisation import read_result
from dipmaster.results.stress import UNTOUCHED, StressResults

NO_REFIT = -1


def read_inputs(validation: ValidationResults) -> MonitoringInputs:
    """Read bars, candidates and the accounts of all phases that were built."""
    market = read_result(catalog.MARKET, Market)
    panel = catalog.read_panel(market.fallback_half_spread_bps)
    stray = read_result(catalog.INGEST_METRICS, IngestResults).market.stray_bars or ()
    return MonitoringInputs(
        panel,
        date_to_epoch_ms(validation.period.out_of_sample_from[:10]),
        read_candidates(panel.symbols),
        tuple(
            WatchedAccount(
                phase,
                store.read_table(catalog.VALIDATE / f"trades_phase_{phase}.parquet", TRADES),
                store.read_table(catalog.VALIDATE / f"equity_phase_{phase}.parquet", EQUITY),
                validation.phases[str(phase)].counts.rejected,
            )
            for phase in validation.built_phases
        ),
        {one.symbol: one.bars for one in stray},
    )


def read_candidates(symbols: Sequence[str]) -> WatchedCandidates:
    """Candidates with their outcomes, the final phase's confidence and the models' inputs."""
    scores = store.read_table(catalog.SCORES, SCORES)
    confidence = store.read_table(catalog.EVIDENCE_SCORES, EVIDENCE_SCORES)["confidence"]
    return build_candidates(scores, confidence, read_model_inputs(scores, symbols))


def build_candidates(
    scores: pd.DataFrame, confidence: "pd.Series[float]", inputs: InputMatrix
) -> WatchedCandidates:
    """The same of tables in memory.

    Parameters
    ----------
    scores
        Table SCORES.
    confidence, inputs
        Row by row the same candidates.
    """
    label = scores["label"].to_numpy(dtype=np.float64)
    won: Floats = np.where(label < 0.0, np.nan, label).astype(np.float64)
    return WatchedCandidates(
        to_epoch_ms(scores["open_time"]),
        _known_ms(scores["exit_time"]),
        won,
        np.asarray(confidence, dtype=np.float64),
        _known_ms(scores["models_fitted"]),
        inputs.values,
        inputs.names,
    )


def _known_ms(times: "pd.Series[pd.Timestamp]") -> Ints:
    """Times with `NO_REFIT` where there is none."""
    ms = to_epoch_ms(times.fillna(pd.Timestamp(0, tz="UTC")))
    return np.where(times.isna().to_numpy(), NO_REFIT, ms).astype(np.int64)


def read_model_inputs(scores: pd.DataFrame, symbols: Sequence[str]) -> InputMatrix:
    """What the models of the confidence see at each candidate."""
    features = _read_rows(scores, symbols, FEATURES, [*FROM_FEATURES, *MARKET_FALL_COLUMNS])
    volatility = _read_rows(scores, symbols, VOLATILITY, VOLATILITY_COLUMNS)
    return build_input_matrix(features, volatility)


def _read_rows(
    scores: pd.DataFrame, symbols: Sequence[str], table: TableSchema, columns: Sequence[str]
) -> pd.DataFrame:
    """Rows at the candidates; a column that a coin's file does not have is left out."""
    folder = catalog.FEATURE_PANEL if table is FEATURES else catalog.VOLATILITY
    names, times = scores["symbol"].to_numpy(dtype=str), to_epoch_ms(scores["open_time"])

    def read(symbol: str) -> pd.DataFrame:
        rows = np.flatnonzero(names == symbol)
        there = store.list_columns(folder / f"{symbol}.parquet")
        chosen = [name for name in columns if name in there]
        frame = catalog.read_symbols(folder, [symbol], chosen)[symbol]
        where = f"{table.name} of {symbol}"
        return select_rows(frame, times[rows], table, where).set_axis(rows)

    return join_symbols(map_in_threads(read, symbols, f"reading {table.name}"), table)


def read_readiness(validation: ValidationResults) -> Readiness:
    """What the steps of the rollout are judged on beside health."""
    stress = read_result(catalog.STRESS_METRICS, StressResults)
    checks = validation.integrity_checks
    run = [
        row.risk_controls_effective
        for row in stress.rows
        if row.phase == stress.final_phase
        and row.scenario != UNTOUCHED
        and row.risk_controls_effective is not None
    ]
    return Readiness(
        validation.verdict,
        validation.verdict_reason,
        sum(not one.passed for one in checks),
        sum(one.passed and not one.cases for one in checks),
        len(checks),
        read_result(catalog.MARKET, Market).source == "simulated",
        sum(run),
        len(run),
    )
