"""Forms of the draft. They refuse only what the draft cannot hold; the rest is told at circulation.

A page may be open while others save. So a form carries the version it was made from and what the
part said then, and the operation lays the changes of both people together.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.forms import DeadlineForm
from meetings.models import Body, Meeting
from secretariat.dates import PartialDate
from secretariat.deadlines import Outlook
from secretariat.models import Authority, State
from workplans.forms.declaring import OF_POSITIONS, VisibilityField
from workplans.forms.pieces import WORDS, Group, Row, box_for
from workplans.forms.prose import HINT, ProseBox
from workplans.legible import legible
from workplans.merging import Values
from workplans.models import Activity, PriorityArea, TextBlock, WorkPlan
from workplans.parts import FIELDS, OBJECTIVES, Pieces, pieces_named, pieces_of, plain
from workplans.queries import Ministry, Roll

UUID_FORM = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
TITLE_MISSING = gettext_lazy("Write a title.")
# What a page carries for itself.
CARRIED = ("version", "opened", "offered", "key", "sort")
# Which of two texts is to be kept: the saved one, one's own, or what stands in the box.
CHOICE, SAVED, MINE, THIRD = "choice-", "saved", "mine", "third"
OBJECTIVE = OBJECTIVES.prefix


class PartForm(forms.ModelForm):
    """A part of the draft as a page shows it.

    said: what the fields show – the part as saved, or a person's text laid over it. opened: what
    the part said when the page was made. key: the page itself, and the identity of a part that it
    adds. offered: what the page sent before without an answer.
    """

    # Nearly everything in a draft may wait; only what may not is worth a word beside its label.
    marks_optional = False

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    opened = forms.JSONField(widget=forms.HiddenInput, required=False)
    offered = forms.JSONField(widget=forms.HiddenInput, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        said: Values | None = None,
        opened: Values | None = None,
        version: int = 0,
        key: uuid.UUID | None = None,
    ) -> None:
        self.said = said or {}
        super().__init__(
            None if data is None else _legible(data),
            initial={
                **self.said,
                "version": version,
                "opened": opened or {},
                "offered": [],
                "key": key or uuid.uuid4(),
            },
        )
        for name in ("title", "name"):
            if name in self.fields:
                self.fields[name].error_messages["required"] = TITLE_MISSING
        for field in self.fields.values():
            _limit(field)

    @property
    def names(self) -> tuple[str, ...]:
        return FIELDS[self._meta.model]

    def values(self) -> Values:
        """What the person wrote, field by field."""
        return {name: plain(self.cleaned_data.get(name)) for name in self.names}

    @property
    def unread(self) -> tuple[str, ...]:
        """The values in which something stands that cannot be saved."""
        wrong = (name for name in self.errors if name in self.fields and name not in CARRIED)
        found = (self.value_of(name) for name in wrong if not name.startswith(CHOICE))
        return tuple(dict.fromkeys(found))

    def readable(self) -> Values:
        """What the person wrote; what cannot be saved is left as the page found it."""
        base = self.base
        return {**self.values(), **{name: base.get(name, "") for name in self.unread}}

    def raw(self, name: str) -> Any:
        """A value as it was typed or chosen."""
        widget = self.fields[name].widget
        typed = widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
        return "" if typed is None else typed

    @property
    def base(self) -> Values:
        """What the part said when the person opened the page."""
        opened = self.cleaned_data.get("opened")
        return opened if isinstance(opened, dict) else {}

    def sent_here(self, name: str, value: Any) -> bool:
        """Whether the page sent this value of a field before, and never heard what became of it."""
        offered = self.cleaned_data.get("offered")
        if not isinstance(offered, list) or not offered:
            return False
        wanted = inputs(name, value)
        return any(
            all(_typed(offer.get(box)) == _typed(texts) for box, texts in wanted.items())
            for offer in offered
            if isinstance(offer, dict)
        )

    def value_of(self, box: str) -> str:
        """The value to which a box of the form belongs."""
        return box

    def label_of(self, name: str) -> str:
        return str(self.fields[name].label)

    def field_of(self, name: str) -> str:
        """The id of the field a value is written in."""
        return str(self[name].id_for_label or self[name].auto_id)

    def boxes_of(self, name: str) -> list[Any]:
        """The fields a value is written in, as a template draws them."""
        return [self[name]] if name in self.fields else []

    def is_prose(self, name: str) -> bool:
        """Whether a value is a prose text."""
        return name in self.fields and isinstance(self.fields[name].widget, ProseBox)

    def ask(self, name: str, *, readable: bool) -> None:
        """Put the question which of two texts of a field is to be kept."""
        choices = [(SAVED, _("Keep what is saved now"))]
        if readable:
            choices.append((MINE, _("Keep my text")))
        self.fields[CHOICE + name] = forms.ChoiceField(
            label=_("What is to be kept in “%(field)s”") % {"field": self.label_of(name)},
            choices=[*choices, (THIRD, _("Keep what I write below"))],
            widget=forms.RadioSelect,
            error_messages={"required": _("Choose what is to be kept.")},
        )

    def words(self, name: str, value: Any) -> str:
        """A value as a person reads it."""
        choices = getattr(self.fields.get(name), "choices", None)
        if choices is None or value in ("", None):
            return str(value or "")
        words = {str(code): str(label) for code, label in _flat(choices)}
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(words.get(str(code), str(code)) for code in chosen)

    def _pieces(self, prefix: str, suffix: str = "") -> list[str]:
        """The identities of the pieces on this page, in their order, a new one last.

        suffix: what follows the identity in the name of the box that every piece has.
        """
        if self.is_bound:
            sent = re.compile(f"{prefix}({UUID_FORM}){suffix}$")
            return [found[1] for found in map(sent.match, self.data) if found]
        known = [
            name.removeprefix(prefix)
            for name, said in self.said.items()
            if name.startswith(prefix) and (said or name in self.initial["opened"])
        ]
        return [*known, str(uuid.uuid4())]


def _flat(choices: Any) -> Iterable[tuple[Any, Any]]:
    for code, label in choices:
        if isinstance(label, (list, tuple)):
            yield from label
        else:
            yield code, label


def inputs(name: str, value: Any) -> dict[str, list[str]]:
    """A value as the boxes of a page send it: what each of them is called, and what it says."""
    pieces = _boxed(name)
    if pieces:
        return {f"{name}-{field}": [str(text)] for field, text in pieces.boxed(value).items()}
    if isinstance(value, list):
        return {name: [str(item) for item in value]}
    return {name: ["" if value is None else str(value)]}


def _boxed(name: str) -> Pieces | None:
    """The sort of a piece that is written in more than one box, by the name of its value."""
    pieces = pieces_named(name)
    return pieces if pieces and len(pieces.boxes) > 1 else None


def _typed(texts: Any) -> list[str]:
    """What boxes say, so that two of them can be compared."""
    said = (legible(str(text)).strip() for text in texts or ())
    return sorted(text for text in said if text)


def _legible(data: QueryDict) -> QueryDict:
    """What a browser sent, without signs that no text of a plan can hold."""
    clean = data.copy()
    for name, texts in data.lists():
        # JSON writes such signs as escapes; changing the raw text could break it.
        if name not in ("opened", "offered"):
            clean.setlist(name, [legible(text) for text in texts])
    return clean


# A plan has no longer texts; a paste of a whole file is told so instead of being cut off.
LONGEST = 200_000


def _limit(field: forms.Field) -> None:
    """Refuse a text that is too long in words. A browser's own limit cuts a paste silently."""
    widget = field.widget
    if isinstance(widget, forms.Textarea):
        widget.attrs.pop("cols", None)
    if type(field) is not forms.CharField:
        return
    most = field.max_length or LONGEST
    widget.attrs.pop("maxlength", None)
    # Each paragraph runs in the direction of its own script.
    widget.attrs["dir"] = "auto"
    field.validators = [
        *(one for one in field.validators if not isinstance(one, MaxLengthValidator)),
        _AtMost(most),
    ]


class _AtMost(MaxLengthValidator):
    def __call__(self, value: Any) -> None:
        length = len(value)
        if length > self.limit_value:
            raise ValidationError(
                _("This has %(length)s characters; the portal keeps at most %(most)s here.")
                % {
                    "length": number_format(length, force_grouping=True),
                    "most": number_format(self.limit_value, force_grouping=True),
                },
                code="max_length",
            )


class GeneralForm(PartForm):
    """What stands before the areas, and the note that says where the text comes from."""

    class Meta:
        model = WorkPlan
        fields = FIELDS[WorkPlan]
        widgets = {"preamble": ProseBox(attrs={"rows": 14})}
        help_texts = {
            "preamble": HINT,
            "source_note": gettext_lazy("Printed on the cover and above the text."),
        }


class AreaForm(PartForm):
    """A priority area: its title and one box for each objective, with an empty one."""

    class Meta:
        model = PriorityArea
        fields = FIELDS[PriorityArea]

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        pieces = self._pieces(OBJECTIVE)
        for number, key in enumerate(pieces, 1):
            new = not self.is_bound and number == len(pieces)
            self.fields[f"{OBJECTIVE}{key}"] = forms.CharField(
                label=_("New objective") if new else _("Objective %(number)d") % {"number": number},
                required=False,
                widget=ProseBox(attrs={"rows": 3}),
            )
            _limit(self.fields[f"{OBJECTIVE}{key}"])

    @cached_property
    def objectives(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith(OBJECTIVE)]

    def values(self) -> Values:
        pieces = {
            name: plain(self.cleaned_data.get(name))
            for name in self.fields
            if name.startswith(OBJECTIVE)
        }
        return {**super().values(), **pieces}

    def label_of(self, name: str) -> str:
        return str(self.fields[name].label) if name in self.fields else _("Objective")


class TextForm(PartForm):
    """A working group's task, or an annex."""

    sort = forms.ChoiceField(
        widget=forms.HiddenInput, required=False, choices=TextBlock.Kind.choices
    )

    class Meta:
        model = TextBlock
        fields = FIELDS[TextBlock]
        widgets = {"text": ProseBox(attrs={"rows": 14})}
        help_texts = {"text": HINT}

    def __init__(self, data: Any = None, *, sort: str = "", **options: Any) -> None:
        """sort: of which kind the text is, for when it is not there any more."""
        super().__init__(data, **options)
        self.initial["sort"] = sort


def _lines(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _called(ministry: Ministry, on: date) -> str:
    """An authority's name; with the one it bears now and is printed under, where that differs."""
    if ministry.holds_on(on):
        return ministry.name
    now = Authority.objects.get(pk=ministry.pk).on(on)
    if now.name == ministry.name:
        return ministry.name
    return _("%(authority)s, now %(name)s") % {"authority": ministry.name, "name": now.name}


class ActivityForm(PartForm):
    """An activity with everything a plan says of it, and its pieces with an empty one of each."""

    class Meta:
        model = Activity
        fields = FIELDS[Activity]
        widgets = {
            "description": ProseBox(attrs={"rows": 8}),
            "partners": _lines(),
            "deliverables": _lines(4),
            "budget_note": _lines(),
            "sources": _lines(),
            "mode": forms.RadioSelect,
            "co_leads": forms.CheckboxSelectMultiple,
        }
        labels = {"area": gettext_lazy("Priority area"), "state": gettext_lazy("State of work")}
        help_texts = {
            "description": HINT,
            "lead_authority": gettext_lazy("The ministry or agency of the lead state."),
            "place": gettext_lazy("City and country."),
            "sources": gettext_lazy("Addresses of the pages it is taken from, one on each line."),
            "budget_note": gettext_lazy("What it costs and who pays."),
        }

    def __init__(
        self,
        data: Any = None,
        *,
        plan: WorkPlan,
        on: date,
        roll: Roll,
        keeps: Values | None = None,
        areas: Iterable[tuple[int, str]] | None = None,
        **o: Any,
    ) -> None:
        """areas: those of the plan with their titles, where they are known already."""
        super().__init__(data, **o)
        keeps = keeps or self.said
        self._offer_areas(plan, areas)
        self._offer_states(on, keeps, roll)
        for name in ("begins", "ends"):
            self.fields[name].widget.attrs["class"] = "input--short"
        self.fields["mode"].choices = [  # type: ignore[attr-defined]
            *Activity.Mode.choices,
            ("", _("Not decided yet")),
        ]
        self._offer_pieces()

    def _offer_areas(self, plan: WorkPlan, known: Iterable[tuple[int, str]] | None) -> None:
        areas = self.fields["area"]
        areas.queryset = plan.areas.all()  # type: ignore[attr-defined]
        areas.empty_label = None  # type: ignore[attr-defined]
        if known is not None:
            areas.choices = list(known)  # type: ignore[attr-defined]

    def _get_validation_exclusions(self) -> set[str]:
        # They were just found among those that are offered.
        return {*super()._get_validation_exclusions(), "area", "lead", "lead_authority"}

    def _offer_states(self, on: date, keeps: Values, roll: Roll) -> None:
        """Members and invited states of the day, and whatever the activity has chosen already."""
        said = (keeps.get("lead"), *(keeps.get("co_leads") or []))
        chosen = {pk for pk in said if isinstance(pk, int)}
        offered = roll.offered(on, chosen)
        names = [(one.pk, one.name) for one in offered]
        if strangers := chosen - {one.pk for one in offered}:
            # Chosen once, and of no membership on record any more.
            names += State.objects.filter(pk__in=strangers).values_list("pk", "name")
        states = State.objects.filter(pk__in=[pk for pk, _name in names])
        lead, co_leads = self.fields["lead"], self.fields["co_leads"]
        lead.queryset = co_leads.queryset = states  # type: ignore[attr-defined]
        lead.choices = [("", _("Not decided yet")), *names]  # type: ignore[attr-defined]
        co_leads.choices = names  # type: ignore[attr-defined]

        kept = keeps.get("lead_authority") or None
        ministries = {
            one.name: [
                (ministry.pk, _called(ministry, on))
                for ministry in one.authorities
                if ministry.holds_on(on) or ministry.pk == kept
            ]
            for one in offered
        }
        authority = self.fields["lead_authority"]
        keys = [pk for rows in ministries.values() for pk, _name in rows]
        authority.queryset = Authority.objects.filter(pk__in=keys)  # type: ignore[attr-defined]
        authority.choices = [  # type: ignore[attr-defined]
            ("", _("Not named")),
            *((name, rows) for name, rows in ministries.items() if rows),
        ]

    def _offer_pieces(self) -> None:
        self.groups = {pieces.name: Group(pieces) for pieces in pieces_of(Activity)}
        for group in self.groups.values():
            pieces, words = group.pieces, group.words
            keys = self._pieces(pieces.prefix, f"-{pieces.boxes[0]}")
            for number, key in enumerate(keys, 1):
                new = not self.is_bound and number == len(keys)
                legend = words.new if new else words.numbered % {"number": number}
                group.rows.append(Row(str(legend), self._row(pieces, f"{pieces.prefix}{key}")))

    def _row(self, pieces: Pieces, name: str) -> list[Any]:
        """The boxes of one piece, added to the form. What may stand in them is said above all."""
        for field, said in pieces.boxed(self.said.get(name)).items():
            self.fields[f"{name}-{field}"] = box_for(pieces, field, said)
            _limit(self.fields[f"{name}-{field}"])
        boxes = [self[f"{name}-{field}"] for field in pieces.boxes]
        for found in boxes:
            found.help_text = ""
        return boxes

    def _piece_names(self) -> Iterator[tuple[Pieces, str]]:
        """The pieces on the page, each with the name of its value."""
        for pieces in pieces_of(Activity):
            first = f"-{pieces.boxes[0]}"
            for name in list(self.fields):
                if name.startswith(pieces.prefix) and name.endswith(first):
                    yield pieces, name.removesuffix(first)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        begins, ends = cleaned.get("begins"), cleaned.get("ends")
        if (
            isinstance(begins, PartialDate)
            and isinstance(ends, PartialDate)
            and ends.last < begins.first
        ):
            self.add_error(
                "ends",
                _("The end, %(ends)s, lies before the beginning, %(begins)s.")
                % {"ends": ends, "begins": begins},
            )
        lead, authority = cleaned.get("lead"), cleaned.get("lead_authority")
        if authority and (lead is None or authority.state_id != lead.pk):
            state = dict(self.fields["lead"].choices).get(authority.state_id)  # type: ignore[attr-defined]
            self.add_error(
                "lead_authority",
                _("“%(authority)s” is an authority of %(state)s, which is not the lead state here.")
                % {"authority": authority, "state": state or authority.state},
            )
        if lead and lead in (cleaned.get("co_leads") or ()):
            self.add_error(
                "co_leads", _("%(state)s leads already; it is not a co-lead too.") % {"state": lead}
            )
        for pieces, name in self._piece_names():
            first, *others = (f"{name}-{field}" for field in pieces.boxes)
            said = any(cleaned.get(box) for box in others)
            if said and not cleaned.get(first) and first not in self.errors:
                self.add_error(first, WORDS[pieces.name].missing)
        return cleaned

    def values(self) -> Values:
        found = super().values()
        for pieces, name in self._piece_names():
            said = [plain(self.cleaned_data.get(f"{name}-{field}")) for field in pieces.boxes]
            found[name] = said if any(said) else ""
        return found

    def label_of(self, name: str) -> str:
        pieces = _boxed(name)
        return str(WORDS[pieces.name].one) if pieces else super().label_of(name)

    def field_of(self, name: str) -> str:
        pieces = _boxed(name)
        if pieces is None:
            return super().field_of(name)
        first = f"{name}-{pieces.boxes[0]}"
        return f"id_{first}" if first in self.fields else ""

    def words(self, name: str, value: Any) -> str:
        if _boxed(name):
            return " · ".join(part for part in value if part) if value else ""
        return super().words(name, value)

    def value_of(self, box: str) -> str:
        return box.rpartition("-")[0] if _boxed(box) else box

    def raw(self, name: str) -> Any:
        pieces = _boxed(name)
        if pieces is None:
            return super().raw(name)
        return [str(self.data.get(f"{name}-{field}", "")) for field in pieces.boxes]

    def boxes_of(self, name: str) -> list[Any]:
        pieces = _boxed(name)
        if pieces is None:
            return super().boxes_of(name)
        names = (f"{name}-{field}" for field in pieces.boxes)
        boxes = [self[box] for box in names if box in self.fields]
        for found in boxes:
            # Apart from its like, each says for itself what may stand in it.
            found.help_text = found.field.help_text
        return boxes


class StartForm(forms.Form):
    """Which year's plan to start, and from what."""

    year = forms.IntegerField(
        label=gettext_lazy("Year"),
        min_value=2015,
        max_value=2999,
        widget=forms.NumberInput(attrs={"class": "input--short"}),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            gettext_lazy("Write a year from 2015 to 2999."),
        ),
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=300)
    source = forms.ChoiceField(
        label=gettext_lazy("Start from"),
        widget=forms.RadioSelect,
        choices=[("blank", "")],
        help_text=gettext_lazy(
            "From an earlier plan come its texts and the activities that go on, each as the record "
            "says it stands. Those completed or cancelled stay behind and can be brought over."
        ),
    )

    def __init__(self, data: Any = None, *, suggested: int, title: str, earlier: Any) -> None:
        self.earlier = {str(plan.year): plan for plan in earlier}
        self.suggested, self.suggested_title = suggested, title
        latest = next(iter(self.earlier), "blank")
        super().__init__(data, initial={"year": suggested, "title": title, "source": latest})
        field = self.fields["source"]
        field.choices = [  # type: ignore[attr-defined]
            *((year, _("The %(year)s plan") % {"year": year}) for year in self.earlier),
            ("blank", _("A blank plan")),
        ]
        field.choice_hints = {  # type: ignore[attr-defined]
            **{year: plan.get_status_display() for year, plan in self.earlier.items()},
            "blank": _("Five priority areas, without activities."),
        }
        self.fields["title"].error_messages["required"] = TITLE_MISSING

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        year = cleaned.get("year")
        # A suggested title that was left as it was goes along with the year.
        if year and cleaned.get("title") == self.suggested_title:
            cleaned["title"] = self.suggested_title.replace(str(self.suggested), str(year))
        return cleaned

    @property
    def based_on(self) -> WorkPlan | None:
        return self.earlier.get(self.cleaned_data["source"])


class CirculateForm(DeadlineForm):
    """Before which meeting a text goes, and the words that go with it."""

    nonetheless_label = gettext_lazy("Circulate the text before this meeting nonetheless")

    meeting = forms.ModelChoiceField(
        label=gettext_lazy("Meeting of the Advisory Group"),
        queryset=Meeting.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        to_field_name="slug",
        error_messages={"required": gettext_lazy("Choose the meeting that will consider it.")},
    )
    visibility = VisibilityField(OF_POSITIONS)
    message = forms.CharField(
        label=gettext_lazy("Covering note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The delegations read it above the text."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    number = forms.IntegerField(widget=forms.HiddenInput)
    declaration = forms.BooleanField(
        error_messages={"required": gettext_lazy("Confirm that you circulate this text.")}
    )

    def __init__(
        self,
        data: Any = None,
        *,
        symbol: str,
        meetings: list[Meeting],
        outlooks: dict[str, Outlook | None],
        initial: Any = None,
    ) -> None:
        """outlooks: how the end of each meeting looks from the capitals, by its address."""
        if len(meetings) == 1:
            initial = {"meeting": meetings[0].slug, **(initial or {})}
        super().__init__(data, initial=initial)
        self.outlooks = outlooks
        if not self.is_bound:
            self.weigh(outlooks.get(self.initial.get("meeting", "")))
        field: Any = self.fields["meeting"]
        field.queryset = (
            Meeting.objects.of(Body.ADVISORY_GROUP)
            .filter(pk__in=[meeting.pk for meeting in meetings])
            .order_by("begins")
            .select_related("body")
        )
        field.choice_hints = {
            meeting.slug: _("%(dates)s, %(place)s")
            % {"dates": meeting.dates, "place": meeting.place or meeting.get_mode_display()}
            for meeting in meetings
        }
        self.fields["declaration"].label = _(
            "I circulate this text as %(symbol)s. It will be frozen, and the delegations will be "
            "asked for their positions."
        ) % {"symbol": symbol}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if meeting := cleaned.get("meeting"):
            self.weigh(self.outlooks.get(meeting.slug))
        return cleaned
