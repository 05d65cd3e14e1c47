from django.urls import path

from workplans.views import sitting

urlpatterns = [
    path("desk/meetings/<slug:slug>/outcome/", sitting.conclude, name="conclude"),
]
