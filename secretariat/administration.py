"""How the stock administration treats facts on record: corrected with a reason, never deleted.

Administrators have accounts and configuration, and no authority to speak for any state. So what a
state or an organ did is not theirs to change, or to read where the public may not.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget, AdminTextareaWidget
from django.core.exceptions import FieldDoesNotExist
from django.db import DataError, IntegrityError, connection, models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from secretariat import corrections, register
from secretariat.dates import PartialDate, PartialDateFormField
from secretariat.models import Entry
from secretariat.models.people import BEFORE_EVERY_RECORD
from secretariat.models.states import Dated
from secretariat.presidencies import CannotChange

logger = logging.getLogger(__name__)

ACTS = {
    "record": gettext_lazy("Put on record"),
    "correct": gettext_lazy("Corrected"),
    "change_presidency": gettext_lazy("Presidency changed"),
    "accredit": gettext_lazy("Appointed"),
    "recall": gettext_lazy("Appointment ended"),
    "convene": gettext_lazy("Meeting convened"),
    "set_password": gettext_lazy("Password set"),
}


def actor(request: HttpRequest) -> dict[str, Any]:
    """Who acts, as the operations ask: the person, or the account that is nobody's."""
    person = request.person  # type: ignore[attr-defined]
    return {"by": person, "account": "" if person else request.user.get_username()}


# Forms


class RecordForm(forms.ModelForm):
    """A record with the reason for changing it.

    A change made meanwhile by somebody else is noticed, and never overwritten unseen.
    """

    told: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    sourced = False
    reasoned = False

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=AdminTextareaWidget(attrs={"rows": 3}),
        help_text=gettext_lazy("It enters the register, with what the record said before."),
        error_messages={"required": gettext_lazy("Write why the record is changed.")},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_change = self.instance.pk is not None
        if not (self.is_change or self.reasoned):
            del self.fields["reason"]
        if self.is_change:
            self.now = corrections.fingerprint(self.instance, self.told)
            self.fields["seen"].initial = self.now
        else:
            del self.fields["seen"]
        for field in self.fields.values():
            # What was there before is asked of the record, not of the page.
            field.show_hidden_initial = False
        if self.sourced and "source" in self.fields:
            self.fields["source"].required = True
            self.fields["source"].error_messages["required"] = _("Write where the fact was read.")

    @property
    def changes(self) -> list[str]:
        return [name for name in self.changed_data if name not in ("reason", "seen")]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if not self.is_change:
            return cleaned
        if cleaned is not None and cleaned.get("seen") != self.now:
            # Sent once more, after this has been read, it counts.
            self.data = self.data.copy()
            self.data[self.add_prefix("seen")] = self.now
            self.add_error(
                None,
                _(
                    "Somebody has changed this record while you had it open. What stands below is "
                    "what you wrote; the history shows what the record says. Saving replaces it."
                ),
            )
        elif not self.changes:
            self.add_error(None, _("Nothing is different from what the record says."))
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        # Rules also look at what the form only shows, or works out from what was written.
        found: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return found - (set(self.kept) - set(self.errors))


class DatedForm(RecordForm):
    """A fact that holds from one day until another, as exactly as the record has the days."""

    begins_somewhere = True

    since = PartialDateFormField(
        label=pgettext_lazy("interval", "From"),
        widget=AdminDateWidget,
        help_text=gettext_lazy("The first day, or its month or year: 2027-01-01, 2027-01 or 2027."),
    )
    until = PartialDateFormField(
        label=pgettext_lazy("interval", "Until"),
        widget=AdminDateWidget,
        required=False,
        help_text=gettext_lazy("The first day it does not hold any more. Empty while it lasts."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.period: DateRange | None = None
        self.fields["since"].required = self.begins_somewhere
        if self.instance.period:
            for name, day in self._bounds().items():
                self.initial[name] = getattr(self.instance, name) or (day and PartialDate.of(day))

    def _bounds(self) -> dict[str, Any]:
        return {"since": self.instance.period.lower, "until": self.instance.period.upper}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if "since" not in cleaned or "until" not in cleaned:
            return cleaned
        since, until = cleaned["since"], cleaned["until"]
        if self.begins_somewhere and since.first < BEFORE_EVERY_RECORD:
            self.add_error("since", _("No record of the partnership is that old."))
            return cleaned
        if since and until and until.first <= since.first:
            self.add_error(
                "until",
                _("%(until)s is not after %(since)s.") % {"until": until, "since": since},
            )
            return cleaned
        # PostgreSQL writes an open beginning as exclusive; written alike, the two compare equal.
        self.period = DateRange(
            since.first if since else None, until.first if until else None, "[)" if since else "()"
        )
        for name, day in self._bounds().items() if self.instance.period else ():
            if (
                getattr(self.instance, name) is None
                and day
                and cleaned[name] == PartialDate.of(day)
            ):
                cleaned[name] = None
        self.place(cleaned)
        return cleaned

    def place(self, cleaned: dict[str, Any]) -> None:
        """Give the record its days, for the rules to look at."""
        self.instance.period = self.period

    def _get_validation_exclusions(self) -> set[str]:
        found = super()._get_validation_exclusions()
        return found | {"period"} if self.instance.period is not self.period else found


# Lists


class Holds(admin.SimpleListFilter):
    """Facts that hold today, did before, or will."""

    title = gettext_lazy("time")
    parameter_name = "holds"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("now", pgettext_lazy("interval", "Holds today")),
            ("past", pgettext_lazy("interval", "Is over")),
            ("ahead", pgettext_lazy("interval", "Is to come")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        today = timezone.now().date()
        rules = {
            "now": {"period__contains": today},
            "past": {"period__endswith__lte": today},
            "ahead": {"period__startswith__gt": today},
        }
        return queryset.filter(**rules.get(self.value() or "", {}))


# What may be done with a record


class Words(admin.ModelAdmin):
    """Columns that say in words what a record holds."""

    view_on_site: Any = False

    @admin.display(description=pgettext_lazy("interval", "period"), ordering="period")
    def holds(self, row: Any) -> str:
        return str(row.term)

    @admin.display(description=gettext_lazy("verified"), ordering="unverified", boolean=True)
    def verified(self, row: Any) -> bool:
        return not row.unverified


class ReadOnly(Words):
    """What is on record here and changed by its own acts elsewhere, or by none."""

    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        return list(self.get_fields(request, obj))


class ReadOnlyRows(admin.TabularInline):
    """Rows shown on the page of the record they belong to."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class OnRecord(Words):
    """A fact an administrator keeps: put on record and corrected with a reason, never deleted."""

    form = RecordForm
    formfield_overrides = {
        kind: {"widget": AdminTextareaWidget(attrs={"rows": 4})}
        for kind in (models.TextField, models.JSONField)
    }
    object_history_template = "admin/secretariat/history.html"
    # Written when the record is made, and not changed afterwards.
    made_once: tuple[str, ...] = ()
    # Shown beside what is written.
    shown: tuple[str, ...] = ()
    needs_source = False
    needs_reason = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        written = [name for name in self.get_fields(request, obj) if obj or name not in self.shown]
        fieldsets: list[Any] = [(None, {"fields": written})]
        if self.has_change_permission(request, obj):
            if obj is not None:
                fieldsets.append((_("Why it is changed"), {"fields": ["reason", "seen"]}))
            elif self.needs_reason:
                fieldsets.append((_("Why it is put on record"), {"fields": ["reason"]}))
        return fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        return [*self.shown, *(self.made_once if obj is not None else ())]

    def told(self) -> tuple[str, ...]:
        """The fields whose values the register keeps."""
        fields = [name for name in self.fields or () if name not in self.shown]
        return (*fields, "period") if issubclass(self.model, Dated) else tuple(fields)

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, **kwargs)
        form.told, form.kept = self.told(), ("id", "period", *self.made_once)
        form.sourced, form.reasoned = self.needs_source, self.needs_reason
        form.day = request.standing.day  # type: ignore[attr-defined]
        return form

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        # No windows that open over the form: each record is made on its own page.
        for offer in ("can_add_related", "can_change_related", "can_view_related"):
            if field is not None and hasattr(field.widget, offer):
                setattr(field.widget, offer, False)
        return field

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is not None and request.method == "POST" and connection.in_atomic_block:
            # What is checked and written below is what the record says, and nobody else's turn.
            type(found)._base_manager.select_for_update().get(pk=found.pk)
            found = super().get_object(request, object_id, from_field)
        return found

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        for again in (True, False):
            try:
                return super().changeform_view(request, object_id, form_url, extra_context)
            except (IntegrityError, DataError, CannotChange) as refusal:
                # Somebody else was faster. Asked again, the form sees that and says so.
                if not again:
                    logger.exception("The database refused what a form had allowed.")
                    self.message_user(
                        request,
                        str(refusal)
                        if isinstance(refusal, CannotChange)
                        else _("This contradicts what is on record, so nothing was saved."),
                        messages.ERROR,
                    )
        return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        reason = form.cleaned_data.get("reason", "")
        if change:
            corrections.correct(obj, self.told(), reason=reason, **actor(request))
        else:
            corrections.record(obj, self.told(), reason=reason, **actor(request))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        entries = register.entries_about(found)[:100] if found is not None else []
        lines = {"lines": [line(self.model, entry) for entry in entries]}
        return super().history_view(request, object_id, lines | (extra_context or {}))


# The register in words


def line(model: type[models.Model], entry: Entry) -> dict[str, Any]:
    """An entry about a record as a line of its history."""
    return {
        "at": entry.at,
        "act": ACTS.get(entry.act, entry.act),
        "by": entry.by or entry.facts.get("account") or _("The administrator of the portal"),
        "reason": entry.facts.get("reason", ""),
        "changes": changes(model, entry.facts),
    }


def changes(model: type[models.Model], facts: dict[str, Any]) -> list[dict[str, Any]]:
    """What an entry says was there before, and what is there since."""
    before, after = facts.get("before") or {}, facts.get("after") or {}
    if not isinstance(before, dict) or not isinstance(after, dict):
        return []
    return [
        {
            "field": label(model, name),
            "before": worded(before.get(name)) if before else "",
            "after": worded(after.get(name)),
        }
        for name in after
        if before.get(name) != after[name]
    ]


def label(model: type[models.Model], name: str) -> str:
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        return name
    return str(field.verbose_name)


def worded(value: Any) -> str:
    """A value of the register as people read it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return ", ".join(f"{name}: {worded(inner)}" for name, inner in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(worded(inner) for inner in value)
    return str(value)
