from django.urls import path

from workplans.views import statements

urlpatterns = [
    path(
        "desk/considerations/<int:pk>/statement/", statements.make_statement, name="make_statement"
    ),
    path(
        "desk/considerations/<int:pk>/statement/check/",
        statements.statement_check,
        name="statement_check",
    ),
    path("desk/statements/<int:pk>/", statements.statement, name="statement"),
    path(
        "desk/statements/<int:pk>/withdraw/",
        statements.withdraw_statement,
        name="withdraw_statement",
    ),
]
