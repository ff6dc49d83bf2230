"""What a chapter is: a folder with a view, and its template beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dipmaster.report.inputs import ReportInputs

Context = Mapping[str, Any]
FOLDER = "chapters"
Part = Literal["body", "appendix"]


def show_nothing(inputs: ReportInputs, number: int = 0) -> Context:
    """The view of a chapter, or of a phase's part, whose templates need nothing of their own."""
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
        Its name under `FOLDER`. The template is called like the folder; terms.html.j2, where
        there is one, holds what it adds to the chapter of definitions.
    anchor, title
        Id of its section, and its entry in the contents; its parts are the headings of its
        template that have an id.
    view
        What the template prints, charts drawn.
    template
        Within the report's folder, where it is not the folder's own.
    part
        Of the report: a decision needs the body alone.
    applies
        Whether the run has what the chapter is about; else it is left out, contents included.
    """

    folder: str
    anchor: str
    title: str
    view: Callable[[ReportInputs], Context] = show_nothing
    template: str = ""
    part: Part = "body"
    applies: Callable[[ReportInputs], bool] = always

    @property
    def page(self) -> str:
        """Its template within the report's folder."""
        return self.template or f"{FOLDER}/{self.folder}/{self.folder}.html.j2"

    @property
    def terms(self) -> str:
        """What it adds to the definitions; there need not be such a file."""
        return f"{FOLDER}/{self.folder}/terms.html.j2"


def draws_no_holding_times(inputs: ReportInputs, number: int) -> bool:
    """Whether a phase's own part shows how long positions were held; most do not."""
    return False


@dataclass(frozen=True, kw_only=True)
class PhasePart:
    """What one phase adds to the chapter that every phase has.

    Attributes
    ----------
    folder
        Its name under `FOLDER`: intro.html.j2 comes before the figures, parts.html.j2 after
        what the phase changed.
    view
        What these print, as `own`; the second argument is the phase's number.
    draws_holding_times
        Whether it shows the histogram of holding times, which the chapter then leaves out.
    """

    folder: str
    title: str
    view: Callable[[ReportInputs, int], Context] = show_nothing
    draws_holding_times: Callable[[ReportInputs, int], bool] = draws_no_holding_times
