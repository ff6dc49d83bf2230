"""Interpretations of the roadmap, as readings.yaml beside this module has them."""

from pathlib import Path

from dipmaster.core import store
from dipmaster.report.chapter import Chapter, Context
from dipmaster.report.inputs import ReportInputs

FILE = Path(__file__).with_name("readings.yaml")


def view(inputs: ReportInputs) -> Context:
    """Groups of entries; the same for every run."""
    return {"groups": store.read_yaml(FILE)["groups"]}


READINGS = Chapter(
    folder="readings",
    title="Interpretation log",
    view=view,
    part="appendix",
)
