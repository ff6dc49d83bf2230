"""Every file and folder of the pipeline, and how tables of one file a symbol are read.

A path is written here and nowhere else; stages and readers name it. What a stage
declares in dvc.yaml is compared with the paths it names by tests/test_dvc_truth.py.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from dipmaster.core import store
from dipmaster.core.errors import DataError, data_error
from dipmaster.core.panel import Panel, add_funding, align_bars
from dipmaster.core.parallel import map_in_threads
from dipmaster.core.tables import BARS as BARS_TABLE
from dipmaster.core.tables import FUNDING as FUNDING_TABLE
from dipmaster.core.tables import TableSchema

LOCK = Path("dvc.lock")
RAW = Path("data/raw")
RAW_ALTERNATIVE = RAW / "alt"

CHECK_PASSED = Path("data/check/passed.json")

INGEST = Path("data/ingest")
BARS = INGEST / "bars"
FUNDING = INGEST / "funding"
FUNDING_ABOUT = FUNDING / "about.json"
ORDER_BOOK = INGEST / "order_book"
ON_CHAIN = INGEST / "on_chain"
SENTIMENT = INGEST / "sentiment"
TRUTH = INGEST / "truth"
TRUTH_ABOUT = TRUTH / "about.json"
MARKET = INGEST / "market.json"

FEATURES = Path("data/features")
FEATURE_PANEL = FEATURES / "panel"
CANDIDATES = FEATURES / "candidates.parquet"

VOLATILITY = Path("data/volatility")

CONFIDENCE = Path("data/confidence")
SCORES = CONFIDENCE / "scores.parquet"
LEFT_OUT = CONFIDENCE / "left_out.parquet"
CONFIDENCE_MODELS = CONFIDENCE / "models"

EXITS = Path("data/exits")
EXIT_PLANS = EXITS / "plans.parquet"
EXIT_ROWS = EXITS / "rows.parquet"
EXIT_MODELS = EXITS / "models"

ALTERNATIVE = Path("data/alt_data")
EVIDENCE = ALTERNATIVE / "evidence.parquet"
EVIDENCE_INPUTS = ALTERNATIVE / "inputs.parquet"
EVIDENCE_SCORES = ALTERNATIVE / "scores.parquet"
ALTERNATIVE_MODELS = ALTERNATIVE / "models"

VALIDATE = Path("data/validate")

METRICS = Path("reports/metrics")
INGEST_METRICS = METRICS / "ingest.json"
FEATURES_METRICS = METRICS / "features.json"
VOLATILITY_METRICS = METRICS / "volatility.json"
CONFIDENCE_METRICS = METRICS / "confidence.json"
EXITS_METRICS = METRICS / "exits.json"
ALTERNATIVE_METRICS = METRICS / "altdata.json"
VALIDATE_METRICS = METRICS / "validate.json"
GATES = METRICS / "gates.json"
STRESS_METRICS = METRICS / "stress.json"
SENSITIVITY_METRICS = METRICS / "sensitivity.json"
OUTCOMES_METRICS = METRICS / "outcomes.json"
MONITORING_METRICS = METRICS / "monitoring.json"
MONITOR_SUMMARY = METRICS / "monitor.json"
SUMMARY = METRICS / "summary.json"

LATENCY = Path("benchmarks/latency.json")
PARITY = Path("benchmarks/parity.json")

TRIALS = Path("reports/trials")

PLOTS = Path("reports/plots")
PDF = Path("reports/phase_gate.pdf")
HTML = Path("reports/phase_gate.html")


def read_panel(fallback_half_spread_bps: float) -> Panel:
    """Bars of all symbols on one grid, half-spread and funding as the market's source has them.

    Parameters
    ----------
    fallback_half_spread_bps
        Of market.json, for coins whose source has no half-spread.
    """
    symbols = store.list_symbols(BARS)
    panel = align_bars(read_symbols(BARS, symbols, table=BARS_TABLE), fallback_half_spread_bps)
    return add_funding(panel, read_funding())


def read_funding() -> dict[str, pd.DataFrame]:
    """Frames of table FUNDING of the symbols that are charged; often none."""
    charged = store.read_json_key(FUNDING_ABOUT, "charged", dict[str, bool])
    symbols = sorted(symbol for symbol in charged if charged[symbol])
    return read_symbols(FUNDING, symbols, table=FUNDING_TABLE) if symbols else {}


def read_symbols(
    folder: Path,
    symbols: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    table: TableSchema | None = None,
) -> dict[str, pd.DataFrame]:
    """Frames of a folder with one file a symbol, by symbol.

    Parameters
    ----------
    symbols
        Which; all that the folder holds where not given.
    columns
        Which, beside open_time; all where not given.
    table
        What every frame is compared with.
    """
    names = store.list_symbols(folder) if symbols is None else list(symbols)
    columns_read = None if columns is None else list(dict.fromkeys(("open_time", *columns)))

    def read(symbol: str) -> pd.DataFrame:
        return store.read_table(folder / f"{symbol}.parquet", table, columns_read)

    return dict(zip(names, map_in_threads(read, names, f"reading {folder.name}"), strict=True))


def check_scores(scores: pd.DataFrame, candidates: pd.DataFrame) -> pd.DataFrame:
    """Scores of the candidates, compared by number, coin and time, row by row.

    Parameters
    ----------
    scores, candidates
        Tables SCORES and CANDIDATES.

    Raises
    ------
    DataError
        Where the scores are those of other candidates.
    """
    ids = np.arange(len(candidates))
    numbered = np.array_equal(ids, candidates["candidate_id"].to_numpy())
    if not numbered or len(scores) != len(candidates):
        rows = f"{len(scores)} rows, candidates {'' if numbered else 'not '}numbered from 0"
        raise _other_scores_error(f"one row for each of {len(candidates)} candidates", rows)
    for name in ("candidate_id", "symbol", "open_time"):
        other = np.flatnonzero((scores[name] != candidates[name]).to_numpy())
        if other.size:
            raise _other_scores_error(
                f"the {name} of each candidate",
                f"{scores[name][other[0]]} for {candidates[name][other[0]]} in row {other[0]}",
            )
    return scores


def _other_scores_error(expected: str, found: str) -> DataError:
    return data_error(str(SCORES), expected, found, "run the stages from `features` on again")
