"""Clients whose person signed in some time ago."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client

from bpic.confirmation import CONFIRMED
from secretariat import instants


def ago(client: Client, age: timedelta = timedelta(minutes=5)) -> Client:
    """The same client, as if its person had last shown who they are so long ago."""
    session = client.session
    session[CONFIRMED] = (instants.now() - age).isoformat()
    session.save()
    return client
