"""One run at a time, and no process of a dead run beside a new one."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bpic.embedded.processes import Trouble

PATIENCE = 20.0


@contextmanager
def only_run(data: Path, note: str) -> Iterator[int]:
    """Holds the data folder; gives the open file whose lock every child shall inherit.

    The kernel drops both locks when their last holder dies, so neither can be stale.
    """
    data.mkdir(parents=True, exist_ok=True)
    with (data / "run.lock").open("a+") as own:
        try:
            fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            own.seek(0)
            raise Trouble(
                f"The portal is already running from this folder ({own.read().strip()}). "
                "Stop it with Ctrl-C in its own window first."
            ) from None
        own.seek(0)
        own.truncate()
        own.write(note)
        own.flush()
        with (data / "children.lock").open("a+") as mark:
            _wait_for_earlier_children(mark.fileno(), data / "children.lock")
            yield mark.fileno()


def _wait_for_earlier_children(mark: int, place: Path) -> None:
    """A run that was killed has told its children to end; this gives them the time to."""
    end = time.monotonic() + PATIENCE
    told = False
    while not _locked(mark):
        if not told:
            print("An earlier run was cut short; its last processes are ending …", flush=True)
            told = True
        if time.monotonic() > end:
            for process in _holders(place):
                os.kill(process, signal.SIGKILL)
            time.sleep(1)
            if _locked(mark):
                return
            raise Trouble(
                "Processes of an earlier run do not end: "
                f"{', '.join(map(str, _holders(place))) or 'of another account'}. End them first."
            )
        time.sleep(0.1)


def _locked(mark: int) -> bool:
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holders(place: Path) -> list[int]:
    """The processes, other than this one, that have the file open."""
    wanted = place.stat()
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        try:
            descriptors = list((process / "fd").iterdir())
        except OSError:
            continue
        for descriptor in descriptors:
            try:
                seen = descriptor.stat()
            except OSError:
                continue
            if (seen.st_dev, seen.st_ino) == (wanted.st_dev, wanted.st_ino):
                found.append(int(process.name))
                break
    return sorted(found)
