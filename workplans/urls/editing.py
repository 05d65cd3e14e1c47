from django.urls import include, path

from workplans.views import editing, parked, presence

urlpatterns = [
    path(
        "desk/plans/<int:year>/edit/",
        include(
            [
                path("", editing.edit, name="edit"),
                path("general/", editing.general, name="edit_general"),
                path("areas/add/", editing.area_add, name="area_add"),
                path("areas/<uuid:key>/", editing.area, name="area"),
                path("areas/<uuid:key>/activities/add/", editing.activity_add, name="activity_add"),
                path("activities/<uuid:key>/", editing.activity, name="activity"),
                path("texts/add/<str:kind>/", editing.text_add, name="text_add"),
                path("texts/<uuid:key>/", editing.text, name="text"),
                path("calendar/", editing.calendar, name="calendar"),
                path("present/", presence.present, name="present"),
                path("<str:part>/<uuid:key>/remove/", editing.remove, name="remove"),
                path("<str:part>/<uuid:key>/move/", editing.move, name="move"),
            ]
        ),
    ),
    path("desk/prose/", editing.prose, name="prose"),
    path(
        "desk/plans/<int:year>/parked/",
        include(
            [
                path("", parked.index, name="parked"),
                path("<uuid:key>/", parked.text, name="parked_text"),
                path("<uuid:key>/discard/", parked.discard, name="parked_discard"),
                path("<uuid:key>/again/", parked.again, name="parked_again"),
            ]
        ),
    ),
]
