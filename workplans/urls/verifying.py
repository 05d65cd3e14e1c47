from django.urls import path

from workplans.views import verifying

urlpatterns = [
    path("verify/", verifying.verify, name="verify"),
    path("verify/<str:typed>/", verifying.verify_code, name="verify_code"),
]
