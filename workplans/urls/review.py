from django.urls import path

from workplans.views import prompting, review

urlpatterns = [
    path("desk/considerations/<int:pk>/", review.consideration, name="consideration"),
    path("desk/considerations/<int:pk>/position/", review.position, name="position"),
    path(
        "desk/considerations/<int:pk>/position/check/",
        review.position_check,
        name="position_check",
    ),
    path("desk/considerations/<int:pk>/withdraw/", review.withdraw, name="withdraw"),
    path("desk/considerations/<int:pk>/remind/", prompting.remind, name="remind"),
    path("desk/positions/<int:pk>/", review.receipt, name="receipt"),
]
