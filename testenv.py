"""Starts the tests' own throw-away PostgreSQL and Redis before Django reads its settings.

pytest loads this as an early plugin (``-p testenv`` in pyproject.toml). A running portal's data
is never touched; DATABASE_URL and REDIS_URL are respected where the environment sets them.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

from bpic.embedded import places, postgres, queue  # noqa: E402
from bpic.embedded.processes import Child, Trouble  # noqa: E402

_children: list[Child] = []
_folder: Path | None = None


def start() -> None:
    global _folder
    _folder = Path(tempfile.mkdtemp(prefix="portal-tests-", dir="/tmp"))
    # PostgreSQL may run as another account; the data folder itself stays closed.
    _folder.chmod(0o711)
    sockets = _folder / "sockets"
    os.environ["VAR_DIR"] = str(_folder / "var")
    os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "0123456789" * 5)
    os.environ.setdefault("EXAMPLE_SIGN_IN", "1")
    # Playwright's loop runs in the thread of the tests, which also read the database.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    for name in ("PORTAL_URL", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "EMAIL_URL", "DEBUG"):
        os.environ.pop(name, None)
    postgres.make_socket_folder(sockets)
    if not os.environ.get("DATABASE_URL"):
        cluster, log = _folder / "postgres", _folder / "postgres.log"
        postgres.create_cluster(cluster, log)
        database = postgres.server(cluster, sockets, log, hasty=True)
        _children.append(database)
        database.start()
        postgres.wait_until_ready(database, sockets)
        postgres.create_database(sockets)
        os.environ["DATABASE_URL"] = places.database_url(sockets)
    if not os.environ.get("REDIS_URL"):
        bell = queue.server(_folder / "redis", sockets, _folder / "redis.log", hasty=True)
        _children.append(bell)
        if not queue.start(bell, sockets):
            raise Trouble(f"Redis did not start:\n{bell.last_words()}")
        os.environ["REDIS_URL"] = places.redis_url(sockets)


def stop() -> None:
    global _folder
    while _children:
        _children.pop().stop()
    if _folder is not None:
        shutil.rmtree(_folder, ignore_errors=True)
        _folder = None


def pytest_unconfigure() -> None:
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        stop()


# A worker of pytest-xdist inherits the services of the process that started it.
if not os.environ.get("PYTEST_XDIST_WORKER"):
    atexit.register(stop)
    start()
