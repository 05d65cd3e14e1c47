"""The pages of an amendment: who is told before the act, what is refused, and what they cost."""

import re
from html import unescape

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from secretariat.models import Notice
from tests import factories
from tests.workplans import amendments
from tests.workplans.test_who_is_told import last, sent, shown
from workplans.models import Amendment, WorkPlan

WHY = "The host has changed."
WRITTEN = "(Here stands what you write.)"


def at(name, *args):
    return reverse(f"workplans:{name}", args=args)


AMEND, WITHDRAW = "/en/desk/plans/2027/amend/", "/en/desk/plans/2027/amendment/withdraw/"
OVERVIEW = "/en/desk/plans/2027/"


def words(response):
    return re.sub(r"\s+", " ", unescape(response.content.decode()))


def filled(told):
    return {person: (s, w.replace(WRITTEN, WHY)) for person, (s, w) in told.items()}


def queries_of(client, url):
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


# Opening


def test_opening_tells_whom_the_page_names(cast, approved, sign_in):
    staff = sign_in(cast.staff)
    page = staff.get(AMEND)
    told, before = shown(page), last()
    assert WRITTEN in words(page) and "An approved text is frozen." in words(page)
    form = {"digest": page.context["form"]["digest"].value(), "reason": WHY}
    answer = staff.post(AMEND, form, follow=True)
    assert "The amendment is open. PartNIR/AG/2027/WP/1 stays in force meanwhile." in words(answer)
    assert filled(told) == sent(before) and len(told) == 8
    # Sent again, it opens no second one and tells nobody twice.
    assert staff.post(AMEND, form).status_code == 302
    assert Amendment.objects.count() == 1
    assert Notice.objects.filter(pk__gt=before).count() == 8


def test_opening_without_a_reason_keeps_what_was_there(cast, approved, sign_in):
    answer = sign_in(cast.staff).post(AMEND, {"digest": approved.in_force.digest, "reason": " "})
    assert answer.status_code == 422 and "Say why the plan is amended" in words(answer)
    assert not Amendment.objects.exists()


def test_opening_on_an_old_page_says_so(cast, approved, sign_in):
    answer = sign_in(cast.staff).post(AMEND, {"digest": "0" * 64, "reason": WHY})
    assert answer.status_code == 409 and "Another text came into force" in words(answer)
    assert WHY in words(answer)


def test_a_plan_that_is_not_approved_has_no_such_page(cast, adopted, sign_in):
    answer = sign_in(cast.staff).get(AMEND, follow=True)
    assert "This is not possible now: the plan is “Adopted”." in words(answer)
    assert f'href="{AMEND}"' not in words(answer)


# Withdrawing


def test_a_mis_click_takes_one_click_back(cast, approved, sign_in):
    amendments.opened(approved, by=cast.staff)
    staff = sign_in(cast.staff)
    page = words(staff.get(OVERVIEW))
    assert f'action="{WITHDRAW}"' in page and "Write the amendment" in page
    answer = staff.post(WITHDRAW, {"number": "1"}, follow=True)
    assert "The amendment is withdrawn." in words(answer)
    assert WorkPlan.objects.get().status == "approved"
    assert f'href="{AMEND}"' in words(staff.get(OVERVIEW))


def test_withdrawing_tells_whom_the_page_names(cast, approved, sign_in):
    amendments.opened(approved, by=cast.staff)
    amendments.moved(approved, by=cast.staff)
    assert f'href="{WITHDRAW}"' not in words(sign_in(cast.staff).get(OVERVIEW))
    chair = sign_in(cast.chair)
    assert f'href="{WITHDRAW}"' in words(chair.get(OVERVIEW))
    told, before = shown(chair.get(WITHDRAW)), last()
    refused = chair.post(WITHDRAW, {"number": "1", "reason": ""})
    assert refused.status_code == 422 and "Say why the amendment is withdrawn" in words(refused)
    assert chair.post(WITHDRAW, {"number": "1", "reason": WHY}).status_code == 302
    assert filled(told) == sent(before) and len(told) == 8


def test_withdrawing_says_what_becomes_of_a_text_before_the_delegations(
    cast, approved, advisory_group, sign_in
):
    amendments.circulated(cast, approved, advisory_group)
    page = words(sign_in(cast.chair).get(WITHDRAW))
    assert "The delegations have PartNIR/AG/2027/WP/1/Rev.1 before them." in page


def test_the_page_of_another_amendment_withdraws_none(cast, approved, sign_in):
    amendments.opened(approved, by=cast.staff)
    answer = sign_in(cast.staff).post(WITHDRAW, {"number": "7"})
    assert answer.status_code == 409 and Amendment.objects.get().closed is None


def test_an_adopted_amendment_is_not_withdrawn_and_the_page_says_why(
    cast, approved, advisory_group, sign_in
):
    amendments.adopted(cast, amendments.circulated(cast, approved, advisory_group))
    answer = sign_in(cast.chair).get(WITHDRAW, follow=True)
    assert "so it is not withdrawn any more" in words(answer)


def test_where_none_is_under_way_the_page_leads_to_the_plan(cast, approved, sign_in):
    answer = sign_in(cast.chair).get(WITHDRAW, follow=True)
    assert "No amendment of this plan is under way." in words(answer)


# Beside the plan


def test_the_list_says_that_a_plan_in_force_is_being_amended(cast, approved, sign_in):
    amendments.opened(approved, by=cast.staff)
    listed = "/en/desk/plans/"
    for person in (cast.staff, cast.head):
        page = words(sign_in(person).get(listed))
        assert "Approved" in page and "Amendment: Draft" in page, person
        assert "In force, and an amendment is being written." in page, person
    for person in (cast.observer, cast.stranger):
        page = words(sign_in(person).get(listed))
        assert "Approved" in page and "mendment" not in page, person


def test_the_title_of_the_draft_shows_to_its_readers_alone(cast, approved, sign_in):
    amendments.opened(approved, by=cast.staff)
    WorkPlan.objects.update(title="A title of the amendment")
    pages = (OVERVIEW, "/en/desk/plans/", f"{OVERVIEW}history/", "/en/plans/2027/", "/en/plans/")
    for person in (cast.head, cast.observer, cast.stranger):
        for url in pages:
            assert "A title of the amendment" not in words(sign_in(person).get(url)), url
    assert "A title of the amendment" in words(sign_in(cast.staff).get(OVERVIEW))


def test_a_returned_amendment_says_so_to_those_who_had_it(cast, approved, advisory_group, sign_in):
    from workplans.operations import decision

    before = amendments.circulated(cast, approved, advisory_group)
    decision.return_to_draft(
        before, digest=before.revision.digest, reason="Not this host.", by=cast.chair,
        on=factories.NOW,
    )  # fmt: skip
    assert "Not this host." in words(sign_in(cast.head).get(OVERVIEW))
    meeting = advisory_group.get_absolute_url()
    for client, url in ((sign_in(), meeting), (sign_in(cast.stranger), OVERVIEW)):
        page = words(client.get(url))
        assert "Not this host." not in page and "Rev.1" not in page, url


def test_the_pages_cost_the_same_while_a_plan_is_amended(cast, approved, sign_in):
    """But for the amendment itself, which the page of the plan reads once."""
    staff, visitor = sign_in(cast.staff), sign_in()
    read = {
        OVERVIEW: staff, "/en/desk/plans/": staff, "/en/desk/": staff, "/en/plans/2027/": visitor,
        "/en/plans/": visitor,
    }  # fmt: skip
    for url, client in read.items():
        client.get(url)
    before = {url: queries_of(client, url) for url, client in read.items()}
    amendments.opened(approved, by=cast.staff)
    for url, client in read.items():
        client.get(url)
    now = {url: queries_of(client, url) for url, client in read.items()}
    # An open draft is looked over, as before a first approval: its outline is read.
    assert now.pop(OVERVIEW) <= before.pop(OVERVIEW) + 3
    assert now.pop("/en/desk/") <= before.pop("/en/desk/") + 1
    assert now == before


def test_an_administrator_reads_the_text_in_force_and_nothing_of_its_amendment(
    cast, approved, sign_in
):
    amendments.opened(approved, by=cast.staff)
    WorkPlan.objects.update(title="A title of the amendment")
    admin = sign_in(cast.superuser)
    for url in ("", f"{approved.pk}/change/", f"{approved.pk}/history/"):
        page = words(admin.get(reverse("admin:workplans_workplan_changelist") + url))
        assert "A title of the amendment" not in page and amendments.REASON not in page, url
        assert ">Draft<" not in page, url
    found = admin.get(reverse("admin:workplans_workplan_changelist") + "?q=title+of+the")
    assert found.context["cl"].result_count == 0
    page = words(admin.get(reverse("admin:workplans_workplan_changelist")))
    assert "Annual Work Plan 2027" in page and "Approved" in page


def test_once_it_is_approved_anybody_compares_it_with_the_text_it_replaced(
    cast, approved, advisory_group, ministers_meeting, sign_in
):
    stranger = sign_in(cast.stranger)
    compared = f"{OVERVIEW}compare/?from=r1&to=r2"
    before = amendments.circulated(cast, approved, advisory_group)
    assert amendments.CANARY not in words(stranger.get(compared))
    plan = amendments.adopted(cast, before)
    amendments.approved(cast, amendments.submitted(cast, plan, ministers_meeting))
    assert amendments.CANARY in words(stranger.get(compared))


def test_a_new_plan_is_started_from_the_text_in_force(cast, approved):
    from workplans.models import Activity
    from workplans.operations import drafting

    amendments.opened(approved, by=cast.staff)
    amendments.moved(approved, by=cast.staff)
    made, _left = drafting.start(
        year=2028, title="Next", based_on=amendments.again(approved), by=cast.staff,
        on=factories.NOW,
    )  # fmt: skip
    places = Activity.objects.filter(area__plan=made).values_list("place", flat=True)
    assert amendments.CANARY not in places and len(places) == 2


def test_an_open_amendment_is_on_the_list_of_a_hand_over(cast, approved, sign_in):
    from tests import hand_overs

    amendments.opened(approved, by=cast.staff)
    hand_overs.shorten()
    page = words(sign_in(cast.staff).get("/en/desk/hand-over/2027/"))
    assert "Amendment of the 2027 work plan: Draft" in page
    assert "came back from a meeting" not in page
