"""Why DVC failed, in one line of its messages, and what to do about it."""

import re
from dataclasses import dataclass

from dipmaster.cli import unwritable

_ERROR = re.compile(r"^(?:\S+ \S+ )?ERROR: (?:unexpected error - )?(?P<reason>.+)$", re.MULTILINE)
_LACKING = re.compile(r"Checkout failed for following targets:\n(?P<paths>(?:.+\n)+?)Is your cache")
_RWLOCK = ".dvc/tmp/rwlock"
RESTORE = "dipmaster restore"


@dataclass(frozen=True)
class DvcFailure:
    """What DVC could not do.

    Attributes
    ----------
    reason
        One line.
    is_lacking
        Whether it is only that the cache does not have the data.
    """

    reason: str
    fix: str
    is_lacking: bool = False


def explain_failure(printed: str, retry: str = "") -> DvcFailure:
    """Why a command of DVC failed.

    A full disk is looked for before a lacking cache: of a file that cannot be written DVC says,
    but for its debugging lines, that the cache lacks it. Other causes in those lines may be of
    anything.

    Parameters
    ----------
    printed
        All that it printed.
    retry
        Command to type once it can write again, in backticks; none where nothing is to be done
        over.
    """
    lacking = _LACKING.search(printed)
    cause = _find_hidden(printed) if lacking else unwritable.find_cause(printed)
    if cause is not None:
        fix = unwritable.choose_fix(cause) + (f", then {retry}" if retry else "")
        return DvcFailure(_find_line(printed, cause), fix)
    if lacking is not None:
        paths = sorted(lacking["paths"].splitlines())
        reason = f"DVC's cache lacks {', '.join(paths)} of dvc.lock"
        fix = f"`make report` makes {'it' if len(paths) == 1 else 'them'} again"
        return DvcFailure(reason, fix, is_lacking=True)
    reason = find_reason(printed)
    return DvcFailure(reason, _choose_fix(printed, retry or f"`{RESTORE}`"))


def find_reason(printed: str) -> str:
    """The line of an error; the one after it too, where that is what it announces."""
    match = _ERROR.search(printed)
    lines = (printed[match.start("reason") :] if match else printed).strip().splitlines()
    if not lines:
        return "no message"
    announced = f" {lines[1].strip()}" if lines[0].endswith(":") and len(lines) > 1 else ""
    return (lines[0] + announced).rstrip(".")


def _find_hidden(printed: str) -> str | None:
    """Why files could not be written that DVC calls lacking."""
    refused = "\n".join(line for line in printed.splitlines() if "failed to create" in line)
    return unwritable.find_cause(refused) or unwritable.find_full_disk(printed)


def _find_line(printed: str, cause: str) -> str:
    """DVC's error where it names the cause, else the cause alone."""
    reason = find_reason(printed)
    return reason if cause.lower() in reason.lower() else cause


def _choose_fix(printed: str, retry: str) -> str:
    if "blocked by" in printed or "Unable to acquire lock" in printed:
        return f"wait until it has ended; where no such process is there, remove {_RWLOCK}"
    if "RWLock-file" in printed:
        return f"remove {_RWLOCK}, where nothing is at work (`pgrep -af 'dvc|stages'`)"
    return f"{retry}; `dvc status` says more"
