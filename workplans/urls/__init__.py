"""The addresses of this room, by the page family they belong to."""

from workplans.urls import (
    amending,
    bringing,
    deciding,
    editing,
    plans,
    printouts,
    public,
    rearranging,
    retracting,
    review,
    sitting,
    statements,
    tables,
    verifying,
    watch,
)

app_name = "workplans"

urlpatterns = [
    *public.urlpatterns,
    *verifying.urlpatterns,
    *plans.urlpatterns,
    *printouts.urlpatterns,
    *rearranging.urlpatterns,
    *retracting.urlpatterns,
    *bringing.urlpatterns,
    *editing.urlpatterns,
    *tables.urlpatterns,
    *review.urlpatterns,
    *deciding.urlpatterns,
    *amending.urlpatterns,
    *sitting.urlpatterns,
    *statements.urlpatterns,
    *watch.urlpatterns,
]
