"""What the report is made of, as the stages before it wrote it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dipmaster.core import catalog
from dipmaster.core.errors import data_error
from dipmaster.core.params import Params
from dipmaster.report.attachments import Attachment
from dipmaster.report.kit import accounts, numbers
from dipmaster.report.kit.accounts import Account
from dipmaster.report.kit.comparison import Contribution, changes, refine
from dipmaster.report.kit.forest import JudgedGates
from dipmaster.report.kit.phases import name_phases
from dipmaster.report.provenance import Output, document_id, record
from dipmaster.report.recommendation import Recommendation, recommend
from dipmaster.results.altdata import AlternativeDataRecord
from dipmaster.results.confidence.record import ConfidenceResults
from dipmaster.results.evaluation.claims import RoadmapClaim
from dipmaster.results.evaluation.differences import PhaseComparison
from dipmaster.results.evaluation.phase import PhaseFigures
from dipmaster.results.evaluation.record import ValidationResults
from dipmaster.results.exits.record import ExitModelResults
from dipmaster.results.gates import GateRow, GateRows
from dipmaster.results.ingest import IngestResults
from dipmaster.results.market import Market
from dipmaster.results.metrics import COMPARED, GATES, MAX_DRAWDOWN, METRICS, SHARPE
from dipmaster.results.monitoring.record import MonitoringResults
from dipmaster.results.outcomes import OutcomesResults
from dipmaster.results.sensitivity import SensitivityResults
from dipmaster.results.stress import StressResults
from dipmaster.results.trials import TrialCount
from dipmaster.results.volatility.record import VolatilityResults

NOT_MEASURED = "not measured"
FORECAST_COLUMNS = (
    "open_time",
    "realised_short_daily_frac",
    "garch_daily_frac",
    "rv_ewma_daily_frac",
    "har_daily_frac",
    "range_har_daily_frac",
    "har_range_daily_frac",
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


@dataclass(frozen=True, kw_only=True)
class ReportInputs:
    """Everything that is read; nothing else enters the report.

    Attributes
    ----------
    gates
        gates.json.
    validation, ingest, volatility, confidence, exit_models, alternative_data, stress, sensitivity,
    outcomes, monitoring
        What the stages measured.
    trials
        How often these bars were evaluated; None where that is not known.
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
    files
        What the PDF carries as it is: params, verdicts, trade lists.
    """

    gates: GateRows
    validation: ValidationResults
    ingest: IngestResults
    market: Market
    volatility: VolatilityResults
    confidence: ConfidenceResults
    exit_models: ExitModelResults
    alternative_data: AlternativeDataRecord
    stress: StressResults
    sensitivity: SensitivityResults
    outcomes: OutcomesResults
    monitoring: MonitoringResults
    trials: TrialCount | None
    equity: Mapping[int, pd.DataFrame]
    scores: pd.DataFrame
    forecasts: Mapping[str, pd.DataFrame]
    shown: ShownCoin
    outputs: Sequence[Output]
    params: Params
    versions: Mapping[str, str]
    files: tuple[Attachment, ...]

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The files, and the record of all hashes that the document id is made of."""
        return (*self.files, record(self.outputs, self.files, self.versions, self.trials))

    @property
    def document_id(self) -> str:
        """Equal for equal inputs, whenever and wherever the report is made."""
        return document_id(self.attachments[-1])

    @property
    def built(self) -> tuple[int, ...]:
        """Phases that were run."""
        return self.validation.built_phases

    @property
    def latest(self) -> int:
        """The last phase that was run."""
        return self.built[-1]

    @property
    def headline_phase(self) -> int:
        """The phase of page one's figures: the last that traded, the last built where none did."""
        traded = [phase for phase in self.built if self.phase(phase).counts.trades]
        return traded[-1] if traded else self.latest

    @property
    def simulated(self) -> bool:
        """Whether the bars are simulated."""
        return self.market.source == "simulated"

    @property
    def phase_names(self) -> Mapping[int, str]:
        """Number to heading of every phase, built or not: "Phase 1: signal filter"."""
        return name_phases(self.validation.registered)

    def phase(self, number: int) -> PhaseFigures:
        """What is measured of every phase, of one."""
        return self.validation.phases[str(number)]

    def claim(self, id_: str) -> RoadmapClaim | None:
        """One line of the roadmap; None where its phase is not built."""
        return next((claim for claim in self.claims if claim.id == id_), None)

    @property
    def claims(self) -> tuple[RoadmapClaim, ...]:
        """Lines of the roadmap, each once: what a later stage measured takes the place of others.

        Those that no stage measures stand last.
        """
        later = self.outcomes.claims
        ids = {claim.id for claim in later}
        others = [claim for claim in self.validation.claims if claim.id not in ids]
        measured = [claim for claim in others if claim.verdict != NOT_MEASURED]
        waiting = [claim for claim in others if claim.verdict == NOT_MEASURED]
        return *measured, *later, *waiting

    def comparison(self, number: int) -> PhaseComparison | None:
        """What a phase changed against the one before; None for the first."""
        return self.validation.differences.get(str(number))

    def gates_of(self, number: int) -> dict[str, GateRow]:
        """The gates of one phase by metric, in the file's order."""
        return {gate.metric: gate for gate in self.shown_gates if gate.phase == number}

    @property
    def shown_gates(self) -> GateRows:
        """Gates in print: a drawdown has no range of bootstrap paths longer than its period."""

        def shown(gate: GateRow) -> GateRow:
            if gate.metric != MAX_DRAWDOWN.key or gate.phase not in self.built:
                return gate
            has_range = self.phase(gate.phase).drawdown.bootstrap_upper_frac is not None
            return gate if has_range else replace(gate, low=None, high=None)

        return tuple(map(shown, self.gates))

    @property
    def recommendations(self) -> tuple[Recommendation, ...]:
        """What to do about each phase."""
        return recommend(self.validation, self.gates, self.params.gates)

    def recommendation(self, number: int) -> Recommendation:
        """What to do about one phase that was built."""
        return next(one for one in self.recommendations if one.phase == number)

    @property
    def accounts(self) -> list[Account]:
        """Every phase beside buy-and-hold and cash."""
        sharpes = {
            phase: gate.value if (gate := self.gates_of(phase).get(SHARPE.key)) else None
            for phase in self.built
        }
        phases = {phase: self.phase(phase) for phase in self.built}
        return accounts.list_accounts(phases, sharpes, self.validation.benchmarks)

    @property
    def judged(self) -> JudgedGates:
        """What forest plots are made of."""
        return JudgedGates(self.shown_gates, self.built)

    def has_override(self, number: int) -> bool:
        """Whether a phase fails whatever its gates show."""
        return self.phase(number).degradation is not None

    def is_ruined(self, number: int) -> bool:
        """Whether equity fell below the smallest order, so that trading stopped for good."""
        figures = self.phase(number)
        return bool(figures.counts.rejected.get("ruined")) or figures.money.equity_at_end <= 0

    def contribution(self, number: int) -> Contribution | None:
        """What a phase changed against the one before, figure by figure; None for the first."""
        compared = self.comparison(number)
        if compared is None:
            return None
        rows = changes(
            {metric.key: getattr(compared, metric.key) for metric in COMPARED},
            self._in_print(compared.baseline_phase),
            self._in_print(number),
        )
        return Contribution(
            number, compared.baseline_phase, bool(self.phase(number).counts.trades), rows
        )

    def _in_print(self, number: int) -> dict[str, str]:
        """The compared figures of one phase in print."""
        figures, judged = self.phase(number), self.gates_of(number)
        return {
            **dict.fromkeys((metric.key for metric in COMPARED), numbers.MISSING),
            **{
                key: numbers.show(gate.value, refine(METRICS[key], METRICS[key].number_format))
                for key, gate in judged.items()
            },
            "mean_net_bps": numbers.bps(figures.per_trade.mean_net_bps),
            "net_return": numbers.percent(figures.money.net_return_frac, 2, signed=True),
            "trades_frac": numbers.count(figures.counts.trades),
        }


def time_of(stamp: str) -> np.datetime64:
    """A time of the results, UTC."""
    return np.datetime64(stamp.rstrip("Z"), "ms")


def check_gates(gates: GateRows, validation: ValidationResults) -> None:
    """Demand every gate of every built phase, once: a row left out would not be missed in print.

    Raises
    ------
    DataError
        Where gates.json and validate.json are not of one run.
    """
    needed = [(phase, metric.key) for phase in validation.built_phases for metric in GATES]
    rows = [(gate.phase, gate.metric) for gate in gates]
    if needed and sorted(rows) == sorted(needed):
        return
    lacking = [
        f"{metric} of phase {phase}" for phase, metric in needed if (phase, metric) not in rows
    ]
    raise data_error(
        str(catalog.GATES),
        f"one row for each of {len(needed)} gates of the phases {list(validation.built_phases)}",
        f"{len(rows)} rows" + (f", none for {', '.join(lacking)}" if lacking else ""),
        "run `dvc repro`: the file was edited, or is of another run than validate.json",
    )
