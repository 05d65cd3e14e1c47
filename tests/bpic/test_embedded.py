import errno
import os
import random
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from bpic.embedded import address, places, portal, postgres, queue
from bpic.embedded.address import Address
from bpic.embedded.locks import only_run
from bpic.embedded.processes import Child, Trouble, in_words


@pytest.fixture
def folder() -> Iterator[Path]:
    """Closed to every other account, as a checkout below root's own folder is."""
    place = Path(mkdtemp(prefix="portal-tests-embedded-", dir="/tmp"))
    yield place
    subprocess.run(["rm", "-rf", place], check=True)


def gone(process: int) -> bool:
    """Whether it has ended; a process that waits for its parent to notice has ended too."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def within(seconds: float, question) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if question():
            return True
        time.sleep(0.1)
    return False


# The address


@pytest.mark.parametrize("text", ["0", "65536", "abc", "-1", "80.5", "٣"])
def test_a_port_that_is_none_is_named(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", text)
    with pytest.raises(Trouble, match="PORT is a number from 1 to 65535"):
        address.from_environment()


def test_a_port_in_use_is_named_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Trouble, match=f"Port {port} is already in use.*make run"):
            address.check_free(Address("127.0.0.1", port))


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(Trouble, match="is not an address of this machine"):
        address.check_free(Address("192.0.2.1", 8000))


# Trouble, in words


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "There is no room left on the disk"),
        (errno.EACCES, "This account may not read or write"),
        (errno.EROFS, "is read-only"),
    ],
)
def test_what_the_system_refuses_becomes_a_sentence(number: int, sentence: str) -> None:
    assert sentence in in_words(OSError(number, os.strerror(number), "/srv/portal/var"))


def test_too_little_room_on_the_disk_is_said_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(portal, "LEAST_SPACE", 2**62)
    with pytest.raises(Trouble, match="Free some space"):
        portal._check_space(tmp_path)


# One run at a time


def test_a_second_run_is_refused_with_the_first_ones_name(tmp_path: Path) -> None:
    with (
        only_run(tmp_path, "process 4711"),
        pytest.raises(Trouble, match="process 4711"),
        only_run(tmp_path, "process 4712"),
    ):
        pass
    with only_run(tmp_path, "process 4713"):
        pass


def test_a_new_run_waits_for_the_children_of_a_dead_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with only_run(tmp_path, "the dead run") as mark:
        child = Child("a child", ["sleep", "1"], tmp_path / "log", mark=mark)
        child.start()
    begun = time.monotonic()
    with only_run(tmp_path, "the new run"):
        assert time.monotonic() - begun > 0.5
        assert not child.alive
    assert "last processes are ending" in capsys.readouterr().out


def test_reset_is_refused_while_the_portal_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "documents").mkdir()
    with only_run(tmp_path, "process 4711"), pytest.raises(Trouble, match="already running"):
        portal.reset()
    assert (tmp_path / "documents").exists()
    portal.reset()
    assert not (tmp_path / "documents").exists()


def test_reset_never_touches_a_database_of_someone_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://portal@db/portal")
    with pytest.raises(Trouble, match="DATABASE_URL names a database"):
        portal.reset()


# The key


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    key = places.secret_key(tmp_path)
    assert len(key) >= 50
    assert places.secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


# Children


def test_a_child_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    script = (
        "import pathlib, time; from bpic.embedded.processes import Child\n"
        f"child = Child('c', ['sleep', '60'], pathlib.Path({str(tmp_path / 'log')!r}))\n"
        "child.start(); print(child.process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=places.ROOT
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    assert within(5, lambda: gone(child))


def test_a_stop_ends_the_whole_session_of_a_child(tmp_path: Path) -> None:
    child = Child(
        "stubborn",
        ["sh", "-c", "trap '' TERM; sleep 60 & echo $!; wait; sleep 60"],
        tmp_path / "log",
        patience=0.5,
    )
    child.start()
    assert within(5, lambda: (tmp_path / "log").read_text().strip() != "")
    grandchild = int((tmp_path / "log").read_text())
    child.stop()
    assert not child.alive
    assert within(5, lambda: gone(grandchild))


# PostgreSQL and Redis


def test_postgresql_runs_below_a_closed_folder_and_survives_being_killed(folder: Path) -> None:
    sockets, data, log = folder / "s", folder / "data", folder / "log"
    folder.chmod(0o711)
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "data"
    postgres.make_socket_folder(sockets)
    postgres.create_cluster(data, log)
    server = postgres.server(data, sockets, log)
    server.start()
    postgres.wait_until_ready(server, sockets)
    postgres.create_database(sockets)
    postgres.create_database(sockets)
    assert server.process is not None
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()

    postgres.make_socket_folder(sockets)
    server.start()
    try:
        postgres.wait_until_ready(server, sockets)
        question = "SELECT datctype FROM pg_database WHERE datname = 'portal'"
        asked = subprocess.run(
            [postgres.binaries() / "psql", "-h", sockets, "-U", "portal", "-Atc", question],
            capture_output=True,
            text=True,
        )
        assert asked.stdout.strip() == "C.UTF-8", asked.stderr
    finally:
        server.stop()
    assert not server.alive


def test_redis_keeps_what_was_queued_through_a_kill(folder: Path) -> None:
    server = queue.server(folder / "redis", folder, folder / "log")
    assert queue.start(server, folder)
    try:
        import redis

        with redis.Redis.from_url(places.redis_url(folder)) as client:
            client.lpush("documents", "issue")
        assert server.process is not None
        time.sleep(1.2)  # Its file is written down each second.
        server.process.kill()
        server.process.wait()
        assert queue.start(server, folder)
        with redis.Redis.from_url(places.redis_url(folder)) as client:
            assert client.lrange("documents", 0, -1) == [b"issue"]
    finally:
        server.stop()


def test_data_of_another_postgresql_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("16\n")
    with pytest.raises(Trouble, match="written by PostgreSQL 16"):
        postgres.check_version(tmp_path)


# The whole portal


def free_port() -> int:
    """One below those that the system gives away, to another test say, before it is taken."""
    for port in random.sample(range(20_000, 30_000), 100):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise AssertionError("No port is free.")


def test_the_portal_starts_refuses_a_second_run_survives_a_kill_and_stops(folder: Path) -> None:
    port = free_port()
    where = Address("127.0.0.1", port)
    given = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY"}
    }
    given |= {"VAR_DIR": str(folder / "var"), "PORT": str(port), "HOST": "127.0.0.1"}
    command = [sys.executable, "-m", "bpic.embedded", "run"]

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            env=given,
            cwd=places.ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def children_of(run: subprocess.Popen[str]) -> list[int]:
        listed = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text()
        return [int(child) for child in listed.split()]

    with start() as first:
        try:
            assert within(180, lambda: address.answers(where) or first.poll() is not None)
            assert first.poll() is None, first.communicate()[0]
            second = subprocess.run(
                command,
                env={**given, "PORT": str(port - 1)},
                cwd=places.ROOT,
                capture_output=True,
                text=True,
            )
            assert second.returncode == 1
            assert "already running" in second.stderr
            assert within(30, lambda: len(children_of(first)) >= 5)
            children = children_of(first)
        finally:
            first.kill()
        # What they hold they put down in order, which takes its time on a busy machine.
        assert within(60, lambda: all(gone(child) for child in children))

    with start() as again:
        try:
            assert within(90, lambda: address.answers(where) or again.poll() is not None)
        finally:
            again.send_signal(signal.SIGTERM)
        said = again.communicate(timeout=60)[0]
    assert again.returncode == 0, said
    assert f"The portal answers at {where.url}/" in said or "Stopping" in said
    assert "Traceback" not in said
    assert not places.socket_folder(folder / "var").exists()
