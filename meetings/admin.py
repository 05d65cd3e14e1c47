"""The room in the stock administration: what a meeting fixed is looked at, never rewritten."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.models import Body, Meeting, Seat
from secretariat.administration import OnRecord, ReadOnlyRows, RecordForm


@admin.register(Body)
class BodyAdmin(OnRecord):
    fields = ("code", "level", "name")
    shown = ("code", "level")
    list_display = ("name", "code", "level")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Seats(ReadOnlyRows):
    model = Seat
    fields = ("state", "status", "counted")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("state", "meeting__body")


class MeetingForm(RecordForm):
    def clean_number(self) -> int | None:
        number: int | None = self.cleaned_data["number"]
        others = Meeting.objects.filter(body=self.instance.body, is_example=False, number=number)
        taken = number and others.exclude(pk=self.instance.pk).first()
        if taken and not self.instance.is_example:
            raise ValidationError(
                _("%(body)s had its meeting no. %(number)d in %(year)d."),
                params={"body": taken.body, "number": number, "year": taken.year},
            )
        return number


@admin.register(Meeting)
class MeetingAdmin(OnRecord):
    """What the record tells of a meeting held before the portal can be told better.

    A meeting that was convened here is its presidency's act, seats and all.
    """

    form = MeetingForm
    fields = (
        "body",
        "title",
        "year",
        "status",
        "begins",
        "ends",
        "starts_at",
        "mode",
        "time_zone",
        "host",
        "convened",
        "number",
        "number_in_year",
        "place",
        "source",
        "unverified",
        "note",
        "outcome",
        "is_example",
    )
    shown = fields[: fields.index("number")] + ("outcome", "is_example")
    needs_source = True
    inlines = (Seats,)
    list_display = ("__str__", "year", "dates", "place", "status", "verified")
    list_filter = ("body", "status", "unverified", "is_example", "year")
    list_select_related = ("body",)
    search_fields = ("title", "place", "=year", "body__name", "slug")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may: bool = super().has_change_permission(request, obj)
        return may and (obj is None or obj.convened is None)

    def view_on_site(self, obj: Meeting) -> str:
        return obj.get_absolute_url()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        # Calendars that subscribed take a change only with a higher sequence number.
        Meeting.objects.filter(pk=obj.pk).update(sequence=F("sequence") + 1, changed=timezone.now())
