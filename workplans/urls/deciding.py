from django.urls import path

from workplans.views import chair_statement, deciding

urlpatterns = [
    path("desk/considerations/<int:pk>/adopt/", deciding.adopt, name="adopt"),
    path("desk/considerations/<int:pk>/return/", deciding.return_to_draft, name="return_to_draft"),
    path(
        "desk/considerations/<int:pk>/chair-statement/",
        chair_statement.close_by_statement,
        name="close_by_statement",
    ),
    path("desk/plans/<int:year>/submit/", deciding.submit, name="submit"),
    path("desk/plans/<int:year>/report/", deciding.report, name="report"),
    path("desk/plans/<int:year>/progress/", deciding.progress, name="progress"),
    path(
        "desk/plans/<int:year>/progress/<uuid:key>/",
        deciding.progress_record,
        name="progress_record",
    ),
]
