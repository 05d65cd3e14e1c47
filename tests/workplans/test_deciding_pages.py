"""The chair's acts as pages, and the state of activities after approval."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.models import Meeting
from secretariat.models import Entry
from tests import factories
from workplans.models import Activity, Consideration, Decision, Document, Progress, WorkPlan
from workplans.operations import decision, followup

EVERYONE = (
    "chair", "staff", "head", "other_head", "alternate", "delegate", "minister", "observer",
    "former_chair", "former_staff", "expert_chair", "next_chair", "superuser", "stranger",
)  # fmt: skip
OUTSIDE = {"former_chair", "former_staff", "superuser", "stranger"}


def page(name: str, of: Consideration | int, *more: object) -> str:
    first = of if isinstance(of, int) else of.pk
    return reverse(f"workplans:{name}", args=[first, *more])


def declared(digest: str, **more: object) -> dict[str, object]:
    return {"declaration": "on", "digest": digest, **more}


def go_on(client: Client, url: str) -> dict[str, object]:
    """The answer to the question whether the ministers have time enough, as the page asks it."""
    return {"warned": client.get(url).context["form"].initial["warned"], "nonetheless": "on"}


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


# Adopting


@pytest.mark.parametrize("name", EVERYONE)
def test_only_the_chair_adopts(cast, agreed, sign_in, name):
    client = sign_in(cast.everyone()[name])
    expected = 404 if name in OUTSIDE else 200 if name == "chair" else 403
    assert client.get(page("adopt", agreed)).status_code == expected
    if name != "chair":
        sent = declared(agreed.revision.digest)
        assert client.post(page("adopt", agreed), sent).status_code == expected
        assert not Decision.objects.exists()


def test_adopting_orders_the_document_and_leads_to_it(cast, agreed, sign_in):
    client = sign_in(cast.chair)
    html = client.get(page("adopt", agreed)).content.decode()
    assert "4 of 4 states have approved. There is consensus." in html
    assert "Adopt the plan for the Advisory Group" in html
    response = client.post(page("adopt", agreed), declared(agreed.revision.digest))
    assert response["Location"] == Document.objects.get().get_absolute_url()
    assert WorkPlan.objects.get().status == "adopted"
    # The page of an act that is done leads to how it ended.
    assert client.get(page("adopt", agreed))["Location"] == page("consideration", agreed)


def test_adopting_twice_has_one_effect_and_a_sentence(cast, agreed, sign_in):
    client = sign_in(cast.chair)
    sent = declared(agreed.revision.digest)
    client.post(page("adopt", agreed), sent)
    response = client.post(page("adopt", agreed), sent)
    assert response.status_code == 409
    assert "This is not possible now" in response.content.decode()
    assert Decision.objects.count() == Document.objects.count() == 1


def test_without_the_declaration_nothing_is_adopted(cast, agreed, sign_in):
    response = sign_in(cast.chair).post(page("adopt", agreed), {"digest": agreed.revision.digest})
    assert response.status_code == 422
    assert not Decision.objects.exists()


def test_without_consensus_the_page_says_what_is_missing(cast, consideration, sign_in):
    factories.answer(consideration, by=cast.head, kind="objects", text="Paragraph 3 has to go.")
    client = sign_in(cast.chair)
    html = client.get(page("adopt", consideration)).content.decode()
    assert "The plan cannot be adopted yet" in html
    assert "Not answered: Aldova, Borania and Cestria." in html
    assert "An objection stands: Dorlan." in html
    assert page("return_to_draft", consideration) in html
    assert 'name="declaration"' not in html
    response = client.post(page("adopt", consideration), declared(consideration.revision.digest))
    assert response.status_code == 409
    assert not Decision.objects.exists()


def test_an_objection_that_arrives_meanwhile_stops_the_adoption(cast, agreed, sign_in):
    client = sign_in(cast.chair)
    client.get(page("adopt", agreed))
    factories.answer(agreed, by=cast.head, kind="objects", text="Paragraph 3 has to go.")
    response = client.post(page("adopt", agreed), declared(agreed.revision.digest))
    assert response.status_code == 409
    assert "There is no consensus yet." in response.content.decode()


def test_outside_the_meeting_adoption_is_not_offered(cast, draft, sign_in):
    later = factories.meeting("AG", by=cast.staff, begins=factories.TODAY + timedelta(days=9))
    consideration = factories.circulated(draft, before=later, by=cast.staff)
    for head in cast.heads.values():
        factories.answer(consideration, by=head)
    client = sign_in(cast.chair)
    html = client.get(page("adopt", consideration)).content.decode()
    assert "Adoption has to fall inside the meeting" in html
    assert 'name="declaration"' not in html
    response = client.post(page("adopt", consideration), declared(consideration.revision.digest))
    assert response.status_code == 409
    assert not Decision.objects.exists()


# Returning


@pytest.mark.parametrize("name", EVERYONE)
def test_only_the_chair_returns(cast, consideration, sign_in, name):
    client = sign_in(cast.everyone()[name])
    expected = 404 if name in OUTSIDE else 200 if name == "chair" else 403
    assert client.get(page("return_to_draft", consideration)).status_code == expected
    if name != "chair":
        sent = {"reason": "No.", "digest": consideration.revision.digest}
        response = client.post(page("return_to_draft", consideration), sent)
        assert response.status_code == expected
        assert not Decision.objects.exists()


def test_returning_needs_a_reason(cast, consideration, sign_in):
    client = sign_in(cast.chair)
    sent = {"reason": "", "digest": consideration.revision.digest}
    response = client.post(page("return_to_draft", consideration), sent)
    assert response.status_code == 422
    sent["reason"] = "The budget is missing."
    response = client.post(page("return_to_draft", consideration), sent)
    assert response["Location"] == reverse("workplans:overview", args=[2027])
    assert Decision.objects.get().text == "The budget is missing."
    html = sign_in(cast.head).get(page("consideration", consideration)).content.decode()
    assert "The budget is missing." in html


def test_a_stale_return_keeps_the_reason(cast, consideration, sign_in):
    factories.activity(WorkPlan.objects.get(), title="Forum that was added")
    factories.circulated(WorkPlan.objects.get(), before=consideration.meeting, by=cast.staff)
    sent = {"reason": "The budget is missing.", "digest": consideration.revision.digest}
    response = sign_in(cast.chair).post(page("return_to_draft", consideration), sent)
    assert response.status_code == 409
    assert "The budget is missing." in response.content.decode()
    assert not Decision.objects.exists()


# Submitting


@pytest.mark.parametrize("name", [name for name in EVERYONE if name != "chair"])
@pytest.mark.parametrize("act", ["submit", "report"])
def test_a_plan_in_public_is_submitted_and_reported_by_the_chair_alone(
    cast, adopted, ministers_meeting, summit, sign_in, name, act
):
    client = sign_in(cast.everyone()[name])
    digest = adopted.revision.digest
    assert client.get(page(act, 2027)).status_code == 403
    meeting = (ministers_meeting if act == "submit" else summit).slug
    url = f"{page(act, 2027)}?meeting={meeting}"
    assert client.post(url, declared(digest, summary="S.")).status_code == 403
    assert WorkPlan.objects.get().status == "adopted"


def test_a_draft_is_not_known_to_outsiders_by_its_acts(cast, draft, sign_in):
    for act in ("submit", "report", "progress"):
        assert sign_in(cast.head).get(page(act, 2027)).status_code == 404


def test_without_a_meeting_the_way_leads_to_convening_one(cast, adopted, sign_in):
    html = sign_in(cast.chair).get(page("submit", 2027)).content.decode()
    assert reverse("meetings:convene") in html
    assert 'name="declaration"' not in html


def test_the_only_meeting_is_taken_and_of_several_one_is_chosen(
    cast, adopted, ministers_meeting, sign_in
):
    client = sign_in(cast.chair)
    html = client.get(page("submit", 2027)).content.decode()
    assert "The ministers of 4 states: Aldova, Borania, Cestria, Dorlan" in html
    other = factories.meeting("IMM", by=cast.staff, begins=factories.TODAY + timedelta(days=40))
    html = client.get(page("submit", 2027)).content.decode()
    assert 'name="declaration"' not in html
    assert other.slug in html
    html = client.get(f"{page('submit', 2027)}?meeting={other.slug}").content.decode()
    assert "19–21 April 2027" in html
    assert 'name="declaration"' in html


def test_submitting_puts_the_plan_before_the_ministers(cast, adopted, ministers_meeting, sign_in):
    client = sign_in(cast.chair)
    url = f"{page('submit', 2027)}?meeting={ministers_meeting.slug}"
    sent = declared(adopted.revision.digest, **go_on(client, url))
    response = client.post(url, sent)
    before = Consideration.objects.get(meeting=ministers_meeting)
    assert response["Location"] == page("consideration", before)
    assert client.post(url, sent).status_code == 409
    assert Consideration.objects.filter(meeting=ministers_meeting).count() == 1
    assert client.get(page("submit", 2027)).status_code == 302


@pytest.mark.parametrize("slug", ["ag-2027-1", "no-such-meeting"])
def test_a_meeting_of_another_body_is_not_taken(cast, adopted, ministers_meeting, sign_in, slug):
    url = f"{page('submit', 2027)}?meeting={slug}"
    response = sign_in(cast.chair).post(url, declared(adopted.revision.digest))
    assert response.status_code == 422
    assert "Choose one of the meetings listed." in response.content.decode()
    assert WorkPlan.objects.get().status == "adopted"


def test_a_stale_submission_is_refused(cast, adopted, ministers_meeting, sign_in):
    url = f"{page('submit', 2027)}?meeting={ministers_meeting.slug}"
    client = sign_in(cast.chair)
    response = client.post(url, declared("0" * 64, **go_on(client, url)))
    assert response.status_code == 409
    assert WorkPlan.objects.get().status == "adopted"


def test_ministers_with_little_time_are_asked_about(cast, adopted, ministers_meeting, sign_in):
    client = sign_in(cast.chair)
    url = f"{page('submit', 2027)}?meeting={ministers_meeting.slug}"
    warning = "All 4 states: at most 2 working days are left."
    html = client.get(url).content.decode()
    assert "The ministers can answer until" in html and warning in html
    assert "Check the date" not in html
    # Whoever comes from a page without the warnings reads them first.
    response = client.post(url, declared(adopted.revision.digest))
    assert response.status_code == 422
    html = response.content.decode()
    assert "Check the date" in html and "The plan is not submitted yet." in html
    assert "There is a problem" not in html
    assert WorkPlan.objects.get().status == "adopted"
    unticked = declared(adopted.revision.digest, warned=go_on(client, url)["warned"])
    response = client.post(url, unticked)
    assert response.status_code == 422
    assert "Tick the box to go on with this deadline." in response.content.decode()
    client.post(url, {**unticked, "nonetheless": "on"})
    assert WorkPlan.objects.get().status == "submitted"
    assert Entry.objects.get(act="submitted").facts["warned"] == [warning]


def test_ministers_with_time_enough_are_not_asked_about(cast, adopted, sign_in):
    later = factories.meeting("IMM", by=cast.staff, begins=factories.TODAY + timedelta(days=40))
    client = sign_in(cast.chair)
    url = f"{page('submit', 2027)}?meeting={later.slug}"
    html = client.get(url).content.decode()
    assert "Wednesday 21 April 2027, 24:00 UTC" in html
    assert 'name="nonetheless"' not in html
    assert client.post(url, declared(adopted.revision.digest)).status_code == 302
    assert "warned" not in Entry.objects.get(act="submitted").facts


# Reporting


def test_the_report_begins_with_sentences_from_the_record(cast, approved, summit, sign_in):
    html = sign_in(cast.chair).get(page("report", 2027)).content.decode()
    assert (
        "The Advisory Group adopted the work plan for 2027 by consensus on 10 March 2027." in html
    )
    assert "The ministers approved it on 10 March 2027" in html
    assert "- Planned: 2" in html


def test_reporting_issues_the_report(cast, approved, summit, sign_in):
    client = sign_in(cast.chair)
    url = f"{page('report', 2027)}?meeting={summit.slug}"
    sent = declared(approved.revision.digest, summary="All went as planned.")
    response = client.post(url, sent)
    report = Document.objects.get(kind="summit_report")
    assert response["Location"] == report.get_absolute_url()
    assert WorkPlan.objects.get().status == "reported"
    response = client.post(url, {**sent, "summary": "Sent once more."})
    assert response.status_code == 409
    assert "Sent once more." in response.content.decode()
    assert Document.objects.filter(kind="summit_report").count() == 1


def test_an_error_keeps_the_summary(cast, approved, summit, sign_in):
    url = f"{page('report', 2027)}?meeting={summit.slug}"
    sent = {"digest": approved.revision.digest, "summary": "All went as planned."}
    response = sign_in(cast.chair).post(url, sent)
    assert response.status_code == 422
    assert "All went as planned." in response.content.decode()
    assert WorkPlan.objects.get().status == "approved"


# The state of activities


def key(plan: WorkPlan, number: int = 0) -> str:
    return [a["id"] for area in plan.revision.form["areas"] for a in area["activities"]][number]


@pytest.mark.parametrize("name", EVERYONE)
def test_those_in_office_read_the_state_and_the_secretariat_records_it(
    cast, approved, sign_in, name
):
    client = sign_in(cast.everyone()[name])
    may = name in {"chair", "staff"}
    outside = name in {"former_chair", "former_staff", "superuser", "stranger"}
    response = client.get(page("progress", 2027))
    assert response.status_code == (403 if outside else 200)
    html = response.content.decode()
    assert ("Forum number 1" in html) is not outside
    assert (page("progress_record", 2027, key(approved)) in html) is may
    url = page("progress_record", 2027, key(approved))
    assert client.get(url).status_code == (200 if may else 403)
    response = client.post(url, {"state": "completed", "note": ""})
    assert response.status_code == (302 if may else 403)
    assert Progress.objects.exists() is may


def test_the_newest_record_counts_and_the_others_stay(cast, approved, sign_in):
    client = sign_in(cast.staff)
    url = page("progress_record", 2027, key(approved))
    client.post(url, {"state": "under_way", "note": "It began."})
    first = Progress.objects.get()
    html = client.get(url).content.decode()
    assert "It began." in html
    client.post(url, {"state": "completed", "note": "It ended.", "seen": first.pk})
    assert Progress.objects.count() == 2
    html = client.get(page("progress", 2027)).content.decode()
    assert "It ended." in html
    assert "It began." not in html
    entry = Entry.objects.filter(act="record_progress").first()
    assert entry.facts["state"] == "completed"
    assert entry.capacity == "Secretariat staff, Aldova"


def test_recording_twice_has_one_effect(cast, approved, sign_in):
    client = sign_in(cast.staff)
    url = page("progress_record", 2027, key(approved))
    for _again in range(2):
        assert client.post(url, {"state": "under_way", "note": "It began."}).status_code == 302
    assert Progress.objects.count() == 1


def test_a_record_made_meanwhile_is_shown_and_the_note_kept(cast, approved, sign_in):
    url = page("progress_record", 2027, key(approved))
    sign_in(cast.chair).post(url, {"state": "under_way", "note": "It began."})
    response = sign_in(cast.staff).post(url, {"state": "completed", "note": "It ended."})
    assert response.status_code == 409
    html = response.content.decode()
    assert "recorded “Under way” meanwhile" in html
    assert "It ended." in html
    assert Progress.objects.count() == 1


def test_an_activity_the_text_does_not_hold_is_refused(cast, approved, sign_in):
    unknown = "00000000-0000-0000-0000-000000000000"
    assert sign_in(cast.staff).get(page("progress_record", 2027, unknown)).status_code == 404
    with pytest.raises(followup.NoSuchActivity):
        followup.record_progress(
            approved, unknown, state="completed", note="", by=cast.staff, on=factories.NOW
        )


def test_nothing_is_recorded_before_approval(cast, adopted, sign_in):
    client = sign_in(cast.staff)
    assert "is recorded from the day" in client.get(page("progress", 2027)).content.decode()
    url = page("progress_record", 2027, key(adopted))
    assert client.get(url).status_code == 302
    assert client.post(url, {"state": "completed", "note": ""}).status_code == 409
    assert not Progress.objects.exists()


def test_an_unknown_state_keeps_the_note(cast, approved, sign_in):
    url = page("progress_record", 2027, key(approved))
    response = sign_in(cast.staff).post(url, {"state": "wonderful", "note": "It began."})
    assert response.status_code == 422
    assert "It began." in response.content.decode()


def test_after_the_handover_the_outgoing_secretariat_records_nothing(cast, approved, sign_in):
    with time_machine.travel(factories.NOW + timedelta(days=365), tick=True):
        client = sign_in(cast.staff)
        assert client.get(page("progress", 2027)).status_code == 200
        url = page("progress_record", 2027, key(approved))
        assert client.post(url, {"state": "completed", "note": ""}).status_code == 403


@pytest.mark.parametrize("name", ["progress", "report"])
def test_the_queries_do_not_grow_with_activities(
    cast, draft, advisory_group, ministers_meeting, summit, sign_in, name
):
    for n in range(12):
        factories.activity(draft, title=f"Training {n}", area=n % 5)
    plan = _approved(cast, draft, advisory_group, ministers_meeting)
    client = sign_in(cast.chair)
    client.get(page(name, 2027))
    few = queries_of(client, page(name, 2027))
    for number in range(10):
        followup.record_progress(
            plan, key(plan, number), state=Activity.Stage.COMPLETED, note="Held.",
            by=cast.staff, on=factories.NOW,
        )  # fmt: skip
    assert queries_of(client, page(name, 2027)) == few


def _approved(cast, draft: WorkPlan, group: Meeting, ministers: Meeting) -> WorkPlan:
    consideration = factories.circulated(draft, before=group, by=cast.staff)
    for head in cast.heads.values():
        factories.answer(consideration, by=head)
    plan = factories.adopted(consideration, by=cast.chair)
    before = decision.submit(
        plan, meeting=ministers, digest=plan.revision.digest, by=cast.chair, on=factories.NOW
    )
    for minister in cast.ministers.values():
        factories.answer(before, by=minister)
    return WorkPlan.objects.get(pk=plan.pk)
