"""The table of who is told what, of all rooms together."""

from __future__ import annotations

from meetings import notices as of_meetings
from secretariat import handover_notices
from secretariat import notices as of_people
from secretariat.telling import News
from workplans import notices as of_plans

TABLE: tuple[News, ...] = (
    *of_plans.TABLE,
    *of_meetings.TABLE,
    *handover_notices.TABLE,
    *of_people.TABLE,
)
BY_KEY = {news.key: news for news in TABLE}


def is_confined(key: str) -> bool:
    """Whether only those told read it; so it is with whatever no line of the table names."""
    news = BY_KEY.get(key)
    return news is None or news.confined


def by_act() -> list[tuple[str, list[News]]]:
    """The lines of the table under what is told, in its order."""
    acts: dict[str, list[News]] = {}
    for news in TABLE:
        acts.setdefault(str(news.act), []).append(news)
    return list(acts.items())
