from django.urls import path

from workplans.views import public

urlpatterns = [
    path("plans/", public.plans, name="plans"),
    path("plans/<int:year>/", public.plan, name="plan"),
    path("plans/<int:year>/plan.json", public.plan_data, name="plan_data"),
    path("documents/", public.documents, name="documents"),
    path("documents/<int:pk>/", public.document, name="document"),
    path("documents/<int:pk>/progress/", public.document_progress, name="document_progress"),
    path("documents/<int:pk>/file/", public.document_file, name="document_file"),
    path("documents/<int:pk>/signed/", public.document_signed, name="document_signed"),
    path("documents/<int:pk>/again/", public.document_again, name="document_again"),
]
