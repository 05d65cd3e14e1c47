from django.urls import path

from workplans.views import retracting

urlpatterns = [
    path("desk/plans/<int:year>/take-back/", retracting.take_back, name="take_back"),
]
