from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BpicConfig(AppConfig):
    name = "bpic"
    verbose_name = _("The portal")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Shared tasks find the app once Django is up; whoever only supervises need not load it.
        # Signing in is heard of by accounts and confirmation, wherever it happens first.
        from bpic import accounts, celery, confirmation  # noqa: F401
