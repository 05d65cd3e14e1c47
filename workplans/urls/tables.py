from django.urls import path

from workplans.views import tables

urlpatterns = [
    path("desk/plans/<int:year>/activities/", tables.table, name="table"),
    path("desk/plans/<int:year>/activities/preview/", tables.preview, name="table_preview"),
    path(
        "desk/plans/<int:year>/activities.csv", tables.export, {"suffix": "csv"}, name="table_csv"
    ),
    path(
        "desk/plans/<int:year>/activities.xlsx",
        tables.export,
        {"suffix": "xlsx"},
        name="table_xlsx",
    ),
]
