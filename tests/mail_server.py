"""A mail server for tests: it speaks SMTP on a port of its own and refuses whom it is told to."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Letterbox:
    """What came in, and what is answered to an address in place of "250 OK"."""

    port: int = 0
    refuses: dict[str, str] = field(default_factory=dict)
    came: list[tuple[str, str]] = field(default_factory=list)


class _Conversation(socketserver.StreamRequestHandler):
    box: Letterbox

    def handle(self) -> None:
        self._say("220 tests.example.org")
        whom = ""
        for raw in self.rfile:
            line = raw.decode().strip()
            verb = line.upper()
            if verb.startswith("RCPT TO:"):
                whom = line[len("RCPT TO:") :].strip("<> ")
                self._say(self.box.refuses.get(whom, "250 OK"))
            elif verb == "DATA":
                self._say("354 Go on")
                self.box.came.append((whom, self._read()))
                self._say("250 OK")
            elif verb == "QUIT":
                self._say("221 Goodbye")
                return
            else:
                self._say("250 OK")

    def _read(self) -> str:
        lines = []
        for raw in self.rfile:
            if raw == b".\r\n":
                break
            lines.append(raw.decode())
        return "".join(lines)

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def running() -> Iterator[Letterbox]:
    box = Letterbox()
    conversation = type("Conversation", (_Conversation,), {"box": box})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), conversation) as server:
        server.daemon_threads = True
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield box
        server.shutdown()
        thread.join()
