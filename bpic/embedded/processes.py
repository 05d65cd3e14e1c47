"""Child processes that never outlive whoever started them."""

import ctypes
import errno
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

LOG_LIMIT = 10 * 1024 * 1024

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


class Trouble(Exception):
    """A sentence for the person at the terminal: what is wrong, and what to do about it."""


def in_words(error: OSError) -> str:
    """What the operating system refused, as a sentence."""
    place = f" {error.filename}" if error.filename else ""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return (
            f"There is no room left on the disk{' for' + place if place else ''}. "
            "Free some space and start again."
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return (
            f"This account may not read or write{place or ' a file the portal needs'}. "
            "Give the folder to the account that runs the portal, or run it as its owner."
        )
    if error.errno == errno.EROFS:
        return f"The disk with{place or ' the portal'} is read-only. Set VAR_DIR to another folder."
    return f"The operating system refused{place}: {error.strerror}."


@dataclass(frozen=True)
class Account:
    """The account a child runs as, where its parent is root and it must not be."""

    user: int
    group: int


@dataclass
class Child:
    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    # What it gets when its parent is killed and can stop nothing in order any more.
    death_signal: signal.Signals = signal.SIGTERM
    patience: float = 10.0
    # An open file that every descendant inherits: its lock shows that one of them still lives.
    mark: int | None = None
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        account = self.account
        with open_log(self.log) as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment},
                cwd=self.folder,
                # A session of its own: Ctrl-C reaches the parent alone, which stops all in order.
                start_new_session=True,
                preexec_fn=_die_with_parent(os.getpid(), self.death_signal),
                pass_fds=() if self.mark is None else (self.mark,),
                user=account.user if account else None,
                group=account.group if account else None,
                extra_groups=[] if account else None,
            )

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def ending(self) -> str:
        """How it ended, in words."""
        code = self.process.returncode if self.process else None
        if code is not None and code < 0:
            return f"was ended by {signal.Signals(-code).name}"
        return f"ended with code {code}"

    def ask_to_stop(self) -> None:
        if self.process is not None and self.alive:
            self.process.send_signal(self.stop_signal)

    def stop(self) -> None:
        if self.process is None:
            return
        self.ask_to_stop()
        try:
            self.process.wait(self.patience)
        except subprocess.TimeoutExpired:
            pass
        # Whatever the leader left behind in its session ends with it.
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        self.process.wait()

    def wait_until(
        self, ready: Callable[[], bool], seconds: float, pause: Callable[[float], None] = time.sleep
    ) -> bool:
        """Whether it became ready while it lived, within the given seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.alive:
                return False
            if ready():
                return True
            pause(0.05)
        return False

    def last_words(self, lines: int = 12) -> str:
        try:
            text = self.log.read_text(errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])


def open_log(place: Path) -> BinaryIO:
    """The log file, opened for appending."""
    place.parent.mkdir(parents=True, exist_ok=True)
    return place.open("ab")


def shorten_log(place: Path) -> None:
    """Sets a long log aside in a copy and empties it: its writers append and need not know."""
    if place.exists() and place.stat().st_size > LOG_LIMIT:
        shutil.copyfile(place, place.with_suffix(".log.1"))
        os.truncate(place, 0)


def _die_with_parent(parent: int, with_signal: signal.Signals) -> Callable[[], None]:
    number = int(with_signal)

    def prepare() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return prepare
