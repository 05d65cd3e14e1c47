from django.urls import path

from workplans.views import verifying, withdrawing

urlpatterns = [
    path("verify/", verifying.verify, name="verify"),
    path("verify/<str:typed>/", verifying.verify_code, name="verify_code"),
    path("documents/<int:pk>/withdraw/", withdrawing.withdraw_document, name="withdraw_document"),
]
