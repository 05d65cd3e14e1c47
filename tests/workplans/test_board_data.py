"""How a text stands, as data: the same count as on the page, and nothing its reader may not see."""

import pytest
from django.urls import reverse

from tests import factories
from workplans import queries
from workplans.operations import review


def data(client, consideration):
    response = client.get(reverse("workplans:consideration_data", args=[consideration.pk]))
    assert response.status_code == 200 and response["Content-Type"] == "application/json"
    return response.json()


def test_it_holds_what_the_page_shows(cast, consideration, sign_in):
    factories.answer(consideration, by=cast.head)
    factories.answer(
        consideration, by=cast.heads["Borania"], kind="approves_with_reservation", text="Not 3."
    )
    found = data(sign_in(cast.head), consideration)
    count = queries.board(consideration).tally
    assert found["text"]["digest"] == consideration.revision.digest
    assert found["sentence"] == count.sentence()
    assert found["tally"]["approving"] == list(count.approving) and not found["tally"]["agreed"]
    positions = {row["state"]: row["position"] for row in found["positions"]}
    assert positions == {"AL": "", "BO": "approves_with_reservation", "CE": "", "DO": "approves"}
    assert [one["text"] for one in found["statements"]] == ["Not 3."]


@pytest.mark.parametrize(("role", "sees"), [("head", False), ("staff", True), ("chair", True)])
def test_what_is_not_shown_yet_is_not_in_it(cast, draft, advisory_group, sign_in, role, sees):
    asked = review.circulate(
        draft, meeting=advisory_group, visibility="after_close", by=cast.staff, on=factories.NOW
    )
    factories.answer(asked, by=cast.heads["Borania"], kind="objects", text="CANARY-WITHHELD")
    found = data(sign_in(cast.everyone()[role]), asked)
    assert ("CANARY-WITHHELD" in str(found)) is sees
    assert (found["tally"] is not None) is sees
    borania = next(row for row in found["positions"] if row["state"] == "BO")
    assert borania.get("withheld", False) is not sees


def test_a_closed_one_says_how_it_ended(cast, agreed, sign_in):
    factories.adopted(agreed, by=cast.chair)
    found = data(sign_in(cast.head), agreed)
    assert found["outcome"] == "adopted" and found["closed"]
    assert found["sentence"].startswith("Adopted by consensus on")


def test_whoever_may_not_know_of_the_text_finds_nothing(cast, consideration, sign_in):
    address = reverse("workplans:consideration_data", args=[consideration.pk])
    assert sign_in(cast.stranger).get(address).status_code == 404
    assert sign_in().get(address).status_code == 302
