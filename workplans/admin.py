"""The room in the stock administration: what anybody may read, and how its typesetting stands.

Drafts, texts before a meeting, positions and progress belong to the states and the secretariat
that wrote them. An administrator has no seat among them, so they are not to be found here.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

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
            .filter(revision__in=WorkPlan.objects.public_texts())
            .select_related("meeting__body", "by", "appointment__person", "appointment__state")
            .select_related("revision")
            .defer("revision__text")
        )


@admin.register(WorkPlan)
class WorkPlanAdmin(ReadOnly):
    """Plans by the text that anybody may read: an amendment under way shows nowhere here."""

    fields = ("year", "called", "stands", "presidency", "text", "language", "is_example")
    inlines = (Decisions,)
    list_display = ("year", "called", "stands", "presidency", "is_example")
    list_display_links = ("year", "called")
    list_filter = ("is_example",)
    list_select_related = ("presidency__state",)
    search_fields = ("public_title", "=year")

    def get_queryset(self, request: HttpRequest) -> Any:
        public = WorkPlan.objects.public().select_related(
            "presidency__state", "revision", "in_force"
        )
        public = public.annotate(public_title=Coalesce("in_force__title", "revision__title"))
        return public.defer("revision__text", "in_force__text")

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            # The page is headed by it; of the draft the title is nobody's to read here.
            found.title = self.called(found)
        return found

    @admin.display(description=_("title"), ordering="public_title")
    def called(self, obj: WorkPlan) -> str:
        return str(obj.public_text.title) if obj.public_text else ""

    @admin.display(description=_("status"))
    def stands(self, obj: WorkPlan) -> str:
        return str(WorkPlan.Status(obj.public_status).label)

    @admin.display(description=_("text"))
    def text(self, obj: WorkPlan) -> str:
        return str(obj.public_text or "")

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
