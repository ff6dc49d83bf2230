"""The pipeline layer: a stage reads params and earlier outputs, calls a package, writes."""

import sys
from types import TracebackType


def _interrupted(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """One line for Ctrl-C while a stage still imports; everything else as always."""
    if issubclass(kind, KeyboardInterrupt):
        print("interrupted before the stage began", file=sys.stderr)
        return
    sys.__excepthook__(kind, error, trace)


sys.excepthook = _interrupted
