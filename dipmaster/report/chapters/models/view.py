"""Discrimination, calibration, regimes, volatility."""

from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs


def view(inputs: ReportInputs) -> Context:
    """What the chapter prints."""
    return {}


MODELS = Chapter(folder="models", anchor="models", title="Models", view=view)
