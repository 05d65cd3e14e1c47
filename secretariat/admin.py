"""The room in the stock administration: facts to keep with reasons, records to look at.

What is said on behalf of states – hand-overs' remarks, the text of notices – is not shown.
"""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from jsonschema import Draft202012Validator

from secretariat import corrections, deadlines, institution, presidencies, register
from secretariat.administration import (
    ACTS,
    DatedForm,
    Holds,
    OnRecord,
    ReadOnly,
    ReadOnlyRows,
    RecordForm,
    actor,
    changes,
)
from secretariat.models import (
    Appointment,
    Authority,
    Entry,
    HandOver,
    Invitation,
    Membership,
    Milestone,
    Notice,
    Person,
    Presidency,
    State,
    Subscription,
    Tick,
)
from secretariat.presidencies import CannotChange

SOURCES = ("source", "unverified", "note")
CHOOSE_TWO = gettext_lazy("Choose the two presidencies that change places.")


# States, and what is true of them from one day to another


class StateForm(RecordForm):
    """A state. What has a form in the institution's file has the same one here."""

    SHAPED = ("names", "native_names", "languages")
    EMPTY: dict[str, Any] = {"names": {}, "native_names": [], "languages": [], "weekend": []}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].validators.append(
                RegexValidator(
                    institution.schema()["$defs"]["code"]["pattern"],
                    _("A code is two to eight capital letters, such as IN."),
                )
            )

    def clean_holidays(self) -> str:
        country: str = self.cleaned_data["holidays"]
        if country and not deadlines.knows(country):
            raise forms.ValidationError(
                _("No public holidays are known of “%(code)s”. Write a code such as IN."),
                params={"code": country},
            )
        return country

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        for name, empty in self.EMPTY.items():
            if name in cleaned and cleaned[name] is None:
                cleaned[name] = empty
        if cleaned.get("weekend") == {}:
            self.add_error("weekend", _("Write the days as a list, such as [6, 7]."))
        shapes = institution.schema()["properties"]["states"]["items"]["properties"]
        for name in self.SHAPED:
            if name not in cleaned:
                continue
            well_formed = Draft202012Validator(shapes[name]).is_valid(cleaned[name])
            # The database has no place for this character in JSON.
            if not well_formed or "\\u0000" in json.dumps(cleaned[name]):
                self.add_error(
                    name,
                    _("This is not in the form of the institution’s file: %(form)s")
                    % {"form": shapes[name]["description"]},
                )
        return cleaned


@admin.register(State)
class StateAdmin(OnRecord):
    form = StateForm
    fields = (
        "code",
        "code3",
        "nature",
        "name",
        "official_name",
        "names",
        "native_names",
        "languages",
        "protocol_order",
        "time_zone",
        "weekend",
        "holidays",
        *SOURCES,
        "is_example",
    )
    made_once = ("code",)
    shown = ("is_example",)
    needs_source = True
    list_display = ("name", "code", "nature", "protocol_order", "time_zone", "verified")
    list_filter = ("nature", "unverified", "is_example")
    search_fields = ("name", "official_name", "=code", "=code3")


@admin.register(Membership)
class MembershipAdmin(OnRecord):
    form = DatedForm
    fields = ("state", "status", "since", "until", *SOURCES, "seats_fixed")
    shown = ("seats_fixed",)
    needs_source = True
    list_display = ("state", "status", "holds", "verified")
    list_filter = (Holds, "status", "unverified")
    list_select_related = ("state",)
    search_fields = ("state__name", "=state__code")
    ordering = ("state__protocol_order", "state__name", "period")

    @admin.display(description=gettext_lazy("seats fixed under it"))
    def seats_fixed(self, membership: Membership) -> str:
        count = _seats_fixed(membership)
        if not count:
            return _("None.")
        return ngettext(
            "%(count)d. It stays as it was fixed, whatever is corrected here.",
            "%(count)d. They stay as they were fixed, whatever is corrected here.",
            count,
        ) % {"count": count}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        known = Membership.objects.get(pk=obj.pk) if change else None
        super().save_model(request, obj, form, change)
        seats = _seats_fixed(known) if known is not None else 0
        if seats and {"state", "status", "since", "until"} & set(form.changes):
            words = ngettext(
                "%(count)d seat was fixed under this membership as it was on record. It stays.",
                "%(count)d seats were fixed under this membership as it was on record. They stay.",
                seats,
            )
            self.message_user(request, words % {"count": seats}, messages.WARNING)


def _seats_fixed(membership: Membership) -> int:
    """How many meetings gave the state a seat while it belonged so."""
    count: int = membership.state.seats.filter(
        meeting__convened__contained_by=membership.period
    ).count()
    return count


class PresidencyForm(DatedForm):
    """A term of the table. What it may be depends on its neighbours, which move along."""

    day: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "year" in self.fields:
            years = institution.schema()["$defs"]["year"]
            self.fields["year"].validators += [
                MinValueValidator(years["minimum"]),
                MaxValueValidator(years["maximum"]),
            ]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if self.is_change and self.period is not None and "state" in cleaned and not self.errors:
            try:
                presidencies.check(presidencies.corrected(self.instance, **self.term()), self.day)
            except CannotChange as refusal:
                self.add_error(None, str(refusal))
        return cleaned

    def term(self) -> dict[str, Any]:
        """The term that was written, as the acts on the table take it."""
        cleaned = self.cleaned_data
        return {
            "state": cleaned["state"],
            "period": self.period,
            "since": cleaned["since"],
            "until": cleaned["until"],
        }

    def place(self, cleaned: dict[str, Any]) -> None:
        # A shared boundary moves for both, so an overlap with a neighbour is none yet.
        if not self.is_change:
            super().place(cleaned)


class ExchangeForm(forms.Form):
    """Why the states of two presidencies change places, and how the table read on the screen."""

    seen = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=AdminTextareaWidget(attrs={"rows": 3, "autofocus": True}),
        help_text=gettext_lazy("It enters the register and the notes of both presidencies."),
        error_messages={"required": gettext_lazy("Write why they change places.")},
    )


@admin.register(Presidency)
class PresidencyAdmin(OnRecord):
    form = PresidencyForm
    fields = ("year", "state", "since", "until", *SOURCES)
    made_once = ("year",)
    needs_source = True
    needs_reason = True
    list_display = ("__str__", "holds", "verified")
    list_display_links = ("__str__",)
    list_filter = (Holds, "unverified")
    list_select_related = ("state",)
    search_fields = ("state__name", "=state__code", "=year")
    ordering = ("-period",)
    actions = ("exchange_years",)

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "exchange/",
            self.admin_site.admin_view(self.exchange_view),
            name="secretariat_presidency_exchange",
        )
        return [own, *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        reason, day = form.cleaned_data["reason"], form.day
        if not change:
            presidencies.add(obj, reason=reason, **actor(request))
            return
        moved = presidencies.correct(obj, **form.term(), reason=reason, on=day, **actor(request))
        corrections.correct(obj, SOURCES, reason=reason, **actor(request))
        for neighbour in moved:
            if neighbour != obj:
                self.message_user(
                    request,
                    _("The boundary moved for %(presidency)s too: %(term)s.")
                    % {"presidency": neighbour, "term": neighbour.term},
                    messages.WARNING,
                )

    @admin.action(
        description=gettext_lazy("Exchange the years of two presidencies"), permissions=["change"]
    )
    def exchange_years(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        chosen = [str(pk) for pk in queryset.order_by("year").values_list("pk", flat=True)[:3]]
        if len(chosen) != 2:
            self.message_user(request, CHOOSE_TWO, messages.ERROR)
            return None
        return HttpResponseRedirect(
            reverse("admin:secretariat_presidency_exchange") + "?one={}&other={}".format(*chosen)
        )

    def exchange_view(self, request: HttpRequest) -> HttpResponse:
        """Before and after, and the reason. Sent twice, they change places once."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        data = request.POST if request.method == "POST" else request.GET
        keys = [int(data[name]) for name in ("one", "other") if data.get(name, "").isdecimal()]
        pair = Presidency.objects.select_related("state").filter(pk__in=keys).order_by("year")
        back = HttpResponseRedirect(reverse("admin:secretariat_presidency_changelist"))
        if len(pair) != 2:
            self.message_user(request, CHOOSE_TWO, messages.ERROR)
            return back
        one, other = pair
        now = _as_read({one: one.state, other: other.state})
        form = ExchangeForm(initial={"seen": now})
        status, problem = 200, ""
        if request.method == "POST":
            form = ExchangeForm(request.POST)
            if data.get("seen") == _as_read({one: other.state, other: one.state}):
                return back
            if not form.is_valid():
                status = 422
            elif form.cleaned_data["seen"] != now:
                status = 409
                problem = _("The table has changed since you opened this page. It now reads so.")
                form = ExchangeForm(initial={**form.cleaned_data, "seen": now})
            else:
                try:
                    self._exchange(request, one, other, form.cleaned_data["reason"])
                    return back
                except CannotChange as refusal:
                    status, problem = 409, str(refusal)
        else:
            try:
                presidencies.check_exchange(one, other, request.standing.day)  # type: ignore[attr-defined]
            except CannotChange as refusal:
                problem, form = str(refusal), None
        after = presidencies.exchanged(one, other)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Exchange the years of two presidencies"),
            "opts": self.opts,
            "form": form,
            "problem": problem,
            "pair": (one, other),
            "rows": [{"presidency": row, "after": after[row].state} for row in (one, other)],
        }
        template = "admin/secretariat/presidency/exchange.html"
        return TemplateResponse(request, template, context, status=status)

    def _exchange(
        self, request: HttpRequest, one: Presidency, other: Presidency, reason: str
    ) -> None:
        day = request.standing.day  # type: ignore[attr-defined]
        presidencies.exchange(one, other, reason=reason, on=day, **actor(request))
        for presidency in (one, other):
            self.log_change(request, presidency, _("Changed places: %(why)s") % {"why": reason})
        words = _("%(one)s and %(other)s have changed places.") % {"one": one, "other": other}
        self.message_user(request, words, messages.SUCCESS)


def _as_read(states: dict[Presidency, State]) -> str:
    """How the table reads: each row with its state, to know it again."""
    return " ".join(f"{presidency.pk}:{state.pk}" for presidency, state in states.items())


class AuthorityForm(DatedForm):
    begins_somewhere = False

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        state = cleaned.get("state") or (self.instance.state if self.is_change else None)
        after = cleaned.get("continued_by")
        if state and after and after.state_id != state.pk:
            self.add_error(
                "continued_by",
                _("%(authority)s is an authority of %(other)s, not of %(state)s.")
                % {"authority": after, "other": after.state, "state": state},
            )
        if after and not cleaned.get("until"):
            self.add_error("until", _("What is continued by another has ended. Write when."))
        if state and self.period is not None and cleaned.get("name"):
            # The rule of the database does not compare intervals without an end.
            alike = Authority.objects.filter(
                state=state, name=cleaned["name"], period__overlap=self.period
            )
            if alike.exclude(pk=self.instance.pk).exists():
                self.add_error(None, _("This authority is on record for these days already."))
        return cleaned


@admin.register(Authority)
class AuthorityAdmin(OnRecord):
    form = AuthorityForm
    fields = ("state", "name", "native_name", "leads", "since", "until", "continued_by", *SOURCES)
    made_once = ("state",)
    needs_source = True
    autocomplete_fields = ("continued_by",)
    list_display = ("name", "state", "leads", "holds", "continued_by", "verified")
    list_filter = (Holds, "leads", "unverified", "state")
    list_select_related = ("state", "continued_by")
    search_fields = ("name", "native_name", "state__name", "=state__code")


@admin.register(Milestone)
class MilestoneAdmin(OnRecord):
    fields = ("on", "title", *SOURCES)
    needs_source = True
    list_display = ("title", "on", "verified")
    list_filter = ("unverified",)
    search_fields = ("title", "on")


# People and their accounts


class Appointments(ReadOnlyRows):
    model = Appointment
    fields = ("function", "state", "level", "authority", "holds", "basis")
    readonly_fields = ("holds",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("state", "authority", "person")

    @admin.display(description=pgettext_lazy("interval", "period"))
    def holds(self, appointment: Appointment) -> str:
        return appointment.term


@admin.register(Person)
class PersonAdmin(OnRecord):
    """A person. Whose account it is follows from an invitation and is nobody's to reassign."""

    fields = ("name", "email", "user", "is_example")
    shown = ("user", "is_example")
    inlines = (Appointments,)
    list_display = ("name", "email", "user", "is_example")
    list_filter = ("is_example", ("user", admin.EmptyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("name", "email", "user__username")


@admin.register(Appointment)
class AppointmentAdmin(ReadOnly):
    """What people are appointed to; accrediting and recalling are acts of delegations."""

    fields = ("person", "function", "level", "state", "authority", "holds", "basis")
    list_display = ("person", "function", "level", "state", "holds")
    list_filter = (Holds, "function", "level", "state")
    list_select_related = ("person", "state")
    search_fields = ("person__name", "state__name", "basis")


class AccountForm(RecordForm, UserChangeForm):
    """An account. Somebody always remains to keep the others."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        keeps = all(cleaned.get(flag) for flag in ("is_active", "is_staff", "is_superuser"))
        others = User.objects.filter(is_active=True, is_staff=True, is_superuser=True)
        if not keeps and not others.exclude(pk=self.instance.pk).exists():
            self.add_error(
                None, _("This is the last account that can administer the portal, so it stays so.")
            )
        return cleaned


admin.site.unregister(User)
# Groups follow from appointments alone, and a permission given to an account opens nothing.
admin.site.unregister(Group)


@admin.register(User)
class AccountAdmin(OnRecord, UserAdmin):
    """Accounts. What they may do in the partnership follows from appointments, not from here."""

    form = AccountForm
    fieldsets = None
    fields = (
        "username",
        "first_name",
        "last_name",
        "email",
        "is_active",
        "is_staff",
        "is_superuser",
    )
    shown = ("who", "last_login", "date_joined")
    list_display = ("username", "who", "email", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser", "is_staff")
    list_select_related = ("person",)
    search_fields = ("username", "email", "person__name")
    filter_horizontal = ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        door = ("username",) if _speaks(obj) and obj != request.user else ("username", "password")
        return [
            (None, {"fields": door}),
            (_("Whose it is"), {"fields": ("who", "first_name", "last_name", "email")}),
            (_("What it opens"), {"fields": ("is_active", "is_staff", "is_superuser")}),
            (_("Dates"), {"fields": ("last_login", "date_joined")}),
            (_("Why it is changed"), {"fields": ("reason", "seen")}),
        ]

    @admin.display(description=gettext_lazy("person"), ordering="person__name")
    def who(self, account: User) -> str:
        return str(getattr(account, "person", None) or _("Nobody of the partnership"))

    @transaction.atomic
    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """Set a password. Whoever knows the one of a delegation's head could speak for a state."""
        account = self.get_object(request, id)
        if account is not None and account != request.user and _speaks(account):
            raise PermissionDenied(
                _(
                    "%(person)s holds an appointment, and whoever knows the password could act "
                    "in that place. So nobody else sets it."
                )
                % {"person": account.person}
            )
        before = account.password if account is not None else ""
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and account is not None:
            account.refresh_from_db()
            if account.password != before:
                who = actor(request)
                facts = {"account": who["account"]} if who["account"] else {}
                name = account.get_username()
                register.enter("set_password", account, by=who["by"], name=name, **facts)
        return response


def _speaks(account: User) -> bool:
    """Whether the person of an account is appointed to anything, now or later."""
    lasts = Q(period__upper_inf=True) | Q(period__endswith__gt=timezone.now().date())
    return Appointment.objects.filter(lasts, person__user=account).exists()


# Records of acts


# What administrators change, or see change: the register's other entries are read where the
# texts are that they speak of.
MASTER_DATA = (
    "secretariat.state",
    "secretariat.membership",
    "secretariat.presidency",
    "secretariat.authority",
    "secretariat.milestone",
    "secretariat.person",
    "secretariat.appointment",
    "meetings.body",
    "meetings.meeting",
    "auth.user",
)


class Acts(admin.SimpleListFilter):
    title = gettext_lazy("act")
    parameter_name = "act"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(ACTS.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(act=self.value()) if self.value() else queryset


@admin.register(Entry)
class EntryAdmin(ReadOnly):
    """The register, as far as it speaks of people, states and meetings."""

    fields = ("instant", "title", "subject_name", "who", "capacity", "reason", "what")
    list_display = ("instant", "title", "subject_name", "who", "reason")
    list_display_links = ("instant", "title")
    list_filter = (Acts, ("subject_type", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("by", "subject_type")
    search_fields = ("by__name", "facts__reason", "facts__state", "facts__account")
    date_hierarchy = "at"
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> Any:
        kinds = Q()
        for label in MASTER_DATA:
            app, model = label.split(".")
            kinds |= Q(subject_type__app_label=app, subject_type__model=model)
        return super().get_queryset(request).filter(kinds)

    @admin.display(description=gettext_lazy("at"), ordering="id")
    def instant(self, entry: Entry) -> str:
        return date_format(entry.at, "j F Y, H:i e")

    @admin.display(description=gettext_lazy("act"), ordering="act")
    def title(self, entry: Entry) -> str:
        return str(ACTS.get(entry.act, entry.act))

    @admin.display(description=gettext_lazy("record"))
    def subject_name(self, entry: Entry) -> str:
        facts = entry.facts
        name = facts.get("name") or facts.get("meeting_name") or facts.get("person")
        return f"{entry.subject_type.name.capitalize()}: {name or entry.subject_id}"

    @admin.display(description=gettext_lazy("by"), ordering="by__name")
    def who(self, entry: Entry) -> str:
        return str(entry.by or entry.facts.get("account") or _("The administrator of the portal"))

    @admin.display(description=gettext_lazy("reason"))
    def reason(self, entry: Entry) -> str:
        return str(entry.facts.get("reason") or "–")

    @admin.display(description=gettext_lazy("what changed"))
    def what(self, entry: Entry) -> str:
        model = entry.subject_type.model_class()
        found = changes(model, entry.facts) if model else []
        return format_html_join(
            "",
            "<p>{}: {}{}</p>",
            (
                (change["field"], change["before"] and f"{change['before']} → ", change["after"])
                for change in found
            ),
        )


@admin.register(Notice)
class NoticeAdmin(ReadOnly):
    """Whether letters went out. What they say is for those they are addressed to."""

    fields = ("person", "created", "delivery", "sent", "attempts", "next_attempt", "error")
    list_display = fields
    list_display_links = None
    list_filter = ("delivery", "error")
    list_select_related = ("person",)
    search_fields = ("person__name", "person__email")
    date_hierarchy = "created"
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> Any:
        acts = super().get_queryset(request).filter(entry__isnull=False)
        return acts.defer("subject", "body", "path")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_view_permission(request)


class Ticks(ReadOnlyRows):
    model = Tick
    fields = ("point", "side", "by", "at")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("by")


@admin.register(HandOver)
class HandOverAdmin(ReadOnly):
    """When the secretariat passed on. What one side wrote to the other is theirs."""

    fields = ("outgoing", "incoming", "offered", "offered_by", "at", "taken_by", "is_example")
    inlines = (Ticks,)
    list_display = ("__str__", "offered", "at", "taken_by")
    list_select_related = ("outgoing__state", "incoming__state", "taken_by")


@admin.register(Invitation)
class InvitationAdmin(ReadOnly):
    fields = ("person", "email", "by", "made", "expires", "accepted", "withdrawn")
    list_display = ("person", "email", "made", "accepted", "withdrawn")
    list_filter = (("accepted", admin.EmptyFieldListFilter),)
    list_select_related = ("person",)
    search_fields = ("person__name", "email")
    date_hierarchy = "made"


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnly):
    fields = ("person", "made", "ended")
    list_display = ("person", "made", "ended")
    list_filter = (("ended", admin.EmptyFieldListFilter),)
    list_select_related = ("person",)
    search_fields = ("person__name",)
