"""States, and who was who."""

from django.urls import URLPattern, path

from secretariat.views import states

urlpatterns: list[URLPattern] = [
    path("states/", states.states, name="states"),
    path("states/<slug:code>/", states.state, name="state"),
    path("who/", states.who_was_who, name="who"),
]
