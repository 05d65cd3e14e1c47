from django.urls import include, path

from workplans.views import printouts

urlpatterns = [
    path("desk/plans/<int:year>/preview/print/", printouts.of_draft, name="print_draft"),
    path("desk/plans/<int:year>/compare/print/", printouts.of_comparison, name="print_comparison"),
    path(
        "desk/considerations/<int:pk>/print/",
        printouts.of_consideration,
        name="print_consideration",
    ),
    path(
        "desk/plans/<int:year>/printouts/<uuid:key>/",
        include(
            [
                path("", printouts.printout, name="printout"),
                path("progress/", printouts.progress, name="printout_progress"),
                path("file/", printouts.file, name="printout_file"),
                path("again/", printouts.again, name="printout_again"),
                path("cancel/", printouts.cancel, name="printout_cancel"),
            ]
        ),
    ),
]
