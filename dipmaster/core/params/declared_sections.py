"""The sections of params.yaml that a stage named.

It sees no other, so that what is declared to DVC and what is read cannot differ.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from dipmaster.core.errors import ParamsError, PipelineError
from dipmaster.core.params.alternative import AlternativeData
from dipmaster.core.params.changes import Range, find_range, put_values, read_value
from dipmaster.core.params.confidence import Confidence, Confirmation, Filter
from dipmaster.core.params.evaluation import Benchmark, Gates, Report, Split
from dipmaster.core.params.exits import AdaptiveExits
from dipmaster.core.params.faults import format_faults
from dipmaster.core.params.market import Ingest
from dipmaster.core.params.monitoring import Monitoring
from dipmaster.core.params.outcomes import Outcomes
from dipmaster.core.params.params_file import ParamsFile
from dipmaster.core.params.sensitivity import Sensitivity
from dipmaster.core.params.sizing import Sizing
from dipmaster.core.params.strategy import Execution, Features, Signal
from dipmaster.core.params.stress import Stress
from dipmaster.core.params.volatility import Volatility


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
            raise ParamsError(format_faults(error)) from error
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
