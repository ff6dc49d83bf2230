"""Reasons of verdicts as they are printed beside them: without the words of the verdict again."""

import re

_FAILED = re.compile(r"fails, corrected for (\d+) gates \(Holm\): (.*)")
_OPEN = re.compile(r"(?:inconclusive|insufficient data): ([^;:]*)")


def shorten(reason: str) -> str:
    """The reason of a phase's verdict, to stand behind it.

    Parameters
    ----------
    reason
        As validate words it; what it words otherwise stays.
    """
    if failed := _FAILED.fullmatch(reason):
        return _join(failed[2]) + _name_correction(int(failed[1]))
    if unsure := _OPEN.fullmatch(reason):
        return _join(unsure[1])
    return reason.removeprefix("insufficient data: ")


def _name_correction(gates: int) -> str:
    return f", also after Holm’s correction for {gates} gates" if gates > 1 else ""


def _join(listed: str) -> str:
    """Names with commas between them as a list that ends."""
    *first, last = listed.split(", ")
    return f"{', '.join(first)} and {last}" if first else last
