"""The address the portal answers at on this machine."""

import errno
import http.client
import os
import socket
from dataclasses import dataclass

from bpic.embedded.processes import Trouble


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @property
    def everywhere(self) -> bool:
        return self.host in {"0.0.0.0", "::"}

    @property
    def here(self) -> str:
        """The same address as seen from this machine."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)

    @property
    def url(self) -> str:
        return f"http://{_bracketed(self.here)}:{self.port}"

    @property
    def bind(self) -> str:
        return f"{_bracketed(self.host)}:{self.port}"

    def names(self) -> list[str]:
        """The names a visitor may use for it."""
        found = {self.here, "localhost", "127.0.0.1", "::1"}
        if self.everywhere:
            found |= {socket.gethostname(), socket.getfqdn()}
            try:
                found |= {str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), 80)}
            except OSError:
                pass
        return sorted(_bracketed(name) for name in found)


def from_environment() -> Address:
    host = os.environ.get("HOST") or "127.0.0.1"
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise Trouble(
            f"PORT is a number from 1 to 65535, not “{text}”. Example: PORT=8123 make run"
        )
    return Address(host, int(text))


def check_free(address: Address) -> None:
    try:
        family, kind, _, _, place = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError:
        raise Trouble(f"This machine does not know the address HOST={address.host}.") from None
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(place)
        except OSError as error:
            raise Trouble(_refusal(address, error)) from None


def _refusal(address: Address, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        other = address.port + 1 if address.port < 65535 else 8000
        return (
            f"Port {address.port} is already in use on this machine. "
            f"Choose another one: PORT={other} make run"
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return f"Only root may use port {address.port}. Choose one above 1023: PORT=8000 make run"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST={address.host} is not an address of this machine."
    return f"The portal cannot listen at {address.bind}: {error.strerror}."


def answers(address: Address) -> bool:
    connection = http.client.HTTPConnection(address.here, address.port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
