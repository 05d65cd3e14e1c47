"""The whole portal on one machine: PostgreSQL, Redis, web, worker and beat, started in order,
watched, and stopped in order."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from bpic.embedded import address as addresses
from bpic.embedded import places, postgres, queue
from bpic.embedded.address import Address
from bpic.embedded.locks import only_run
from bpic.embedded.processes import Child, Trouble, open_log, shorten_log

ROOMS = ("secretariat", "meetings", "workplans", "bpic")
LEAST_SPACE = 200 * 1024 * 1024
# What a reset takes away; the logs and the secret key stay.
RECORDS = (
    "postgres", "postgres.new", "redis", "documents", "printouts", "media", "mail", "beat",
    "prepared",
)  # fmt: skip


class Stopped(Exception):
    """Someone asked the portal to stop."""


@dataclass
class Watched:
    """A child that is started again when it dies, at first at once and then ever more slowly."""

    child: Child
    started: float = 0.0
    again_at: float | None = None
    pause: float = 1.0

    def start(self) -> None:
        self.child.start()
        self.started = time.monotonic()
        self.again_at = None

    def look_after(self) -> None:
        if self.child.alive:
            shorten_log(self.child.log)
            return
        now = time.monotonic()
        if self.again_at is None:
            if now - self.started > 60:
                self.pause = 1.0
            self.again_at = now + self.pause
            say(
                f"{self.child.name} {self.child.ending}. It is started again in "
                f"{self.pause:.0f} s; its log is {self.child.log}."
            )
            self.pause = min(self.pause * 2, 30)
        elif now >= self.again_at:
            # The rest of its session ends first: a port or a socket has one owner.
            self.child.stop()
            self.start()


@dataclass
class Portal:
    address: Address
    data: Path
    mark: int
    watched: list[Watched] = field(default_factory=list)
    stopping: bool = False

    @property
    def sockets(self) -> Path:
        return places.socket_folder(self.data)

    @property
    def logs(self) -> Path:
        return self.data / "log"

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)
        try:
            self._set_environment()
            self._bring_up_the_data()
            self._start_portal()
            self._tell()
            while True:
                self._pause(0.5)
                for watched in self.watched:
                    watched.look_after()
        except Stopped:
            say("Stopping …")
        finally:
            self._stop()
        say("Everything has stopped. `make run` goes on where you left it.")

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        if self.stopping:
            # Asked twice: what still runs is ended at once.
            for watched in self.watched:
                if watched.child.process is not None and watched.child.alive:
                    os.killpg(watched.child.process.pid, signal.SIGKILL)
        self.stopping = True

    def _pause(self, seconds: float) -> None:
        if self.stopping:
            raise Stopped
        time.sleep(seconds)
        if self.stopping:
            raise Stopped

    def _set_environment(self) -> None:
        environment = os.environ
        environment.setdefault("VAR_DIR", str(self.data))
        environment.setdefault("SECRET_KEY", places.secret_key(self.data))
        environment.setdefault("PORTAL_URL", self.address.url)
        environment.setdefault("ALLOWED_HOSTS", ",".join(self._allowed_hosts()))
        environment.setdefault("EXAMPLE_SIGN_IN", "0" if environment.get("EXAMPLE") == "0" else "1")

    def _allowed_hosts(self) -> list[str]:
        public = urlsplit(os.environ["PORTAL_URL"]).hostname
        return sorted({*self.address.names(), *([public] if public else [])})

    # Starting

    def _start(self, child: Child) -> Child:
        child.mark = self.mark
        watched = Watched(child)
        self.watched.append(watched)
        watched.start()
        return child

    def _bring_up_the_data(self) -> None:
        own_database = not os.environ.get("DATABASE_URL")
        own_queue = not os.environ.get("REDIS_URL")
        if own_database or own_queue:
            postgres.make_socket_folder(self.sockets)
        if own_queue:
            self._start_queue()
        if own_database:
            self._start_database()
            self._prepare_once()
        else:
            self._prepare()

    def _start_database(self) -> None:
        cluster, log = self.data / "postgres", self.logs / "postgresql.log"
        if not cluster.exists():
            say("Making the database …")
            postgres.create_cluster(cluster, log)
        postgres.check_version(cluster)
        # The lock on the data folder proves that no server of an earlier run still uses it.
        (cluster / "postmaster.pid").unlink(missing_ok=True)
        server = self._start(postgres.server(cluster, self.sockets, log))
        postgres.wait_until_ready(server, self.sockets, pause=self._pause)
        os.environ["DATABASE_URL"] = places.database_url(self.sockets)

    def _start_queue(self) -> None:
        place, log = self.data / "redis", self.logs / "redis.log"
        for attempt in (1, 2):
            server = queue.server(place, self.sockets, log)
            server.mark = self.mark
            if queue.start(server, self.sockets, pause=self._pause):
                break
            server.stop()
            if attempt == 2 or "No space left" in server.last_words():
                raise Trouble(f"Redis did not start. Its last words are in {log}.")
            aside = place.with_name(f"redis.set-aside-{int(time.time())}")
            place.rename(aside)
            say(f"The queue's file could not be read and was set aside as {aside}.")
        self.watched.append(Watched(server, started=time.monotonic()))
        os.environ["REDIS_URL"] = places.redis_url(self.sockets)

    def _prepare_once(self) -> None:
        """Nothing is prepared again until something that it depends on has changed."""
        note = self.data / "prepared"
        state = fingerprint()
        if note.exists() and note.read_text() == state:
            return
        note.unlink(missing_ok=True)
        postgres.create_database(self.sockets)
        self._prepare()
        note.write_text(state)

    def _prepare(self) -> None:
        say("Bringing the data up to date …")
        log = self.logs / "prepare.log"
        with open_log(log) as details:
            process = subprocess.Popen(
                [sys.executable, "-m", "bpic.embedded.prepare"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=details,
                text=True,
                start_new_session=True,
                pass_fds=(self.mark,),
            )
            try:
                while process.poll() is None:
                    self._pause(0.05)
            finally:
                if process.poll() is None:
                    process.terminate()
                    process.wait()
            said = process.stdout.read().strip() if process.stdout else ""
        if process.returncode != 0:
            raise Trouble(said or f"The data could not be prepared. The reason is in {log}.")

    def _start_portal(self) -> None:
        python = sys.executable
        celery = [python, "-m", "celery", "--app", "bpic.celery", "--quiet"]
        web = Child(
            name="The web server",
            command=[python, "-m", "gunicorn", "--config", "bpic/gunicorn.py", "bpic.wsgi"],
            log=self.logs / "web.log",
            environment={"HOST": self.address.host, "PORT": str(self.address.port)},
            folder=places.ROOT,
        )
        worker = Child(
            name="The worker",
            command=[*celery, "worker", *WORKER_OPTIONS],
            log=self.logs / "worker.log",
            # Stops within seconds and puts what it had begun back into the queue.
            environment={"REMAP_SIGTERM": "SIGQUIT"},
            # Redis goes at the same moment, and the worker would wait for it.
            death_signal=signal.SIGKILL,
            folder=places.ROOT,
            patience=20,
        )
        (self.data / "beat").mkdir(exist_ok=True)
        beat = Child(
            name="The beat",
            command=[*celery, "beat", "--pidfile=", f"--schedule={self.data / 'beat/schedule'}"],
            log=self.logs / "beat.log",
            folder=places.ROOT,
        )
        say("Starting the portal …")
        self._start(web)
        if not web.wait_until(lambda: addresses.answers(self.address), 90, pause=self._pause):
            if not web.alive:
                addresses.check_free(self.address)
            raise Trouble(f"The web server did not start. Its last words are in {web.log}.")
        self._start(worker)
        self._start(beat)

    def _tell(self) -> None:
        say(f"\nThe portal answers at {os.environ['PORTAL_URL']}/\n")
        if os.environ["EXAMPLE_SIGN_IN"] == "1":
            accounts = subprocess.run(
                [sys.executable, "manage.py", "example_accounts"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                cwd=places.ROOT,
                start_new_session=True,
            )
            if accounts.returncode == 0 and accounts.stdout.strip():
                say(accounts.stdout.rstrip() + "\n")
                if not os.environ.get("EMAIL_URL"):
                    say(f"The mail written to them: {os.environ['PORTAL_URL']}/en/sign-in/mail/\n")
            if self.address.host not in {"127.0.0.1", "::1", "localhost"}:
                say(
                    "Whoever reaches this address can sign in as an invented person. "
                    "EXAMPLE_SIGN_IN=0 make run ends that."
                )
        say(f"Logs are in {self.logs}. Stop the portal with Ctrl-C.")

    # Stopping

    def _stop(self) -> None:
        """Web, worker and beat together; then Redis, then the database they wrote to."""
        self.stopping = True
        services = [w.child for w in self.watched if w.child.name in {"PostgreSQL", "Redis"}]
        portal = [w.child for w in self.watched if w.child not in services]
        for child in portal:
            child.ask_to_stop()
        for child in portal:
            child.stop()
        for child in sorted(services, key=lambda child: child.name == "PostgreSQL"):
            child.stop()
        if services:
            shutil.rmtree(self.sockets, ignore_errors=True)


WORKER_OPTIONS = (
    "--queues=default,documents",
    "--concurrency=2",
    "-O",
    "fair",
    "--without-gossip",
    "--without-mingle",
    "--loglevel=INFO",
)


def run() -> None:
    address = addresses.from_environment()
    addresses.check_free(address)
    data = places.data_folder()
    data.mkdir(parents=True, exist_ok=True)
    _check_space(data)
    with only_run(data, f"process {os.getpid()}, {address.url}") as mark:
        Portal(address, data, mark).run()


def reset() -> None:
    data = places.data_folder()
    if os.environ.get("DATABASE_URL"):
        raise Trouble(
            "DATABASE_URL names a database that the portal did not make. `make reset` empties "
            "only the portal's own; unset DATABASE_URL to do that."
        )
    with only_run(data, f"process {os.getpid()}, make reset"):
        for name in RECORDS:
            place = data / name
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink(missing_ok=True)
    say("The portal's records are gone. `make run` begins again with the example year.")


def _check_space(data: Path) -> None:
    free = shutil.disk_usage(data).free
    if free < LEAST_SPACE:
        raise Trouble(
            f"The disk with {data} has {free // 1024 // 1024} MB left; the portal needs "
            f"{LEAST_SPACE // 1024 // 1024} MB to start. Free some space and start again."
        )


def fingerprint() -> str:
    """Changes with the packages, the migrations, the static files and the shipped facts."""
    seen = hashlib.sha256()
    root = places.ROOT
    files = [root / ".venv" / "lock", *root.glob("static/**/*")]
    for room in ROOMS:
        for pattern in ("migrations/*.py", "data/*", "static/**/*"):
            files += (root / room).glob(pattern)
    for file in sorted(files):
        if file.is_file():
            facts = file.stat()
            seen.update(f"{file.relative_to(root)} {facts.st_mtime_ns} {facts.st_size}\n".encode())
    return seen.hexdigest()


def say(sentence: str) -> None:
    try:
        print(sentence, flush=True)
    except (BrokenPipeError, OSError):
        # The terminal is gone; the portal still stops in order.
        pass
