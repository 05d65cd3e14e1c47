import os
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from kombu.exceptions import OperationalError

from bpic import environment
from bpic.celery import app

DEPLOYED = {
    "PORTAL_URL": "https://portal.example.org",
    "DATABASE_URL": "postgresql://portal@localhost/portal",
    "REDIS_URL": "redis://localhost/0",
    "SECRET_KEY": "k" * 30 + "0123456789abcdefghijklmnopqrstuv",
}


def manage(*arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "VAR_DIR") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env={**kept, **given},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )


def test_a_database_address_names_a_socket_or_a_host() -> None:
    here = environment.database("postgresql://portal@/portal?host=/tmp/sockets")
    assert (here["HOST"], here["USER"], here["NAME"], here["PORT"]) == (
        "/tmp/sockets",
        "portal",
        "portal",
        "",
    )
    there = environment.database("postgres://me:p%40ss@db:5433/plans?sslmode=require")
    assert (there["HOST"], there["PORT"], there["PASSWORD"]) == ("db", "5433", "p@ss")
    assert there["OPTIONS"] == {"sslmode": "require"}
    with pytest.raises(ImproperlyConfigured, match="postgresql://"):
        environment.database("mysql://db/plans")


def test_celery_gets_the_same_redis_in_its_own_words() -> None:
    assert environment.broker("unix:///tmp/a/redis.sock") == "redis+socket:///tmp/a/redis.sock"
    assert environment.broker("redis://:secret@redis:6379/0") == "redis://:secret@redis:6379/0"


@pytest.mark.parametrize(
    ("url", "port", "ssl", "tls"),
    [
        ("smtp://relay.example.org", 25, False, False),
        ("smtp://me:p%3Ass@relay.example.org", 587, False, True),
        ("smtps://me:secret@relay.example.org", 465, True, False),
    ],
)
def test_a_mail_address_says_how_it_is_protected(url: str, port: int, ssl: bool, tls: bool) -> None:
    read = environment.email(url)
    assert (read["EMAIL_PORT"], read["EMAIL_USE_SSL"], read["EMAIL_USE_TLS"]) == (port, ssl, tls)


def test_a_mail_address_that_is_none_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL"):
        environment.email("relay.example.org")


def test_a_deployment_behind_https_passes_every_check_of_django() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **DEPLOYED)
    assert done.returncode == 0, done.stderr


def test_a_deployment_without_a_key_does_not_start() -> None:
    done = manage("check", **{**DEPLOYED, "SECRET_KEY": ""})
    assert done.returncode != 0
    assert "SECRET_KEY is missing." in done.stderr


def test_every_answer_carries_the_protecting_headers(client: Client) -> None:
    headers = client.get("/healthz").headers
    policy = {part.strip() for part in headers["Content-Security-Policy"].split(";")}
    assert policy == {
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    }
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
def test_no_copy_is_kept_of_a_page_that_someone_signed_in_sees(client: Client) -> None:
    client.force_login(get_user_model().objects.create_user("ana.exemplo"))
    assert "no-store" in client.get("/en/desk/").headers["Cache-Control"]


@pytest.mark.django_db
def test_readiness_names_the_database_and_the_queue(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "answers", "queue": "answers"}


@pytest.mark.django_db
def test_the_portal_stays_ready_while_redis_is_down(client: Client, settings) -> None:
    settings.REDIS_URL = "unix:///tmp/there-is-no-such-socket"
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["queue"] == "does not answer"


def test_ringing_the_bell_while_redis_is_down_fails_within_a_second() -> None:
    begun = time.monotonic()
    with (
        app.connection_for_write("redis+socket:///tmp/there-is-no-such-socket") as connection,
        pytest.raises(OperationalError),
    ):
        app.send_task("workplans.tasks.sweep_documents", connection=connection, retry=False)
    assert time.monotonic() - begun < 1
