"""Gives the tests a throw-away PostgreSQL and Redis of their own, and decides who runs them.

pytest loads this as an early plugin (``-p testenv`` in pyproject.toml), because Django's settings
want to know where everything will be. A running portal's data is never touched; DATABASE_URL and
REDIS_URL are respected where the environment sets them.

Every process that runs tests – each worker of pytest-xdist, or pytest alone – has services, a
folder and a queue of its own: it may stop its Redis or move its documents, and no other notices.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

from bpic.embedded import places, postgres, queue  # noqa: E402
from bpic.embedded.processes import Child, Trouble  # noqa: E402

# Beyond this many the longest tests alone say how long a run takes.
MOST_WORKERS = 8
# Where each test makes all it needs, and where single tests take longest.
ALONE = ("tests/browser/", "tests/journeys/")
SLOW = (*ALONE, "tests/bpic/")
WORKER = os.environ.get("PYTEST_XDIST_WORKER")

children: list[Child] = []


def _make_folder() -> Path:
    """A worker's folder lies in that of the process that started it, which removes them all."""
    if WORKER:
        folder = Path(os.environ["PORTAL_TESTS"]) / WORKER
        folder.mkdir()
    else:
        folder = Path(tempfile.mkdtemp(prefix="portal-tests-", dir="/tmp"))
        os.environ["PORTAL_TESTS"] = str(folder)
        # What is given is remembered, since the workers inherit what is set below.
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ[f"PORTAL_TESTS_{name}"] = os.environ.get(name, "")
    # PostgreSQL may run as another account; the data folder itself stays closed.
    folder.chmod(0o711)
    return folder


FOLDER = _make_folder()
SOCKETS = FOLDER / "sockets"
OWN_DATABASE = not os.environ["PORTAL_TESTS_DATABASE_URL"]
OWN_REDIS = not os.environ["PORTAL_TESTS_REDIS_URL"]


def _set_environment() -> None:
    os.environ["VAR_DIR"] = str(FOLDER / "var")
    os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "0123456789" * 5)
    os.environ.setdefault("EXAMPLE_SIGN_IN", "1")
    # Playwright's loop runs in the thread of the tests, which also read the database.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    for name in ("PORTAL_URL", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "EMAIL_URL", "DEBUG"):
        os.environ.pop(name, None)
    if OWN_DATABASE:
        os.environ["DATABASE_URL"] = places.database_url(SOCKETS)
    if OWN_REDIS:
        os.environ["REDIS_URL"] = places.redis_url(SOCKETS)


def start() -> None:
    """Start what the environment did not bring; both answer when this returns."""
    postgres.make_socket_folder(SOCKETS)
    if OWN_DATABASE:
        cluster, log = FOLDER / "postgres", FOLDER / "postgres.log"
        postgres.create_cluster(cluster, log)
        database = postgres.server(cluster, SOCKETS, log, hasty=True)
        children.append(database)
        database.start()
        postgres.wait_until_ready(database, SOCKETS)
        postgres.create_database(SOCKETS)
    if OWN_REDIS:
        bell = queue.server(FOLDER / "redis", SOCKETS, FOLDER / "redis.log", hasty=True)
        children.append(bell)
        if not queue.start(bell, SOCKETS):
            raise Trouble(f"Redis did not start:\n{bell.last_words()}")


def stop() -> None:
    while children:
        children.pop().stop()
    shutil.rmtree(FOLDER, ignore_errors=True)


_set_environment()
atexit.register(stop)


# Who runs the tests


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One worker for each core; none for chosen tests, which begin sooner without.

    One queue that was given for all would hand a worker the tasks of another.
    """
    if _some_were_chosen(config) or config.option.collectonly or not OWN_REDIS:
        return 0
    return min(len(os.sched_getaffinity(0)), MOST_WORKERS)


def _some_were_chosen(config: pytest.Config) -> bool:
    """Files, tests or words; a folder is still worth workers."""
    if config.args_source is config.ArgsSource.ARGS and not all(map(os.path.isdir, config.args)):
        return True
    return any(config.getoption(name, False) for name in ("keyword", "lf", "stepwise"))


class Shares(LoadScopeScheduling):
    """Tests of one share are run by one worker, which makes what they have in common once."""

    def _split_scope(self, nodeid: str) -> str:
        return share_of(nodeid)


def share_of(nodeid: str) -> str:
    """What a file's tests share may belong to all, or to those with one parameter."""
    test, bracket, parameter = nodeid.partition("[")
    if test.startswith(ALONE):
        return nodeid
    return test.rpartition("::")[0] + bracket + parameter


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Shares | None:
    return Shares(config, log) if config.getoption("dist") == "loadscope" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Workers begin with what takes long, so that no one is left with it at the end."""
    if WORKER:
        items.sort(key=lambda item: not item.nodeid.startswith(SLOW))


def pytest_xdist_setupnodes() -> None:
    # Where PostgreSQL's programs have to be copied first, that is done once.
    if OWN_DATABASE:
        postgres.binaries()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    distributes = session.config.pluginmanager.has_plugin("dsession")
    if session.items and not distributes and not session.config.option.collectonly:
        start()


def pytest_unconfigure() -> None:
    stop()
