"""The addresses of this room, by the page family they belong to."""

from workplans.urls import deciding, editing, plans, public, review, sitting, watch

app_name = "workplans"

urlpatterns = [
    *public.urlpatterns,
    *plans.urlpatterns,
    *editing.urlpatterns,
    *review.urlpatterns,
    *deciding.urlpatterns,
    *sitting.urlpatterns,
    *watch.urlpatterns,
]
