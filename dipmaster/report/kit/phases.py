"""Headings of the phases, of the titles that they say of themselves."""

from collections.abc import Mapping

from dipmaster.results.evaluation.phase import PhaseDescription


def name_phases(registered: Mapping[str, PhaseDescription]) -> dict[int, str]:
    """Number to heading, as "Phase 1: signal filter".

    Parameters
    ----------
    registered
        Of validate.json: built or not.
    """
    return {int(number): f"Phase {number}: {one.title}" for number, one in registered.items()}
