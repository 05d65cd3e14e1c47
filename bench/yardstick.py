"""The yardstick: a plain Django list page, three queries and twenty joined rows.

Every other figure is a multiple of what this page costs in the same run, so that a busy or a slow
machine changes none of them much.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path

from bpic.urls import urlpatterns as portal
from meetings.models import Meeting
from secretariat.models import Presidency, State

PAGE = Engine().from_string(
    "<html><body><h1>Yardstick</h1><p>{{ states }} {{ presidencies }}</p><ul>"
    "{% for meeting in meetings %}<li><a href='/{{ meeting.slug }}/'>{{ meeting.place }}</a> "
    "{{ meeting.body.name }}, {{ meeting.year }}, {{ meeting.host.name }}: a line of words as "
    "long as a list page usually has, so that the page weighs about four kilobytes</li>"
    "{% endfor %}</ul></body></html>"
)


@login_not_required
def page(request: HttpRequest) -> HttpResponse:
    context = {
        "meetings": Meeting.objects.select_related("body", "host")[:20],
        "states": State.objects.count(),
        "presidencies": Presidency.objects.count(),
    }
    return HttpResponse(PAGE.render(Context(context)))


urlpatterns = [path("yardstick/", page), *portal]
