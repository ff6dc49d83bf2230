"""How a run ends early: the signals that ask for it, passed on to DVC and its stages.

DVC works in a process group of its own. A signal so reaches it and its stages from here alone and
once, whether it came from the keyboard, from `kill`, from a time limit or from a terminal that
was closed.
"""

import contextlib
import os
import signal
import subprocess
import time
from types import FrameType
from typing import Any

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
JOB_CONTROL = (signal.SIGTSTP, signal.SIGCONT)
GAP_SECONDS = 1.0
"""Two signals nearer to each other are one: a time limit sends its own twice."""
LINGER_SECONDS = 10.0
"""How long a stage that outlives DVC is waited for."""


class Ending:
    """While it is entered, a signal does not end this program: it ends the one waited for.

    A signal that was ignored before (`nohup`, a job in the background) stays ignored.

    Attributes
    ----------
    number
        The last signal that asked for an end; None where none did.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._passed_on = -GAP_SECONDS
        self._word = signal.SIGINT
        self._handlers: dict[signal.Signals, Any] = {}

    def __enter__(self) -> "Ending":
        watched = (*ENDING, *JOB_CONTROL)
        ignored = {one for one in watched if signal.getsignal(one) is signal.SIG_IGN}
        if signal.SIGINT in ignored:  # so DVC ignores it as well; else it cleans up on it
            self._word = signal.SIGTERM
        for signals, handler in ((ENDING, self._end), (JOB_CONTROL, self._pause)):
            for one in set(signals) - ignored:
                self._handlers[one] = signal.signal(one, handler)
        return self

    def __exit__(self, *_: object) -> None:
        for one, handler in self._handlers.items():
            signal.signal(one, handler)

    def wait_for(self, child: "subprocess.Popen[bytes]") -> int:
        """Exit code of a program that leads a process group, once it and its stages have ended.

        It is 128 and the signal's number where one asked for an end, unless the program was done
        anyway.
        """
        self._child = child
        if self.number is not None:
            self._pass_on()
        code = child.wait()
        self._child = None
        if self.number is None:
            return code
        wait_for_group(child.pid)
        return 128 + self.number if code else code

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        self._pass_on()

    def _pass_on(self) -> None:
        now = time.monotonic()
        if self._child is not None and now - self._passed_on >= GAP_SECONDS:
            self._passed_on = now
            send_to_group(self._child.pid, self._word)

    def _pause(self, number: int, frame: FrameType | None) -> None:
        """Ctrl-Z stops both, `fg` continues both."""
        if self._child is not None:
            is_stop = number == signal.SIGTSTP
            send_to_group(self._child.pid, signal.SIGSTOP if is_stop else signal.SIGCONT)
        if number == signal.SIGTSTP:
            os.kill(os.getpid(), signal.SIGSTOP)


def send_to_group(group: int, number: int) -> bool:
    """Send a signal to all processes of a group; whether there was one."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


def wait_for_group(group: int) -> None:
    """Wait until no process of a group is left, at most `LINGER_SECONDS`."""
    deadline = time.monotonic() + LINGER_SECONDS
    while send_to_group(group, 0) and time.monotonic() < deadline:
        time.sleep(0.05)
