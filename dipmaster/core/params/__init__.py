"""params.yaml to frozen models: every fault told at once, with path, value and what is allowed.

`Params` is the whole file. A stage names the sections it reads and sees no
other, so that what DVC is told and what is read cannot differ.
"""

from typing import Any

from pydantic import ValidationError, model_validator

from dipmaster.core.errors import ParamsError, PipelineError
from dipmaster.core.params.base import Section
from dipmaster.core.params.confidence import Confidence, Confirmation, Filter
from dipmaster.core.params.evaluation import Gates, Report, Split
from dipmaster.core.params.exits import AdaptiveExits, Exits
from dipmaster.core.params.market import Ingest
from dipmaster.core.params.strategy import Execution, Features, Signal
from dipmaster.core.params.volatility import Volatility

__all__ = [
    "AdaptiveExits",
    "Confidence",
    "Confirmation",
    "Execution",
    "Exits",
    "Features",
    "Filter",
    "Gates",
    "Ingest",
    "Params",
    "ParamsFile",
    "Report",
    "Signal",
    "Split",
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
    split: Split
    gates: Gates
    report: Report

    @model_validator(mode="after")
    def _candidates_never_overlap(self) -> "ParamsFile":
        """Candidates are counted and labelled one by one: no two of a coin may share bars."""
        cooldown, cap = self.signal.cooldown_bars, self.exits.cap_bars
        if cooldown < cap:
            raise ValueError(
                f"signal.cooldown_bars ({cooldown}) must be at least exits.cap_bars ({cap}): "
                "else a candidate can fall while the trade of the one before is open"
            )
        return self


class Params:
    """The sections a stage declared; any other raises `PipelineError`."""

    def __init__(self, whole: ParamsFile, sections: tuple[str, ...]) -> None:
        self._whole = whole
        self._sections = sections

    @classmethod
    def parse(cls, raw: Any, sections: tuple[str, ...]) -> "Params":
        """Check the whole file and open the named sections."""
        try:
            whole = ParamsFile.model_validate(raw)
        except ValidationError as error:
            raise ParamsError(_told(error)) from error
        unknown = [name for name in sections if not _is_place(name)]
        if unknown:
            raise PipelineError(f"no such section of params.yaml: {unknown}")
        return cls(whole, sections)

    def _section(self, name: str) -> Any:
        """A section; where only parts of it are declared, those alone (no other is there)."""
        whole = getattr(self._whole, name)
        if name in self._sections:
            return whole
        parts = [key.partition(".")[2] for key in self._sections if key.startswith(f"{name}.")]
        if not parts:
            raise PipelineError(
                f"section '{name}' of params.yaml is read but not declared by this stage.\n"
                "  Cure: name it in read_params(...) and under params: in dvc.yaml."
            )
        return type(whole).model_construct(**{part: getattr(whole, part) for part in parts})

    def values(self) -> dict[str, Any]:
        """All declared sections as plain values, for provenance."""
        return {name: self._section(name).model_dump() for name in self._sections}

    @property
    def confidence(self) -> Confidence:
        """Section `confidence`."""
        section: Confidence = self._section("confidence")
        return section

    @property
    def filter(self) -> Filter:
        """Section `filter`."""
        section: Filter = self._section("filter")
        return section

    @property
    def confirmation(self) -> Confirmation:
        """Section `confirmation`."""
        section: Confirmation = self._section("confirmation")
        return section

    @property
    def ingest(self) -> Ingest:
        """Section `ingest`."""
        section: Ingest = self._section("ingest")
        return section

    @property
    def features(self) -> Features:
        """Section `features`."""
        section: Features = self._section("features")
        return section

    @property
    def volatility(self) -> Volatility:
        """Section `volatility`."""
        section: Volatility = self._section("volatility")
        return section

    @property
    def signal(self) -> Signal:
        """Section `signal`."""
        section: Signal = self._section("signal")
        return section

    @property
    def execution(self) -> Execution:
        """Section `execution`."""
        section: Execution = self._section("execution")
        return section

    @property
    def exits(self) -> AdaptiveExits:
        """Section `exits`."""
        section: AdaptiveExits = self._section("exits")
        return section

    @property
    def split(self) -> Split:
        """Section `split`."""
        section: Split = self._section("split")
        return section

    @property
    def gates(self) -> Gates:
        """Section `gates`."""
        section: Gates = self._section("gates")
        return section

    @property
    def report(self) -> Report:
        """Section `report`."""
        section: Report = self._section("report")
        return section


def _is_place(name: str) -> bool:
    """Whether `name` is a section, or `section.part`."""
    section, _, part = name.partition(".")
    found = ParamsFile.model_fields.get(section)
    if found is None or found.annotation is None:
        return False
    return not part or part in found.annotation.model_fields


def _told(error: ValidationError) -> str:
    lines = [f"params.yaml: {error.error_count()} value(s) do not fit:"]
    for fault in error.errors():
        path = ".".join(str(part) for part in fault["loc"]) or "(top)"
        # A fault between sections names its values itself; its input is the whole file.
        told = fault["type"] == "missing" or (fault["type"] == "value_error" and not fault["loc"])
        found = "" if told else f", found {_short(fault['input'])}"
        lines.append(f"  {path}: {fault['msg']}{found}")
    lines.append("  Cure: edit params.yaml; params.schema.json lists what is allowed.")
    return "\n".join(lines)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
