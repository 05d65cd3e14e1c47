from django.urls import path

from workplans.views import watch

urlpatterns = [
    path("desk/obligations/", watch.obligations, name="obligations"),
    path("desk/obligations/<int:year>/", watch.year, name="obligations_year"),
]
