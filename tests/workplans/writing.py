"""What a page of the editor sends, with its button and by itself."""

from __future__ import annotations

import json
from typing import Any

from django.urls import reverse

CARRIED = ("opened", "offered")


def at(name: str, *args: Any) -> str:
    return reverse(f"workplans:{name}", args=args)


def fields(response: Any) -> dict[str, Any]:
    """What a browser would send back from the page's own form, untouched."""
    sent = {}
    for bound in response.context["form"]:
        value = bound.value()
        if value is not None or not bound.use_fieldset:
            sent[bound.html_name] = "" if value is None else value
    return sent


class Window:
    """One open page of a part, as static/js/autosave.js keeps it."""

    def __init__(self, client: Any, address: str) -> None:
        self.client, self.address = client, address
        response = client.get(address)
        assert response.status_code == 200, response.status_code
        self.sent = fields(response)
        self.offers: list[dict[str, list[str]]] = []

    @property
    def opened(self) -> dict[str, Any]:
        return json.loads(self.sent["opened"])

    def save(self, *, heard: bool = True, **typed: Any) -> Any:
        """Save by itself. heard: whether the answer comes back."""
        response = self.post(**typed)
        if heard:
            return self.hear(response)
        return None

    def post(self, **typed: Any) -> Any:
        """Send the form as it stands, and remember what was offered until an answer comes."""
        self.sent |= typed
        said = {
            name: value if isinstance(value, list) else [str(value)]
            for name, value in self.sent.items()
            if name not in ("version", "key", "sort", *CARRIED)
        }
        body = {**self.sent, "autosave": "yes", "offered": json.dumps(self.offers)}
        self.offers.append(said)
        return self.client.post(self.address, body)

    def hear(self, response: Any) -> Any:
        """Take the answer in, as the page does."""
        found = response.json()
        if "opened" in found:
            opened, before = found["opened"], self.opened
            for name, boxes in found["theirs"].items():
                if set(boxes) <= set(self.sent):
                    for box, values in boxes.items():
                        self.sent[box] = values if isinstance(self.sent[box], list) else values[0]
                elif name in before:
                    opened[name] = before[name]
                else:
                    opened.pop(name, None)
            self.sent["opened"] = json.dumps(opened)
            self.address = found.get("address", self.address)
            self.offers = []
        return found
