from django.urls import path

from workplans.views import amending

urlpatterns = [
    path("desk/plans/<int:year>/amend/", amending.amend, name="amend"),
    path(
        "desk/plans/<int:year>/amendment/withdraw/",
        amending.withdraw_amendment,
        name="withdraw_amendment",
    ),
]
