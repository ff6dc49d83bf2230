"""What the `exits` stage made of every candidate: plans, scored rows, outcomes, models."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from dipmaster.backtest import EXIT_NAMES, ExitType
from dipmaster.core.errors import data_error
from dipmaster.core.kernels import Floats
from dipmaster.core.panel import Panel, to_epoch_ms
from dipmaster.core.tables import EXIT_FEATURES
from dipmaster.evaluation.standalone import EligibleEntries, StandaloneTrades
from dipmaster.exits import ExitMarket, ExitRows, StoredModels, build_score_matrix
from dipmaster.results.exits.refits import ExitLicence, ExitModelFold

READ_ROWS = (
    "candidate_id",
    "open_time",
    "bars_held",
    *EXIT_FEATURES,
    "exit_probability",
    "licensed",
    "models_fitted",
    "calibrator_fitted",
)


@dataclass(frozen=True)
class ExitInputs:
    """What the `exits` stage made, and what scoring other bars takes.

    Attributes
    ----------
    market
        Of the panel that is traded.
    plans, rows
        Tables EXIT_PLANS, row by row the candidates, and EXIT_ROWS or the columns
        of it that `READ_ROWS` names.
    load_models
        Gives those that scored the rows; see `models`.
    folds
        Every fit of the stage.
    licences
        One a refit.
    max_holding_bars
        The time limit under which positions are traded.
    """

    market: ExitMarket
    plans: pd.DataFrame
    rows: pd.DataFrame
    load_models: Callable[[], StoredModels]
    folds: Sequence[ExitModelFold]
    licences: Sequence[ExitLicence]
    max_holding_bars: int

    @cached_property
    def models(self) -> StoredModels:
        """The models, read when they are first asked for: many runs never ask."""
        return self.load_models()

    @cached_property
    def score(self) -> Floats:
        """Exit probability that rules may act on, shape (candidates, max_holding_bars).

        NaN where there is none, or no licence.

        Raises
        ------
        DataError
            Where rows go on beyond the time limit: they were made under another.
        """
        rows = restore_rows(self.rows, self.market.panel)
        if (rows.held >= self.max_holding_bars).any():
            raise data_error(
                "data/exits/rows.parquet",
                f"positions of at most {self.max_holding_bars} bars, as exits.max_holding_bars",
                f"one with a row after {rows.held.max()}",
                "run `dvc repro`: the stage exits ran under another time limit",
            )
        licensed = self.rows["licensed"].to_numpy() == 1
        scores = self.rows["exit_probability"].to_numpy(dtype=np.float64)
        probability = np.where(licensed, scores, np.nan)
        return build_score_matrix(rows, probability, len(self.plans), self.max_holding_bars)

    def without_models(self, name: str, entries: EligibleEntries) -> StandaloneTrades:
        """How entries end under the rules that are not models, as the stage followed them.

        The stage keeps the net return only: gross is NaN.
        """
        plans, panel = self.plans.iloc[entries.candidate], self.market.panel
        exit_type = pd.Index(EXIT_NAMES).get_indexer(pd.Index(plans["hold_exit_type"]))
        return StandaloneTrades(
            name,
            entries.candidate,
            entries.day,
            entries.block,
            entries.signal_index + 1,
            panel.index_of(to_epoch_ms(plans["hold_exit_time"])),
            exit_type.astype(np.int64),
            np.full(len(entries), np.nan),
            plans["hold_net_frac"].to_numpy(dtype=np.float64),
            exit_type == int(ExitType.END_OF_DATA),
        )


def restore_rows(frame: pd.DataFrame, panel: Panel) -> ExitRows:
    """ExitRows of table EXIT_ROWS as they were scored; a position's number is its candidate's."""
    return ExitRows(
        frame["candidate_id"].to_numpy(np.int64),
        panel.index_of(to_epoch_ms(frame["open_time"])),
        frame["bars_held"].to_numpy(np.int64),
        frame[list(EXIT_FEATURES)].to_numpy(np.float32),
    )
