"""Five hundred random edits by two people and a stale window; lines fail and the portal is killed.

Every word the portal has taken is in the draft or in a text put aside, unless somebody chose
another text over it on the page that shows both.
"""

import random

import pytest
from django.db import OperationalError, connection

from tests.workplans.writing import Window, at, fields
from workplans.models import Activity, Parked

pytestmark = pytest.mark.django_db

EDITS = 500
BOXES = ("description", "deliverables", "partners", "sources")
SCRIPTS = ("word{}", "शब्द{}", "词{}", "كلمة{}", "ቃል{}")


class Kill:
    """The portal dies at its n-th statement: before, while or after it has saved."""

    def __init__(self, at):
        self.left = at

    def __call__(self, execute, sql, params, many, context):
        self.left -= 1
        if self.left == 0:
            raise OperationalError("killed")
        return execute(sql, params, many, context)


class Desk:
    """Who writes, what the portal has taken of it, and what was knowingly given up."""

    def __init__(self, clients, activity, seed):
        self.random = random.Random(seed)
        self.address = at("activity", 2027, activity.key)
        self.activity = activity
        self.clients = [clients["staff"], clients["chair"], clients["staff"]]
        self.windows = [Window(client, self.address) for client in self.clients]
        self.pending = [set() for _window in self.windows]
        self.taken, self.given_up = set(), set()
        self.told = {"partly": 0, "saved": 0, "others": 0, "decided": 0, "killed": 0}

    def edit(self, n):
        # The third window is the stale one: seldom looked at, never loaded anew.
        who = self.random.choices((0, 1, 2), (10, 10, 1))[0]
        window, box = self.windows[who], self.random.choice(BOXES)
        word = self.random.choice(SCRIPTS).format(n)
        window.sent[box] = f"{window.sent[box]} {word}".strip()
        self.pending[who].add(word)
        how = self.random.random()
        if how < 0.1:
            return  # The line is cut before the portal hears of it.
        if how < 0.15:
            return self._killed(window)
        before = dict(window.sent)
        if how < 0.25:
            window.save(heard=False)
            self._taken(who)
        elif how < 0.35 and who != 2:
            self._press_the_button(who)
        else:
            self._autosave(who, window, before)

    def _killed(self, window):
        """The portal dies at some point of the saving, and the page hears nothing."""
        kill = Kill(self.random.randint(1, 32))
        window.client.raise_request_exception = False
        with connection.execute_wrapper(kill):
            window.save(heard=False)
        window.client.raise_request_exception = True
        self.told["killed"] += kill.left <= 0

    def _taken(self, who):
        self.taken |= self.pending[who]
        self.pending[who] = set()

    def _autosave(self, who, window, before):
        found = window.save()
        assert found["state"] in ("saved", "partly"), found
        self._taken(who)
        self.told[found["state"]] += 1
        if found["state"] == "partly":
            assert "Your text is put aside." in found["aside"]["words"]
            assert "except" in found["words"]
        if found["theirs"]:
            assert "while you were editing, and that is kept" in found["told"]
            self.told["others"] += 1
        if found["aside"] and who != 2 and self.random.random() < 0.4:
            self._decide(who, found["aside"]["url"])

    def _press_the_button(self, who):
        window = self.windows[who]
        sent = {**window.sent, "offered": "[]"}
        response = window.client.post(window.address, sent)
        self._taken(who)
        if response.status_code == 409:
            row = response.context["row"]
            self._decide(who, at("parked_text", 2027, row.key))
        else:
            assert response.status_code == 302
            self.windows[who] = Window(self.clients[who], self.address)

    def _decide(self, who, url):
        """Choose a text for each field in which two differ, and go back to the part's page."""
        client = self.clients[who]
        response = client.get(url)
        row, disputed = response.context["row"], response.context["disputed"]
        sent = fields(response) | {"seen": row.at.isoformat()}
        saved = self._draft()
        for box in disputed:
            mine = row.sent["fields"][box]["mine"]
            choice = self.random.choice(("saved", "mine", "third"))
            kept = {"saved": saved[box], "mine": mine, "third": f"{saved[box]} {mine}"}[choice]
            sent |= {f"choice-{box}": choice, box: kept}
            self.given_up |= {*saved[box].split(), *mine.split()} - {*kept.split()}
        assert client.post(url, sent).status_code == 302
        self.told["decided"] += 1
        self.windows[who] = Window(client, self.address)

    def _draft(self):
        return Activity.objects.filter(pk=self.activity.pk).values(*BOXES).get()

    def lost(self):
        texts = list(self._draft().values())
        for sent in Parked.objects.filter(cleared=None).values_list("sent", flat=True):
            texts += [said["mine"] for said in sent["fields"].values()]
        there = {word for text in texts for word in text.split()}
        return self.taken - there - self.given_up


@pytest.mark.parametrize("seed", [2027])
def test_not_one_word_is_lost(cast, sign_in, draft, seed):
    activity = Activity.objects.filter(area__plan=draft).first()
    clients = {"staff": sign_in(cast.staff), "chair": sign_in(cast.chair)}
    desk = Desk(clients, activity, seed)
    for n in range(EDITS):
        desk.edit(n)
        lost = desk.lost()
        assert not lost, f"After edit {n}: {sorted(lost)}"
    # It was worth looking: all of it happened, and often.
    assert len(desk.taken) > 0.8 * EDITS, len(desk.taken)
    assert min(desk.told.values()) >= 10, desk.told
    assert 0 < len(desk.given_up & desk.taken) < len(desk.taken) / 2
