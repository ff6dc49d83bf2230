"""One name in print for each exit type, the same in every table and chart."""

from dipmaster.report.kit import numbers

_NAMES = {
    "profit_taking": "partial exit (profit taking)",
    "optimal_timing": "full exit by models",
    "quarter_hour": "quarter-hour exit",
}


def name_exit_type(exit_type: str) -> str:
    """The name within a sentence or at the head of a row."""
    return _NAMES.get(exit_type, numbers.spaced(exit_type))
