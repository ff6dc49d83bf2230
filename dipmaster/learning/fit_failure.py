"""What stands in for a model where there is none."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FitFailure:
    """Returned by a fit in place of a model that the rows do not allow.

    Attributes
    ----------
    reason
        In words, for the report.
    """

    reason: str
