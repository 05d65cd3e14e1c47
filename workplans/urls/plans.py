from django.urls import path

from workplans.views import history, overview, plans

urlpatterns = [
    path("desk/plans/", plans.index, name="index"),
    path("desk/plans/start/", plans.start, name="start"),
    path("desk/plans/<int:year>/", overview.overview, name="overview"),
    path("desk/plans/<int:year>/history/", history.history, name="history"),
    path("desk/plans/<int:year>/compare/", history.compare, name="compare"),
    path("desk/plans/<int:year>/restore/<str:snapshot>/", history.restore, name="restore"),
    path(
        "desk/plans/<int:year>/revisions/<int:number>.json",
        plans.revision_data,
        name="revision_data",
    ),
    path("desk/plans/<int:year>/preview/", plans.preview, name="preview"),
    path("desk/plans/<int:year>/circulate/", plans.circulate, name="circulate"),
]
