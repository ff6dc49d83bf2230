"""The phases under other costs, thresholds and sizes: all of sensitivity.json."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityResults:
    """The phases under other costs, thresholds and sizes: all of sensitivity.json."""

    phases: tuple[int, ...]
