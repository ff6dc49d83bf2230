"""A made-up run in the shapes the stages write, and the states it can be in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import IO, Any

import pytest

from dipmaster.report.inputs import ReportInputs
from dipmaster.report.kit import drawing
from tests.report.run import run
from tests.report.states import STATES


@contextmanager
def unpainted() -> Iterator[None]:
    """Charts are put together and not painted: empty pictures of the same size, in no time."""

    def empty(figure: drawing.Figure, out: IO[str], **_: Any) -> None:
        width, height = 72.0 * figure.get_size_inches()
        out.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}pt" height="{height:g}pt" '
            f'viewBox="0 0 {width:g} {height:g}"></svg>'
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing.Figure, "savefig", empty)
        patch.setattr(drawing, "_lay_out", lambda figure: None)
        yield


@pytest.fixture(autouse=True)
def unpainted_unless_marked(request: pytest.FixtureRequest) -> Iterator[None]:
    """Painting a chart takes far longer than putting it together: for tests that read it."""
    painted = request.node.get_closest_marker("painted")
    with nullcontext() if painted else unpainted():
        yield


@pytest.fixture
def losing() -> ReportInputs:
    """Phase 0 wins more often than not and loses most of the account."""
    return run()


@pytest.fixture(scope="session")
def states() -> dict[str, Callable[[], ReportInputs]]:
    return STATES
