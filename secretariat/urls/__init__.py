"""The addresses of this room: facts anybody may read, and the desks of those who appoint."""

from secretariat.urls import people, states

app_name = "secretariat"
urlpatterns = [*states.urlpatterns, *people.urlpatterns]
