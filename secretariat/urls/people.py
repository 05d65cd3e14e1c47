"""Delegations, the secretariat's staff, and the letters that invite people."""

from django.urls import URLPattern, path

from secretariat.views import appointing, invitations, people

urlpatterns: list[URLPattern] = [
    path("desk/delegation/", people.own_delegation, name="own_delegation"),
    path("desk/delegations/", people.delegations, name="delegations"),
    path("desk/delegations/<slug:code>/", people.delegation, name="delegation"),
    path("desk/delegations/<slug:code>/appoint/", appointing.appoint, name="appoint"),
    path("desk/secretariat/", people.staff, name="staff"),
    path("desk/appointments/<int:pk>/replace/", appointing.replace, name="replace"),
    path("desk/appointments/<int:pk>/end/", appointing.end, name="end"),
    path("desk/appointments/<int:pk>/invite/", invitations.invite_again, name="invite_again"),
    path(
        "desk/appointments/<int:pk>/withdraw-invitation/",
        invitations.withdraw_invitation,
        name="withdraw_invitation",
    ),
    path("invitation/<uuid:key>/", invitations.invitation, name="invitation"),
    path(
        "invitation/<uuid:key>/<str:signature>/",
        invitations.accept_invitation,
        name="accept_invitation",
    ),
]
