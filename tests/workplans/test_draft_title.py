"""What staff call a plan while they go on writing is not what the delegations have before them."""

import pytest

from tests import factories
from workplans.models import WorkPlan

SECRET = "A title nobody has circulated"


@pytest.mark.parametrize("role", ["head", "delegate", "observer"])
def test_a_delegation_sees_the_title_of_the_text_it_answers(cast, consideration, sign_in, role):
    WorkPlan.objects.update(title=SECRET)
    client = sign_in(cast.everyone()[role])
    for page in ("/en/desk/plans/", "/en/desk/plans/2027/", "/en/desk/plans/2027/history/",
                 f"/en/desk/considerations/{consideration.pk}/"):  # fmt: skip
        said = client.get(page).content.decode()
        assert SECRET not in said, page
        assert "Annual Work Plan 2027" in said, page


def test_the_public_sees_the_title_of_the_adopted_text(cast, adopted, sign_in):
    WorkPlan.objects.update(title=SECRET)
    for page in ("/en/", "/en/plans/", "/en/plans/2027/", "/en/documents/",
                 adopted.documents.get().get_absolute_url(),
                 adopted.decisions.get().meeting.get_absolute_url()):  # fmt: skip
        assert SECRET not in sign_in().get(page).content.decode(), page


def test_a_mail_names_the_text_it_speaks_of(cast, agreed):
    from secretariat.models import Notice

    WorkPlan.objects.update(title=SECRET)
    factories.adopted(agreed, by=cast.chair)
    for notice in Notice.objects.all():
        assert SECRET not in notice.subject + notice.body
