"""The stock administration behind the portal's own door."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache


class Administration(AdminSite):
    """Accounts and master data. It has no door of its own and leads to no page that is private."""

    site_title = gettext_lazy("Administration")
    index_title = gettext_lazy("Accounts and master data")

    @property
    def site_header(self) -> str:  # type: ignore[override]
        return _("%(portal)s: administration") % {"portal": settings.PARTNERSHIP["portal"]}

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        # This module is read before any model is.
        from django.contrib.auth.views import redirect_to_login

        index = reverse("admin:index")
        if not request.user.is_authenticated:
            after = request.GET.get(REDIRECT_FIELD_NAME) or index
            return redirect_to_login(after, reverse(settings.LOGIN_URL))
        if not self.has_permission(request):
            raise PermissionDenied(_("Only administrators can open this page."))
        return redirect(index)

    def get_urls(self) -> list[Any]:
        # Its "view on site" would tell whether there is a page that may not be opened.
        return [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]


class AdministrationConfig(AdminConfig):
    default_site = "bpic.administration.Administration"
