"""States, and who was who."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
