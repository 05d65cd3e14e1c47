"""What a document prints as data, inside it: the canonical form its digest names, and tables."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from weasyprint import Attachment

from workplans import content
from workplans.typesetting import layout
from workplans.typesetting.assets import OwnAssets

COLUMNS = (
    "number",
    "area",
    "title",
    "kind",
    "lead",
    "authority",
    "co_leads",
    "partners",
    "mode",
    "place",
    "begins",
    "ends",
    "state",
    "deliverables",
    "budget_note",
    "funding_source",
    "sources",
    "id",
)


def plan_json(order: dict[str, Any]) -> bytes:
    """The bytes whose digest the document prints."""
    return content.dump(order["plan"]).encode()


def _cell(value: str) -> str:
    # A spreadsheet would run a cell that begins so as a formula.
    return "'" + value if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def activities_csv(order: dict[str, Any]) -> bytes:
    """The activities for a spreadsheet, one a line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for number, activity in content.activities(order["plan"]):
        area = order["plan"]["areas"][int(number.split(".")[0]) - 1]
        lead = activity["lead"] or {"name": "", "authority": ""}
        values = {
            "number": number,
            "area": area["title"],
            "lead": lead["name"],
            "authority": lead["authority"],
            "co_leads": "; ".join(state["name"] for state in activity["co_leads"]),
            "partners": "; ".join(activity["partners"]),
            "deliverables": "; ".join(activity["deliverables"]),
            "sources": " ".join(activity["sources"]),
        }
        writer.writerow(_cell(str(values.get(name, activity.get(name)) or "")) for name in COLUMNS)
    # The mark at the start tells spreadsheets that this is UTF-8.
    return out.getvalue().encode("utf-8-sig")


@dataclass(frozen=True)
class File:
    """A file inside a document."""

    name: str
    relationship: str
    data: bytes
    description: str


def files(order: dict[str, Any]) -> list[File]:
    """The files of a document, by what its kind prints."""
    return FILES[layout.KINDS[order["kind"]].prints](order)


def _of_a_hand_over(order: dict[str, Any]) -> list[File]:
    facts = content.dump(order["hand_over"]).encode()
    return [File("hand-over.json", "Source", facts, _("The facts of the hand-over"))]


def _of_a_plan(order: dict[str, Any]) -> list[File]:
    # Of a draft nothing is on record that its data could be checked against.
    if order["edition"] == "working_draft":
        return []
    return [
        File("plan.json", "Source", plan_json(order), _("The work plan in its canonical form")),
        File("activities.csv", "Data", activities_csv(order), _("The activities as a table")),
    ]


def _of_a_comparison(order: dict[str, Any]) -> list[File]:
    """None: both texts are on record, or one of them is a draft, which is on no record."""
    return []


def _of_a_chair_statement(order: dict[str, Any]) -> list[File]:
    facts = content.dump(order["statement"]).encode()
    return [File("statement.json", "Source", facts, _("The Chair’s statement as data"))]


def _of_a_receipt(order: dict[str, Any]) -> list[File]:
    facts = content.dump(order["receipt"]).encode()
    return [File("receipt.json", "Source", facts, _("The facts of the receipt"))]


FILES = {
    "plan": _of_a_plan,
    "hand_over": _of_a_hand_over,
    "statement": _of_a_chair_statement,
    "comparison": _of_a_comparison,
    "receipt": _of_a_receipt,
}


def attach(order: dict[str, Any], fetcher: OwnAssets) -> list[Attachment]:
    """The files, dated as the document, so that the same order gives the same bytes."""
    on = datetime.fromisoformat(order["date"])
    return [
        Attachment(
            string=file.data,
            name=file.name,
            relationship=file.relationship,
            description=file.description,
            created=on,
            modified=on,
            url_fetcher=fetcher,
        )
        for file in files(order)
    ]
