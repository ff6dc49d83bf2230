"""The whole of params.yaml as one frozen model, and what its sections owe each other."""

from pydantic import model_validator

from dipmaster.core.params.alternative import AlternativeData
from dipmaster.core.params.base import Section
from dipmaster.core.params.confidence import Confidence, Confirmation, Filter
from dipmaster.core.params.evaluation import Benchmark, Gates, Report, Split
from dipmaster.core.params.exits import AdaptiveExits
from dipmaster.core.params.market import Ingest
from dipmaster.core.params.monitoring import Monitoring
from dipmaster.core.params.outcomes import Outcomes
from dipmaster.core.params.sensitivity import Sensitivity
from dipmaster.core.params.sizing import Sizing
from dipmaster.core.params.strategy import Execution, Features, Signal
from dipmaster.core.params.stress import Stress
from dipmaster.core.params.volatility import Volatility


class ParamsFile(Section):
    """The whole of params.yaml, one attribute a section."""

    ingest: Ingest
    features: Features
    volatility: Volatility
    signal: Signal
    confidence: Confidence
    filter: Filter
    confirmation: Confirmation
    execution: Execution
    exits: AdaptiveExits
    sizing: Sizing
    alternative_data: AlternativeData
    split: Split
    gates: Gates
    benchmark: Benchmark
    stress: Stress
    sensitivity: Sensitivity
    outcomes: Outcomes
    monitoring: Monitoring
    report: Report

    @model_validator(mode="after")
    def _check_orders_can_be_sent(self) -> "ParamsFile":
        """Else every phase ends without a single trade, minutes later."""
        limits = self.execution
        share = min(limits.size_frac, limits.max_position_frac, limits.max_exposure_frac)
        if limits.capital * share < limits.min_notional:
            raise ValueError(
                f"execution.min_notional ({limits.min_notional:g}) must not exceed the first order "
                f"({limits.capital * share:g}, execution.capital times the smallest of size_frac, "
                "max_position_frac and max_exposure_frac): no order would ever be sent"
            )
        return self

    @model_validator(mode="after")
    def _check_candidates_never_overlap(self) -> "ParamsFile":
        """Candidates are counted and labelled one by one: no two of a coin may share bars."""
        cooldown, cap = self.signal.cooldown_bars, self.exits.max_holding_bars
        if cooldown < cap:
            raise ValueError(
                f"signal.cooldown_bars ({cooldown}) must be at least exits.max_holding_bars "
                f"({cap}): else a candidate can fall while the trade of the one before is open"
            )
        return self

    @model_validator(mode="after")
    def _check_evidence_is_of_the_bars(self) -> "ParamsFile":
        """Real alternative data says nothing about simulated prices."""
        if self.alternative_data.provider == "files" and self.ingest.source == "simulated":
            raise ValueError(
                "alternative_data.provider files needs ingest.source raw: real alternative data "
                "beside simulated bars would be noise (use provider simulated or none)"
            )
        return self
