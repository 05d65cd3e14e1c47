"""Delegations, the secretariat's staff, invitations, and calendars of one's own."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
