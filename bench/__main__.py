"""What a page costs, as a multiple of the yardstick, measured side by side in one run.

    make bench

Each page is asked for in turn, round after round, for about five seconds in all. Printed are the
CPU time of the web process per request as a ratio, the queries, the size of the answer and the
budget. A page over its budget is marked; nothing fails, since figures belong in a table and not
in a test.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import testenv  # names PostgreSQL and Redis of the bench's own

SECONDS = 5.0


@dataclass
class Page:
    """One row of the table; `most` is the budget: ratio, queries, kilobytes."""

    name: str
    ask: Callable[[], Any]
    most: tuple[float, int, int] | None = None
    cpu: list[float] = field(default_factory=list)
    queries: int = 0
    size: int = 0


def main() -> None:
    try:
        testenv.start()
        import django

        django.setup()
        from django.test.utils import setup_databases, teardown_databases

        names = setup_databases(verbosity=0, interactive=False)
        try:
            run()
        finally:
            teardown_databases(names, verbosity=0)
    finally:
        testenv.stop()


def run() -> None:
    from django.db import connection
    from django.test import override_settings
    from django.test.utils import CaptureQueriesContext

    from bench import example

    with override_settings(ROOT_URLCONF="bench.yardstick", ALLOWED_HOSTS=["testserver"]):
        pages = [Page(*row) for row in example.pages()]
        for page in pages:
            answer = page.ask()
            assert answer.status_code in (200, 302, 304), (page.name, answer.status_code)
            with CaptureQueriesContext(connection) as captured:
                answer = page.ask()
            page.queries, page.size = len(captured), len(answer.content)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end or len(pages[0].cpu) < 5:
            for page in pages:
                before = time.process_time()
                page.ask()
                page.cpu.append(time.process_time() - before)
    show(pages)


def show(pages: list[Page]) -> None:
    def typical(page: Page) -> float:
        return sorted(page.cpu)[len(page.cpu) // 2]

    unit = typical(pages[0])
    print(f"yardstick: {unit * 1000:.1f} ms CPU; {len(pages[0].cpu)} rounds")
    print(f"{'page':44}{'ratio':>7}{'queries':>9}{'kB':>6}   budget")
    for page in pages:
        ratio, kilobytes = typical(page) / unit, page.size / 1000
        line = f"{page.name:44}{ratio:7.1f}{page.queries:9}{kilobytes:6.0f}"
        if page.most:
            most_ratio, most_queries, most_kilobytes = page.most
            line += f"   {most_ratio:g} · {most_queries} · {most_kilobytes}"
            if ratio > most_ratio or page.queries > most_queries or kilobytes > most_kilobytes:
                line += "  over"
        print(line)


if __name__ == "__main__":
    main()
