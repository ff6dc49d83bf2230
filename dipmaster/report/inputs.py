"""What the report is made of, as the stages before it wrote it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dipmaster.core.params import Params
from dipmaster.report.provenance import Output

Json = Mapping[str, Any]

FORECAST_COLUMNS = (
    "open_time",
    "realised_short_daily_frac",
    "garch_daily_frac",
    "rv_ewma_daily_frac",
    "har_daily_frac",
    "regime",
    "regime_coin",
)


@dataclass(frozen=True)
class ShownCoin:
    """The coin whose regimes are drawn over its price.

    Attributes
    ----------
    symbol
        The first of the market's coins.
    bars
        Columns open_time and close.
    truth
        Columns open_time and coin_regime; None where no latent state is known.
    """

    symbol: str
    bars: pd.DataFrame
    truth: pd.DataFrame | None


@dataclass(frozen=True)
class Inputs:
    """Everything that is read; nothing else enters the report.

    Attributes
    ----------
    gates
        reports/metrics/gates.json, and its bytes as they are attached to the PDF.
    validate, ingest, market
        The stages' JSON files.
    volatility, confidence, exits
        What these stages measured.
    equity
        One frame of table EQUITY a built phase.
    scores
        Table SCORES, for the histogram of the calibrated value.
    forecasts
        Columns `FORECAST_COLUMNS` of table VOLATILITY a coin.
    shown
        The coin whose regimes are drawn.
    outputs
        What the stages before the report wrote, with the hashes of dvc.lock.
    params
        All sections, for provenance and for what the definitions quote.
    versions
        Names and versions of the packages that numbers depend on.
    """

    gates: Sequence[Json]
    gates_bytes: bytes
    validate: Json
    ingest: Json
    market: Json
    volatility: Json
    confidence: Json
    exits: Json
    equity: Mapping[int, pd.DataFrame]
    scores: pd.DataFrame
    forecasts: Mapping[str, pd.DataFrame]
    shown: ShownCoin
    outputs: Sequence[Output]
    params: Params
    versions: Mapping[str, str]

    @property
    def built(self) -> tuple[int, ...]:
        """Phases that were run."""
        return tuple(int(phase) for phase in self.validate["built_phases"])

    @property
    def latest(self) -> int:
        """The last phase that was run."""
        return self.built[-1]

    @property
    def spoken_of(self) -> int:
        """The last phase that traded; the last one built where none did."""
        traded = [phase for phase in self.built if self.phase(phase)["counts"]["trades"]]
        return traded[-1] if traded else self.latest

    @property
    def simulated(self) -> bool:
        """Whether the bars are simulated."""
        return bool(self.market["source"] == "simulated")

    def phase(self, number: int) -> Json:
        """What validate measured for one phase."""
        measured: Json = self.validate["phases"][str(number)]
        return measured

    def gates_of(self, number: int) -> dict[str, Json]:
        """The gates of one phase by metric, in the file's order."""
        return {gate["metric"]: gate for gate in self.gates if gate["phase"] == number}
