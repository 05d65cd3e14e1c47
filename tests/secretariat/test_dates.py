"""Dates to the precision of their record."""

import pytest

from secretariat.dates import PartialDate, span

P = PartialDate.parse


@pytest.mark.parametrize(
    ("text", "words", "precision"),
    [("2019", "2019", "year"), ("2019-09", "September 2019", "month"),
     ("2019-09-01", "1 September 2019", "day")],
)  # fmt: skip
def test_a_date_is_printed_as_exactly_as_it_is_known(text, words, precision):
    assert (str(P(text)), P(text).iso, P(text).precision) == (words, text, precision)


@pytest.mark.parametrize(
    "text", ["", "19", "2019-9", "2019-13", "2019-02-30", "1 May 2019", "2019-09-01T00:00"]
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match="“"):
        P(text)


@pytest.mark.parametrize(
    ("begins", "ends", "words"),
    [
        ("2025-09-16", "2025-09-17", "16–17 September 2025"),
        ("2025-09-30", "2025-10-01", "30 September – 1 October 2025"),
        ("2025-12", "2026-03", "December 2025 – March 2026"),
        ("2025-03", "2025-06", "March – June 2025"),
        ("2025", "2030", "2025 – 2030"),
        ("2025-09-16", None, "16 September 2025"),
        ("2025-09-16", "2025-09-16", "16 September 2025"),
        (None, None, ""),
    ],
)
def test_a_beginning_and_an_end_are_written_together(begins, ends, words):
    assert span(begins and P(begins), ends and P(ends)) == words


def test_a_month_reaches_from_its_first_day_to_its_last():
    assert (P("2024-02").first.day, P("2024-02").last.day) == (1, 29)
    assert (P("2024").first.isoformat(), P("2024").last.isoformat()) == ("2024-01-01", "2024-12-31")
