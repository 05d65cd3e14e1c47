"""A real Celery worker on the tests' own database and broker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection


def environment(**more: str) -> dict[str, str]:
    """What a process of the portal needs to work on the test database."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(parts._replace(path="/" + connection.settings_dict["NAME"]))
    return {**os.environ, "DATABASE_URL": database, "PYTHONWARNINGS": "default", **more}


@contextmanager
def worker(log: Path, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process group of its own, ready for work; ended at the end in any case."""
    command = [
        sys.executable, "-m", "celery", "-A", "bpic.celery", "worker", "-P", "prefork",
        "--concurrency=1", "--without-gossip", "--without-mingle", "-l", "INFO",
    ]  # fmt: skip
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment(**more), stdout=output, stderr=output, start_new_session=True
        )
        try:
            wait_for(lambda: b" ready." in log.read_bytes(), 60, log)
            yield process
        finally:
            kill(process)


def kill(process: subprocess.Popen[bytes], with_signal: int = signal.SIGKILL) -> None:
    """End a worker and its children, without a chance to tidy up."""
    if process.poll() is None:
        os.killpg(process.pid, with_signal)
        process.wait(20)


def wait_for(happened: Callable[[], bool], seconds: float, log: Path | None = None) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return
        time.sleep(0.1)
    words = log.read_text(errors="replace")[-3000:] if log and log.exists() else ""
    raise AssertionError(f"It did not happen within {seconds} seconds.\n{words}")
