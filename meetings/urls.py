from django.urls import path

from meetings import views

app_name = "meetings"
urlpatterns = [
    path("calendar/", views.calendar, name="calendar"),
    path("calendar.ics", views.feed, name="feed"),
    path("meetings/<slug:slug>/", views.meeting, name="meeting"),
    path("desk/meetings/convene/", views.convene, name="convene"),
]
