"""Full disks, read-only folders and narrow encodings: one line, no traceback."""

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dipmaster.cli import signs, unwritable
from tests.cli.conftest import Command

FULL = Path("/dev/full")


def run_dipmaster(
    folder: Path,
    project: Path,
    *words: str,
    output: Path | None = None,
    variables: dict[str, str] | None = None,
) -> "subprocess.CompletedProcess[bytes]":
    """The command line in a process of its own; standard output goes to `output`."""
    environment = os.environ | {"PYTHONPATH": str(project)} | (variables or {})
    command = [sys.executable, "-m", "dipmaster", *words]
    with (output or Path(os.devnull)).open("wb") as file:
        return subprocess.run(
            command, cwd=folder, env=environment, check=False, stderr=subprocess.PIPE,
            stdout=subprocess.PIPE if output is None else file,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            OSError(errno.ENOSPC, "x", "data/x"),
            "data/x: expected a place that can be written, found: No space left on device.\n"
            "  Fix: free some space, then type the command again.",
        ),
        (
            OSError(errno.EROFS, "x", "data/.fetch.lock"),
            "data/.fetch.lock: expected a place that can be written, found: Read-only file "
            "system.\n  Fix: make the folder writable, then type the command again.",
        ),
        (
            OSError(errno.ENOSPC, "x", "params.yaml", None, "reports/local/kept"),
            "reports/local/kept: expected a place that can be written, found: No space left on "
            "device.\n  Fix: free some space, then type the command again.",
        ),
        (
            OSError(errno.EFBIG, "x"),
            "what is printed, or a file: expected a place that can be written, found: File too "
            "large.\n  Fix: free some space, then type the command again.",
        ),
        (
            PermissionError(errno.EACCES, "x", "params.yaml"),
            "params.yaml: expected a file or folder that can be read and written, found: "
            "Permission denied.\n"
            "  Fix: give this user permission for it, then type the command again.",
        ),
        (
            OSError(errno.EIO, "x", "data/x"),
            "data/x: expected a place that can be written, found: Input/output error.\n"
            "  Fix: check the disk (`dmesg`), then type the command again.",
        ),
        (
            IsADirectoryError(errno.EISDIR, "x", "docs"),
            "docs: expected a place that can be written, found: Is a directory.\n"
            "  Fix: name another file, or move what is in the way, then type the command again.",
        ),
    ],
)
def test_an_error_of_the_disk_has_a_fix(error: OSError, message: str) -> None:
    assert unwritable.describe(error) == message


@pytest.mark.parametrize(
    ("cause", "time"),
    [
        ("No space left on device", "once there is space"),
        ("Read-only file system", "once the folder is writable"),
        ("Input/output error", "once that is mended"),
        ("Too many open files", "once that is mended"),
    ],
)
def test_the_time_to_go_on_is_that_of_the_cause(cause: str, time: str) -> None:
    assert unwritable.name_time(cause) == time


def test_no_folder_for_compiled_code_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIPMASTER_KERNEL_CACHE", raising=False)
    error = RuntimeError("cannot cache function 'f': no locator available for file 'f.py'")
    message = unwritable.describe(error)
    assert message is not None
    assert message.startswith("build/kernels: expected a folder for compiled code")
    assert "Fix: make the folder of the project writable" in message


@pytest.mark.parametrize(
    "error", [BrokenPipeError(errno.EPIPE, "x"), RuntimeError("x"), FileNotFoundError(2, "x")]
)
def test_other_errors_are_not_explained_away(error: Exception) -> None:
    assert unwritable.describe(error) is None


def test_a_fault_of_our_own_stays_a_traceback(
    dipmaster: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr("dipmaster.cli.restoring.list_overwritten", fail)
    assert repr(dipmaster("restore").exception) == "RuntimeError('ours')"


def test_a_lock_that_cannot_be_made_is_one_message(
    dipmaster: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", "data/.fetch.lock")

    monkeypatch.setattr("dipmaster.core.locks.hold", refuse)
    words = ("BTCUSDT", "--start", "2023-01", "--end", "2023-01", "--url", "http://127.0.0.1:1")
    done = dipmaster("fetch", "binance", *words)
    assert done.exit_code == 1
    assert "error: data/.fetch.lock: expected a place that can be written" in done.stderr
    assert "Fix: make the folder writable" in done.stderr


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", [("trades", "--csv"), ("show",), ("compare",)])
def test_output_that_nobody_can_take_is_one_message(
    folder: Path, project: Path, words: tuple[str, ...]
) -> None:
    done = run_dipmaster(folder, project, *words, output=FULL)
    printed = done.stderr.decode()
    assert done.returncode == 1, printed
    assert "what is printed, or a file: expected a place that can be written" in printed
    assert "Traceback" not in printed
    assert "Exception ignored" not in printed


@pytest.mark.parametrize(
    ("words", "variables", "text"),
    [
        (("compare",), {"PYTHONIOENCODING": "latin-1"}, b"| -3.25"),
        (("show",), {"PYTHONIOENCODING": "ascii"}, b"(>= "),
        (
            ("trades",),
            {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
            b"mean -12.5 bp, net -25.00",
        ),
    ],
)
def test_signs_that_an_encoding_lacks_are_replaced(
    folder: Path, project: Path, words: tuple[str, ...], variables: dict[str, str], text: bytes
) -> None:
    done = run_dipmaster(folder, project, *words, variables=variables)
    assert done.returncode == 0, done.stderr.decode()
    assert text in done.stdout


def test_a_cell_that_was_cut_says_so_in_any_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, encoding="ascii"))
    signs.print_in_any_encoding()
    sys.stdout.write("signal\N{HORIZONTAL ELLIPSIS}")
    sys.stdout.flush()
    assert printed.getvalue() == b"signal..."
