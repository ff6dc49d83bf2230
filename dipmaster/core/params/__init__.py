"""params.yaml to frozen models: every fault reported at once, with path, value and allowed range.

`Params` is the whole file. A stage names the sections it reads and sees no
other, so that what is declared to DVC and what is read cannot differ.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError, model_validator

from dipmaster.core.errors import ParamsError, PipelineError
from dipmaster.core.params.alternative import AlternativeData
from dipmaster.core.params.base import Section
from dipmaster.core.params.changes import Range, find_range, put_values, read_value
from dipmaster.core.params.confidence import Confidence, Confirmation, Filter
from dipmaster.core.params.evaluation import Benchmark, Gates, Report, Split
from dipmaster.core.params.exits import AdaptiveExits, Exits
from dipmaster.core.params.market import Ingest
from dipmaster.core.params.monitoring import Monitoring
from dipmaster.core.params.outcomes import Outcomes
from dipmaster.core.params.sensitivity import Sensitivity
from dipmaster.core.params.sizing import Sizing
from dipmaster.core.params.strategy import Execution, Features, Signal
from dipmaster.core.params.stress import Stress
from dipmaster.core.params.volatility import Volatility

__all__ = [
    "AdaptiveExits",
    "AlternativeData",
    "Benchmark",
    "Confidence",
    "Confirmation",
    "Execution",
    "Exits",
    "Features",
    "Filter",
    "Gates",
    "Ingest",
    "Monitoring",
    "Outcomes",
    "Params",
    "ParamsFile",
    "Report",
    "Sensitivity",
    "Signal",
    "Sizing",
    "Split",
    "Stress",
    "Volatility",
]


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


class Params:
    """The sections a stage declared; any other raises `PipelineError`."""

    def __init__(self, params_file: ParamsFile, sections: tuple[str, ...]) -> None:
        self._params_file = params_file
        self._sections = sections

    @classmethod
    def parse(cls, raw: Any, sections: tuple[str, ...]) -> "Params":
        """Check the whole file and open the named sections."""
        try:
            params_file = ParamsFile.model_validate(raw)
        except ValidationError as error:
            raise ParamsError(_format_faults(error)) from error
        unknown = [name for name in sections if not _is_section_path(name)]
        if unknown:
            raise PipelineError(f"no such section of params.yaml: {unknown}")
        return cls(params_file, sections)

    def with_changes(self, changes: Mapping[str, Any]) -> "Params":
        """The same with other values at some paths, such as ``{"filter.rsi_max": 45.0}``.

        Raises
        ------
        PipelineError
            For a path that does not exist or lies in no declared section.
        ParamsError
            Where the whole does not fit together.
        """
        for path in changes:
            self.value_at(path)
        return Params.parse(put_values(self._params_file.model_dump(), changes), self._sections)

    def value_at(self, path: str) -> Any:
        """The value at a path such as ``filter.rsi_max``, of a declared section."""
        section, _, rest = path.partition(".")
        return read_value(self._get_section(section).model_dump(), rest)

    @staticmethod
    def range_of(path: str) -> Range:
        """Least and largest value that the number at a path may have."""
        return find_range(ParamsFile, path)

    def _get_section(self, name: str) -> Any:
        """A section; where only parts of it are declared, those alone (no other is there)."""
        section = getattr(self._params_file, name)
        if name in self._sections:
            return section
        parts = [key.partition(".")[2] for key in self._sections if key.startswith(f"{name}.")]
        if not parts:
            raise PipelineError(
                f"section '{name}' of params.yaml is read but not declared by this stage.\n"
                "  Fix: name it in read_params(...) and under params: in dvc.yaml."
            )
        return type(section).model_construct(**{part: getattr(section, part) for part in parts})

    def values(self) -> dict[str, Any]:
        """All declared sections as plain values, for provenance."""
        return {name: self._get_section(name).model_dump() for name in self._sections}

    @property
    def confidence(self) -> Confidence:
        """Section `confidence`."""
        section: Confidence = self._get_section("confidence")
        return section

    @property
    def filter(self) -> Filter:
        """Section `filter`."""
        section: Filter = self._get_section("filter")
        return section

    @property
    def confirmation(self) -> Confirmation:
        """Section `confirmation`."""
        section: Confirmation = self._get_section("confirmation")
        return section

    @property
    def ingest(self) -> Ingest:
        """Section `ingest`."""
        section: Ingest = self._get_section("ingest")
        return section

    @property
    def features(self) -> Features:
        """Section `features`."""
        section: Features = self._get_section("features")
        return section

    @property
    def volatility(self) -> Volatility:
        """Section `volatility`."""
        section: Volatility = self._get_section("volatility")
        return section

    @property
    def signal(self) -> Signal:
        """Section `signal`."""
        section: Signal = self._get_section("signal")
        return section

    @property
    def execution(self) -> Execution:
        """Section `execution`."""
        section: Execution = self._get_section("execution")
        return section

    @property
    def exits(self) -> AdaptiveExits:
        """Section `exits`."""
        section: AdaptiveExits = self._get_section("exits")
        return section

    @property
    def sizing(self) -> Sizing:
        """Section `sizing`."""
        section: Sizing = self._get_section("sizing")
        return section

    @property
    def alternative_data(self) -> AlternativeData:
        """Section `alternative_data`."""
        section: AlternativeData = self._get_section("alternative_data")
        return section

    @property
    def split(self) -> Split:
        """Section `split`."""
        section: Split = self._get_section("split")
        return section

    @property
    def gates(self) -> Gates:
        """Section `gates`."""
        section: Gates = self._get_section("gates")
        return section

    @property
    def benchmark(self) -> Benchmark:
        """Section `benchmark`."""
        section: Benchmark = self._get_section("benchmark")
        return section

    @property
    def stress(self) -> Stress:
        """Section `stress`."""
        section: Stress = self._get_section("stress")
        return section

    @property
    def sensitivity(self) -> Sensitivity:
        """Section `sensitivity`."""
        section: Sensitivity = self._get_section("sensitivity")
        return section

    @property
    def outcomes(self) -> Outcomes:
        """Section `outcomes`."""
        section: Outcomes = self._get_section("outcomes")
        return section

    @property
    def monitoring(self) -> Monitoring:
        """Section `monitoring`."""
        section: Monitoring = self._get_section("monitoring")
        return section

    @property
    def report(self) -> Report:
        """Section `report`."""
        section: Report = self._get_section("report")
        return section


def _is_section_path(name: str) -> bool:
    """Whether `name` is a section, or `section.part`."""
    section, _, part = name.partition(".")
    section_field = ParamsFile.model_fields.get(section)
    if section_field is None or section_field.annotation is None:
        return False
    return not part or part in section_field.annotation.model_fields


def _format_faults(error: ValidationError) -> str:
    lines = [f"params.yaml: {error.error_count()} value(s) do not fit:"]
    missing = [fault["loc"] for fault in error.errors() if fault["type"] == "missing"]
    for fault in error.errors():
        path = ".".join(str(part) for part in fault["loc"]) or "(top)"
        # A fault between sections names its values itself; its input is the whole file.
        names_values = fault["type"] == "missing" or (
            fault["type"] == "value_error" and not fault["loc"]
        )
        value_note = "" if names_values else f", found {_shorten(fault['input'])}"
        message = fault["msg"]
        if fault["type"] == "extra_forbidden":
            lacking = [str(loc[-1]) for loc in missing if loc[:-1] == fault["loc"][:-1]]
            hint = f" (missing beside it: {', '.join(lacking)})" if lacking else ""
            message = f"there is no such key{hint}"
        lines.append(f"  {path}: {message}{value_note}")
    lines.append("  Fix: edit params.yaml; params.schema.json lists what is allowed.")
    return "\n".join(lines)


def _shorten(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
