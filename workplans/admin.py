"""The room in the stock administration: what anybody may read, and how its typesetting stands.

Drafts, texts before a meeting, positions and progress belong to the states and the secretariat
that wrote them. An administrator has no seat among them, so they are not to be found here.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from secretariat.administration import ReadOnly, ReadOnlyRows
from workplans.models import Decision, Document, Revision, WorkPlan


class Decisions(ReadOnlyRows):
    """The decisions about the text that is public, and about none before it."""

    model = Decision
    fields = ("act", "on", "meeting", "by", "appointment")

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super()
            .get_queryset(request)
            .filter(revision__in=WorkPlan.objects.public().values("revision"))
            .select_related("meeting__body", "by", "appointment__person", "appointment__state")
            .select_related("revision")
            .defer("revision__text")
        )


@admin.register(WorkPlan)
class WorkPlanAdmin(ReadOnly):
    fields = ("year", "title", "status", "presidency", "revision", "language", "is_example")
    inlines = (Decisions,)
    list_display = ("year", "title", "status", "presidency", "is_example")
    list_display_links = ("year", "title")
    list_filter = ("status", "is_example")
    list_select_related = ("presidency__state",)
    search_fields = ("title", "=year")

    def get_queryset(self, request: HttpRequest) -> Any:
        public = WorkPlan.objects.public().select_related("presidency__state", "revision")
        return public.defer("revision__text")

    def view_on_site(self, obj: WorkPlan) -> str:
        return obj.get_absolute_url()


@admin.register(Revision)
class RevisionAdmin(ReadOnly):
    """Texts that were decided and issued, by their symbols and digests."""

    fields = ("symbol", "title", "digest", "frozen", "by")
    list_display = ("symbol", "title", "frozen", "digest")
    search_fields = ("symbol", "digest")
    date_hierarchy = "frozen"

    def get_queryset(self, request: HttpRequest) -> Any:
        issued = Document.objects.public().filter(revision__isnull=False)
        found = super().get_queryset(request).filter(pk__in=issued.values("revision"))
        return found.select_related("by").defer("text")


@admin.register(Document)
class DocumentAdmin(ReadOnly):
    fields = (
        "symbol",
        "title",
        "kind",
        "edition",
        "on",
        "superseded_by",
        "status",
        "step",
        "attempt",
        "lease",
        "error",
        "sha256",
        "size",
        "pages",
        "requested",
        "issued",
    )
    list_display = ("symbol", "title", "on", "status", "attempt", "superseded_by")
    list_filter = ("status", "kind", "edition")
    list_select_related = ("superseded_by",)
    search_fields = ("symbol", "title", "sha256")
    date_hierarchy = "on"

    def get_queryset(self, request: HttpRequest) -> Any:
        public = Document.objects.public().select_related("superseded_by")
        return public.defer("order", "superseded_by__order")

    def view_on_site(self, obj: Document) -> str:
        return obj.get_absolute_url()
