"""Orders to typeset, for tests: invented people, real scripts."""

from __future__ import annotations

import uuid
from typing import Any

from workplans import content
from workplans.typesetting import differences

LONG_TITLE = (
    "Technical cooperation among the industrial authorities on the digital transformation of "
    "small and medium-sized manufacturers, their supply chains and the vocational schools that "
    "train their workers"
)
CYRILLIC = "Форум по новой промышленной революции: подготовка кадров"
DEVANAGARI = "औद्योगिक नवाचार प्रतियोगिता और प्रशिक्षण कार्यक्रम"
HAN = "金砖国家新工业革命伙伴关系论坛（厦门）"
ARABIC = "منتدى الشراكة من أجل الثورة الصناعية الجديدة"
PERSIAN = "نمایشگاه فناوری‌های نوین صنعتی"
ETHIOPIC = "የአዲሱ የኢንዱስትሪ አብዮት አጋርነት ስልጠና"
PORTUGUESE = "Programa de capacitação em manufatura avançada e inovação"


def key(name: str) -> str:
    """The same identity for the same name, in every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"tests/{name}"))


def state(code: str, name: str, authority: str | None = None) -> dict[str, Any]:
    return {"code": code, "name": name, "authority": authority}


def activity(title: str, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": key(title),
        "kind": "forum",
        "title": title,
        "description": "Delegations exchange what they have learnt.",
        "lead": None,
        "co_leads": [],
        "partners": [],
        "mode": None,
        "place": "",
        "begins": None,
        "ends": None,
        "deliverables": [],
        "milestones": [],
        "indicators": [],
        "budget_note": "",
        "funding_source": "",
        "state": "planned",
        "sources": [],
    }
    return found | changes


def indicator(name: str, unit: str, baseline: str, target: str) -> dict[str, str]:
    return {"id": key(name), "name": name, "unit": unit, "baseline": baseline, "target": target}


def milestone(text: str, date: str | None = None) -> dict[str, Any]:
    return {"id": key(text), "text": text, "date": date}


CHINA = state("CN", "China", "Ministry of Industry and Information Technology")
BRAZIL = state("BR", "Brazil", "Ministry of Development, Industry, Trade and Services")
INDIA = state("IN", "India", "Department for Promotion of Industry and Internal Trade")
RUSSIA = state("RU", "Russia", "Ministry of Industry and Trade")


def small_plan(**changes: Any) -> dict[str, Any]:
    """One area, one activity: what a test changes a little."""
    found: dict[str, Any] = {
        "form": content.FORM,
        "plan": key("plan"),
        "revision": {
            "number": 1,
            "symbol": "PartNIR/AG/2027/WP/1",
            "previous": None,
            "nonce": "0123456789abcdef0123456789abcdef",
        },
        "year": 2027,
        "title": "Work plan for 2027",
        "language": "en",
        "presidency": {"code": "IN", "name": "India"},
        "source_note": "",
        "preamble": "The Advisory Group meets at least once a year.",
        "areas": [
            {
                "id": key("area"),
                "title": "Digitization",
                "objectives": [{"id": key("objective"), "text": "Connect manufacturers."}],
                "activities": [
                    activity(
                        "Forum on the partnership",
                        lead=CHINA,
                        begins="2027-09-16",
                        ends="2027-09-17",
                        place="Xiamen, China",
                        mode="in_person",
                    )
                ],
            }
        ],
        "working_groups": [],
        "meetings": [],
        "annexes": [],
    }
    return found | changes


def rich_plan(**changes: Any) -> dict[str, Any]:
    """Five areas, fourteen activities, every script and every field."""
    areas = [
        (
            "Digitization",
            [
                "Connect manufacturers of all sizes with the means of digital production.\n\n"
                "Member states:\n- share what smart factories have taught them;\n"
                "- open platforms to one another’s enterprises;\n- train the people who use them.",
            ],
            [
                activity(
                    "Forum on Partnership on New Industrial Revolution",
                    description="The forum gathers authorities, enterprises and research "
                    "institutions of the member states. It opens with ministers, continues in "
                    "panels on smart manufacturing, and closes with the signing of projects.\n\n"
                    "The programme is agreed three months before the forum:\n- plenary;\n"
                    "- four panels;\n- visits to enterprises.",
                    lead=CHINA,
                    co_leads=[{"code": "BR", "name": "Brazil"}, {"code": "RU", "name": "Russia"}],
                    partners=["UNIDO", "Fujian Provincial People’s Government"],
                    mode="in_person",
                    place="Xiamen, China",
                    begins="2027-09-16",
                    ends="2027-09-17",
                    deliverables=[
                        "Summary of the discussions, within four weeks",
                        "List of projects signed, with the enterprises that take part",
                    ],
                    indicators=[
                        indicator("Participants", "persons", "1000", "1200"),
                        indicator("Projects signed at the forum", "projects", "", "20"),
                    ],
                    budget_note="Travel is borne by each delegation; the host bears the venue.",
                    funding_source="Host state",
                    sources=["https://example.org/forum/2027/programme"],
                ),
                activity(LONG_TITLE, kind="project", lead=BRAZIL, begins="2027-04", ends="2027-11"),
                activity(HAN, lead=CHINA, begins="2027", mode="hybrid", place="厦门"),
            ],
        ),
        (
            "Industrialization",
            ["Strengthen industrial capacity and its resilience in all member states."],
            [
                activity(
                    CYRILLIC,
                    kind="training",
                    lead=RUSSIA,
                    description="Программа обучения для специалистов предприятий: «цифровой "
                    "двойник», контроль качества, безопасность труда.",
                    begins="2027-02-15",
                    ends="2027-03-05",
                    mode="online",
                ),
                activity(
                    "Centre for Industrial Competences",
                    kind="platform",
                    partners=["UNIDO"],
                    description="The centre continues its work with small and medium-sized "
                    "enterprises; it was launched in Vienna on 9 April 2025.",
                    begins="2025-04-09",
                    state="continuing",
                    sources=["https://www.unido.org/" + "a-long-address/" * 9],
                ),
                activity(ETHIOPIC, kind="training", begins="2027-06", ends="2027-06"),
            ],
        ),
        (
            "Innovation",
            ["Turn research into products.", "Let young engineers meet."],
            [
                activity(
                    "Industrial Innovation Contest",
                    kind="competition",
                    lead=CHINA,
                    begins="2027-03",
                    ends="2027-09-16",
                    indicators=[indicator("Entries", "entries", "1396", "1500")],
                ),
                activity(
                    DEVANAGARI,
                    kind="competition",
                    lead=INDIA,
                    description="यह कार्यक्रम युवा अभियंताओं के लिए है। क्षत्रिय, ज्ञान, श्रम और "
                    "विद्यार्थियों के लिए प्रशिक्षण सामग्री दी जाएगी।",
                    begins="2027-07-05",
                    ends="2027-07-09",
                    place="New Delhi, India",
                    mode="in_person",
                ),
                activity("Startup Knowledge Hub", kind="platform", lead=INDIA),
            ],
        ),
        (
            "Inclusiveness",
            ["Leave no region and no enterprise outside."],
            [
                activity(
                    "Action plan on small and medium-sized enterprises 2025–2030",
                    kind="working_group",
                    begins="2025",
                    ends="2030",
                    state="under_way",
                ),
                activity(
                    ARABIC,
                    description="تعقد الدول الأعضاء اجتماعات فنية مع UNIDO في القاهرة خلال عام "
                    "2027، وتنشر نتائجها.",
                    lead=state("EG", "Egypt"),
                    begins="2027-10-04",
                    ends="2027-10-05",
                ),
                activity(PERSIAN, kind="exhibition", lead=state("IR", "Iran"), begins="2027-11-20"),
            ],
        ),
        (
            "Investment",
            [],
            [
                activity(
                    PORTUGUESE, kind="training", lead=BRAZIL, begins="2027-08", ends="2027-12"
                ),
                activity(
                    "Exhibition on New Industrial Revolution",
                    kind="exhibition",
                    lead=CHINA,
                    begins="2027-09-07",
                    ends="2027-09-18",
                    place="Xiamen, China",
                    state="postponed",
                ),
            ],
        ),
    ]
    found = small_plan(
        title="Annual work plan of the Partnership on New Industrial Revolution for 2027",
        source_note="Compiled from public sources; not an official document.",
        preamble="The Advisory Group of the Partnership on New Industrial Revolution, recalling "
        "the founding text of the partnership, adopts this work plan for the year 2027.\n\n"
        "The plan deepens cooperation in five areas:\n- digitization;\n- industrialization;\n"
        "- innovation;\n- inclusiveness;\n- investment.\n\n"
        "Activities are voluntary. Each is led by a member state and open to all.",
        areas=[
            {
                "id": key(title),
                "title": title,
                "objectives": [{"id": key(text), "text": text} for text in objectives],
                "activities": activities,
            }
            for title, objectives, activities in areas
        ],
        working_groups=[
            {
                "id": key("wg-smart"),
                "title": "Smart manufacturing",
                "text": "The group compares standards and reports to the Advisory Group.",
            },
            {
                "id": key("wg-sme"),
                "title": "Small and medium-sized enterprises",
                "text": "The group follows the action plan for 2025–2030.",
            },
        ],
        meetings=[
            {
                "body": "AG",
                "name": "Third meeting of the Advisory Group",
                "begins": "2027-03-10",
                "ends": "2027-03-11",
                "mode": "in_person",
                "place": "New Delhi, India",
            },
            {
                "body": "IMM",
                "name": "Eleventh Industry Ministers’ Meeting",
                "begins": "2027-05-20",
                "ends": "2027-05-21",
                "mode": "hybrid",
                "place": "New Delhi, India",
            },
            {
                "body": "SUMMIT",
                "name": "Nineteenth Summit",
                "begins": "2027-07",
                "ends": "2027-07",
                "mode": None,
                "place": "",
            },
        ],
        annexes=[
            {
                "id": key("annex"),
                "title": "How an activity is proposed",
                "text": "A member state writes to the secretariat.\n\nThe letter names:\n"
                "- the activity;\n- its place and dates;\n- its budget.",
            }
        ],
    )
    return found | changes


def position(code: str, name: str, by: str, **changes: Any) -> dict[str, Any]:
    return {
        "state": name,
        "code": code,
        "position": "approves",
        "by": by,
        "capacity": "Head of delegation",
        "on": "2027-03-09",
    } | changes


DECISIONS = [
    {
        "body": "AG",
        "meeting": "Third meeting of the Advisory Group",
        "place": "New Delhi, India",
        "act": "adopted",
        "on": "2027-03-11",
        "by": "Asha Udaharan",
        "capacity": "Chair of the Advisory Group",
        "state": "India",
        "method": "consensus",
        "positions": [
            position("BR", "Brazil", "Ana Exemplo"),
            position("CN", "China", "Li Shili"),
            position("IN", "India", "Ravi Udaharan", on="2027-03-10"),
            position("XN", "Norland", "Nora Beispiel", position="approves_with_reservation"),
            position("RU", "Russia", "Ivan Primerov"),
            position("XS", "Sudland", "", position="none", capacity="", on=None),
        ],
    },
    {
        "body": "IMM",
        "meeting": "Eleventh Industry Ministers’ Meeting",
        "place": "New Delhi, India",
        "act": "submitted",
        "on": "2027-04-02",
        "by": "Asha Udaharan",
        "capacity": "Chair of the Advisory Group",
        "state": "India",
        "method": "",
        "positions": [],
    },
    {
        "body": "IMM",
        "meeting": "Eleventh Industry Ministers’ Meeting",
        "place": "New Delhi, India",
        "act": "approved",
        "on": "2027-05-21",
        "by": "Dev Udaharan",
        "capacity": "Minister, presiding",
        "state": "India",
        "method": "consensus",
        "positions": [
            position("BR", "Brazil", "Bia Exemplo", capacity="Minister", on="2027-05-21"),
            position("CN", "China", "Wang Shili", capacity="Minister", on="2027-05-21"),
        ],
    },
]
REPORTED = {
    "body": "SUMMIT",
    "meeting": "Nineteenth Summit",
    "place": "",
    "act": "reported",
    "on": "2027-07-06",
    "by": "Asha Udaharan",
    "capacity": "Chair of the Advisory Group",
    "state": "India",
    "method": "",
    "positions": [],
}
STATEMENTS = [
    {
        "state": "Norland",
        "kind": "reservation",
        "text": "Norland joins the consensus and reserves its position on paragraph 4.\n\n"
        "It takes part in training alone.",
        "by": "Nora Beispiel",
        "on": "2027-03-09",
    },
    {
        "state": "Sudland",
        "kind": "explanation",
        "text": "Sudland understands the budget notes as estimates.",
        "by": "Sam Beispiel",
        "on": "2027-03-10",
    },
]


def order(plan: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """An order for a work plan, as adopted unless the test says otherwise."""
    plan = plan or small_plan()
    found: dict[str, Any] = {
        "order": "partnir-document/1",
        "kind": "work_plan",
        "edition": "adopted",
        "symbol": plan["revision"]["symbol"],
        "language": plan["language"],
        "title": plan["title"],
        "date": "2027-03-11",
        "distribution": "General",
        "institution": {
            "name": "BRICS Partnership on New Industrial Revolution",
            "short": "PartNIR",
            "body": "Advisory Group",
        },
        "example": True,
        "plan": plan,
        "digest": content.digest(content.dump(plan)),
        "decisions": DECISIONS[:1],
        "statements": STATEMENTS,
        "progress": [],
        "summary": "",
    }
    return found | changes


def draft(plan: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return order(plan, edition="draft", decisions=[], statements=[], distribution="Restricted") | (
        changes
    )


AS_OF = "2027-03-10T14:05:00+00:00"


def working_draft(plan: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """An order for the secretariat's draft on paper: no symbol, but the instant it was read."""
    return draft(plan, edition="working_draft", symbol="", as_of=AS_OF) | changes


def comparison(
    old: dict[str, Any], new: dict[str, Any], *, of_draft: bool = True, **changes: Any
) -> dict[str, Any]:
    """An order for what changed from a circulated text to the draft, or to the next revision."""
    facts = {
        "form": differences.FORM,
        "older": {
            "label": "PartNIR/AG/2027/WP/1",
            "draft": False,
            "digest": content.digest(content.dump(old)),
            "plan": old,
        },
        "newer": {
            "label": "" if of_draft else "PartNIR/AG/2027/WP/1/Rev.1",
            "draft": of_draft,
            "digest": "" if of_draft else content.digest(content.dump(new)),
            "plan": new,
        },
    }
    found = working_draft(
        new,
        kind="comparison",
        edition="comparison",
        title=f"{new['title']}: what changed",
        comparison=facts,
        digest=content.digest(content.dump(facts), differences.FORM),
    )
    for part in ("plan", "decisions", "statements", "progress", "summary"):
        del found[part]
    return found | changes


def report(plan: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A report to the summit, with progress on the activities of the first two areas."""
    plan = plan or rich_plan()
    states = ["completed", "completed", "under_way", "completed", "continuing"]
    entries = zip(content.activities(plan), states, strict=False)
    return (
        order(
            plan,
            kind="summit_report",
            edition="report",
            symbol="PartNIR/AG/2027/SR/1",
            title="Report to the summit on the work plan for 2027",
            date="2027-07-06",
            decisions=[*DECISIONS, REPORTED],
            summary="The partnership kept its year: the plan was adopted, approved and begun.\n\n"
            "Most activities of the first half of the year have taken place.",
            progress=[
                {
                    "activity": found["id"],
                    "number": number,
                    "title": found["title"],
                    "lead": found["lead"]["name"] if found["lead"] else "",
                    "state": now,
                    "note": "Held as planned; the results are published.",
                    "on": "2027-06-20",
                    "by": "Li Shili",
                }
                for (number, found), now in entries
            ],
        )
        | changes
    )


def large_plan(count: int) -> dict[str, Any]:
    """Many activities, for the clock."""
    plan = rich_plan()
    model = plan["areas"][0]["activities"][0]
    for area in plan["areas"]:
        area["activities"] = [
            model
            | {
                "id": key(f"{area['id']}{n}"),
                "title": f"{model['title']}, part {n}",
                "indicators": [
                    one | {"id": key(f"{area['id']}{n}{one['name']}")}
                    for one in model["indicators"]
                ],
            }
            for n in range(1, count // len(plan["areas"]) + 1)
        ]
    return plan
