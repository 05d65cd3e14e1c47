"""Where a portal on one machine keeps its data and its sockets."""

import hashlib
import os
import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def data_folder() -> Path:
    """The git-ignored folder with everything that outlives a run."""
    return Path(os.environ.get("VAR_DIR") or ROOT / "var").absolute()


def socket_folder(data: Path) -> Path:
    """A short folder for each data folder: the path of a socket may have 107 bytes at most."""
    return Path("/tmp") / f"portal-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"


def database_url(sockets: Path) -> str:
    return f"postgresql://portal@/portal?host={sockets}"


def redis_url(sockets: Path) -> str:
    return f"unix://{sockets}/redis.sock"


def secret_key(data: Path) -> str:
    """The key of a portal on one machine: made once, readable by its owner alone."""
    place = data / "secret_key"
    try:
        return place.read_text().strip()
    except FileNotFoundError:
        pass
    data.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(f"secret_key.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(64))
    try:
        os.link(fresh, place)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return place.read_text().strip()
