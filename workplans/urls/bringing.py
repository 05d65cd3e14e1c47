from django.urls import path

from workplans.views import bringing

urlpatterns = [
    path("desk/plans/<int:year>/edit/left-behind/", bringing.left_behind, name="left_behind"),
    path(
        "desk/plans/<int:year>/edit/left-behind/<uuid:key>/",
        bringing.bring_over,
        name="bring_over",
    ),
]
