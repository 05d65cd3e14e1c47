from secretariat.models.people import Appointment, Person
from secretariat.models.record import Entry, Notice
from secretariat.models.states import Authority, Membership, Milestone, Presidency, State

__all__ = [
    "Appointment",
    "Authority",
    "Entry",
    "Membership",
    "Milestone",
    "Notice",
    "Person",
    "Presidency",
    "State",
]
