"""The addresses of this room, by the page family they belong to."""

from workplans.urls import (
    deciding,
    editing,
    plans,
    printouts,
    public,
    rearranging,
    review,
    sitting,
    tables,
    watch,
)

app_name = "workplans"

urlpatterns = [
    *public.urlpatterns,
    *plans.urlpatterns,
    *printouts.urlpatterns,
    *rearranging.urlpatterns,
    *editing.urlpatterns,
    *tables.urlpatterns,
    *review.urlpatterns,
    *deciding.urlpatterns,
    *sitting.urlpatterns,
    *watch.urlpatterns,
]
