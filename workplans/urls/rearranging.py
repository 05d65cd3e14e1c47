from django.urls import path

from workplans.views import rearranging

urlpatterns = [
    path(
        "desk/plans/<int:year>/edit/activities/<uuid:key>/duplicate/",
        rearranging.duplicate,
        name="duplicate",
    ),
    path("desk/plans/<int:year>/edit/removed/", rearranging.struck, name="struck"),
    path("desk/plans/<int:year>/edit/removed/<uuid:key>/", rearranging.put_back, name="put_back"),
]
