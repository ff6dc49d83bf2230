"""A download on a terminal: files, bytes and speed in one line; silent where nobody looks."""

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class SilentProgress:
    """Counts bytes and shows nothing."""

    def __init__(self) -> None:
        self.bytes = 0
        self._lock = threading.Lock()

    def expect(self, files: int) -> None:
        """So many more files will be asked for."""

    def receive(self, size: int) -> None:
        """So many bytes arrived; called by several threads."""
        with self._lock:
            self.bytes += size

    def finish_file(self) -> None:
        """A file is there, or will not be."""


class BarProgress(SilentProgress):
    """Moves a bar of files, with the bytes beside it."""

    def __init__(self, bar: "Progress", task: "TaskID") -> None:
        super().__init__()
        self.bar, self.task, self.files = bar, task, 0

    def expect(self, files: int) -> None:
        """So many more files will be asked for."""
        self.files += files
        self.bar.update(self.task, total=self.files)

    def receive(self, size: int) -> None:
        """So many bytes arrived."""
        super().receive(size)
        self.bar.update(self.task, megabytes=f"{self.bytes / 1e6:.1f} MB")

    def finish_file(self) -> None:
        """A file is there, or will not be."""
        self.bar.advance(self.task)


@contextlib.contextmanager
def show_progress() -> Iterator[SilentProgress]:
    """A bar on standard error where that is a terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield SilentProgress()
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    megabytes = TextColumn("{task.fields[megabytes]}")
    columns = (MofNCompleteColumn(), BarColumn(), megabytes, TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        yield BarProgress(bar, bar.add_task("files", total=0, megabytes="0.0 MB"))
