"""The pipeline layer: a stage reads params and earlier outputs, calls a package, writes."""

import atexit
import gc
import sys
from types import TracebackType

import dipmaster  # noqa: F401 -- pins native code, before a stage loads numpy


def _interrupted(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """One line for Ctrl-C while a stage still imports; everything else as always."""
    if issubclass(kind, KeyboardInterrupt):
        print("interrupted before the stage began", file=sys.stderr)
        return
    sys.__excepthook__(kind, error, trace)


sys.excepthook = _interrupted

if sys.argv[:1] == ["-m"]:
    # One of these modules is the program, and Python still looks for it. Imports make hundreds of
    # thousands of objects that all stay: searches for cycles among them, while they are made and
    # when the process ends, took a third of a stage's time to start. `stage.run` enables searches.
    gc.disable()
    atexit.register(gc.freeze)
