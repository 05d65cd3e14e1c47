"""The portal's addresses: pages under their language, what machines ask for without one."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.generic import RedirectView

from bpic import health
from bpic.views import calendar, desk, entrance, handover, mailbox, notices, public

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("schema/work-plan-<int:form>.json", public.plan_schema, name="plan_schema"),
    path("", login_not_required(RedirectView.as_view(pattern_name="home")), name="root"),
    *i18n_patterns(
        path("", public.home, name="home"),
        path("about/", public.about, name="about"),
        path("about/how-decisions-are-made/", public.decisions_made, name="decisions_made"),
        path("presidency/", public.presidency, name="presidency"),
        path("presidency/<int:year>/", public.presidency_year, name="presidency_year"),
        path("sign-in/", entrance.SignIn.as_view(), name="sign_in"),
        path("sign-in/example/", entrance.example_sign_in, name="example_sign_in"),
        path("sign-in/mail/", mailbox.example_mail, name="example_mail"),
        path("sign-out/", LogoutView.as_view(), name="sign_out"),
        path("desk/", desk.desk, name="desk"),
        path("desk/notices/", notices.notices, name="notices"),
        path("desk/notices/settings/", notices.notice_settings, name="notice_settings"),
        path("desk/notices/who-is-told/", notices.who_is_told, name="who_is_told"),
        path("desk/notices/sent/", notices.sent_notices, name="sent_notices"),
        path("desk/notices/sent/again/", notices.send_again, name="send_again"),
        path("desk/calendar/", calendar.own_calendar, name="own_calendar"),
        path("calendar/<str:secret>.ics", calendar.own_feed, name="own_feed"),
        path("desk/hand-over/", handover.hand_over, name="hand_over"),
        path("desk/hand-over/<int:year>/", handover.hand_over_of, name="hand_over_of"),
        path("desk/hand-over/<int:year>/tick/", handover.tick, name="hand_over_tick"),
        path("desk/hand-over/<int:year>/offer/", handover.offer, name="hand_over_offer"),
        path("desk/hand-over/<int:year>/withdraw/", handover.withdraw, name="hand_over_withdraw"),
        path("desk/hand-over/<int:year>/take-over/", handover.take_over, name="hand_over_take"),
        path("", include("secretariat.urls")),
        path("", include("meetings.urls")),
        path("", include("workplans.urls")),
        path("administration/", admin.site.urls),
    ),
]
