"""The portal's addresses: pages under their language, what machines ask for without one."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.generic import RedirectView

from bpic import health
from bpic.views import desk, entrance, public

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("schema/work-plan-1.json", public.plan_schema, name="plan_schema"),
    path("", login_not_required(RedirectView.as_view(pattern_name="home")), name="root"),
    *i18n_patterns(
        path("", public.home, name="home"),
        path("about/", public.about, name="about"),
        path("about/how-decisions-are-made/", public.decisions_made, name="decisions_made"),
        path("presidency/", public.presidency, name="presidency"),
        path("sign-in/", entrance.SignIn.as_view(), name="sign_in"),
        path("sign-in/example/", entrance.example_sign_in, name="example_sign_in"),
        path("sign-out/", LogoutView.as_view(), name="sign_out"),
        path("desk/", desk.desk, name="desk"),
        path("desk/notices/", desk.notices, name="notices"),
        path("", include("secretariat.urls")),
        path("", include("meetings.urls")),
        path("", include("workplans.urls")),
        path("administration/", admin.site.urls),
    ),
]
