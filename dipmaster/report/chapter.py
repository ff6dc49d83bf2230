"""What a chapter is: a folder with a view, and its template beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dipmaster.report.inputs import ReportInputs

Context = Mapping[str, Any]
FOLDER = "chapters"
Part = Literal["body", "appendix"]


def show_nothing(inputs: ReportInputs) -> Context:
    """The view of a chapter whose template needs nothing of its own."""
    return {}


def always(inputs: ReportInputs) -> bool:
    """Whether a chapter that every report has is there."""
    return True


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One chapter.

    Attributes
    ----------
    folder
        Its name under `FOLDER`, the name of its template, and the id of its section;
        terms.html.j2, where there is one, holds what it adds to the chapter of definitions.
    title
        Its entry in the contents; its parts are the headings of its template that have an id.
    view
        What the template prints, charts drawn.
    part
        Of the report: a decision needs the body alone.
    applies
        Whether the run has what the chapter is about; else it is left out, contents included.
    """

    folder: str
    title: str
    view: Callable[[ReportInputs], Context] = show_nothing
    part: Part = "body"
    applies: Callable[[ReportInputs], bool] = always

    @property
    def page(self) -> str:
        """Its template within the report's folder."""
        return f"{FOLDER}/{self.folder}/{self.folder}.html.j2"

    @property
    def terms(self) -> str:
        """What it adds to the definitions; there need not be such a file."""
        return f"{FOLDER}/{self.folder}/terms.html.j2"
