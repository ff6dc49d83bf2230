"""What DVC printed to one line and a fix; the texts are those of DVC 3."""

import pytest

from dipmaster.cli.dvc_failure import explain_failure

SUPPORT = "\n\nHaving any troubles? Hit us up at https://dvc.org/support, we are always happy!"
LACKING = """ERROR: Checkout failed for following targets:
reports/phase_gate.pdf
data/exits
Is your cache up to date?
<https://error.dvc.org/missing-files>"""
FULL = (
    "2026-11-30 18:43:31,809 DEBUG: failed to create '/p/data/exits' from '/c/e4' - "
    "[Errno 28] No space left on device: '/c/e4'\n2026-11-30 18:43:31,813 "
)
BUSY = """ERROR: '/p/data/validate' is busy, it is being blocked by:
(PID 2268): dvc repro

If there are no processes with such PIDs, you can manually remove '.dvc/tmp/rwlock' and try again.
"""
DAMAGED = """ERROR: unable to read: 'params.yaml', YAML file structure is corrupted: while parsing
did not find expected node content
  in "<unicode string>", line 110, column 1"""
READ_ONLY = "ERROR: unexpected error - [Errno 30] Read-only file system: '/p/.dvc/tmp/lock'"


@pytest.mark.parametrize(
    ("printed", "reason", "fix"),
    [
        (FULL + LACKING, "No space left on device", "free some space, then `dipmaster restore`"),
        (
            FULL.replace("[Errno 28] No space left on device", "[Errno 13] Permission denied")
            + LACKING,
            "Permission denied",
            "make the folder writable, then `dipmaster restore`",
        ),
        (
            f"2026-11-30 18:43:31,813 {READ_ONLY}{SUPPORT}",
            "[Errno 30] Read-only file system: '/p/.dvc/tmp/lock'",
            "make the folder writable, then `dipmaster restore`",
        ),
        (
            f"ERROR: unexpected error - disk I/O error{SUPPORT}",
            "disk I/O error",
            "check the disk (`dmesg`), then `dipmaster restore`",
        ),
        (
            BUSY,
            "'/p/data/validate' is busy, it is being blocked by: (PID 2268): dvc repro",
            "wait until it has ended; where no such process is there, remove .dvc/tmp/rwlock",
        ),
        (
            "ERROR: Unable to read RWLock-file '.dvc/tmp/rwlock'. JSON structure is corrupted",
            "Unable to read RWLock-file '.dvc/tmp/rwlock'. JSON structure is corrupted",
            "remove .dvc/tmp/rwlock, where nothing is at work (`pgrep -af 'dvc|stages'`)",
        ),
        (
            DAMAGED,
            "unable to read: 'params.yaml', YAML file structure is corrupted: while parsing",
            "`dipmaster restore`; `dvc status` says more",
        ),
        (
            "'./dvc.lock' is invalid.\n\nWhile parsing a flow node, in line 43, column 1",
            "'./dvc.lock' is invalid",
            "`dipmaster restore`; `dvc status` says more",
        ),
        ("", "no message", "`dipmaster restore`; `dvc status` says more"),
    ],
)
def test_the_reason_is_one_line_and_the_fix_is_for_it(printed: str, reason: str, fix: str) -> None:
    failure = explain_failure(printed, retry="`dipmaster restore`")
    assert (failure.reason, failure.fix, failure.is_lacking) == (reason, fix, False)


def test_where_nothing_is_to_be_done_over_only_the_disk_is_named() -> None:
    assert explain_failure(READ_ONLY).fix == "make the folder writable"


def test_a_lacking_cache_names_what_it_lacks() -> None:
    elsewhere = "2026-11-30 18:43:31,809 DEBUG: link type reflink is not available ([Errno 1] "
    elsewhere += "Operation not permitted)\n"
    failure = explain_failure(elsewhere + LACKING)
    assert failure.is_lacking
    assert failure.reason == "DVC's cache lacks data/exits, reports/phase_gate.pdf of dvc.lock"
    assert failure.fix == "`make report` makes them again"
    single = explain_failure(LACKING.replace("data/exits\n", ""))
    assert single.fix == "`make report` makes it again"
