from secretariat.models.access import FailedConfirmation, Invitation, Subscription
from secretariat.models.handover import HandOver, Tick
from secretariat.models.people import Appointment, Person
from secretariat.models.record import DailyMail, Entry, Notice
from secretariat.models.states import Authority, Membership, Milestone, Presidency, State

__all__ = [
    "Appointment",
    "Authority",
    "DailyMail",
    "Entry",
    "FailedConfirmation",
    "HandOver",
    "Invitation",
    "Membership",
    "Milestone",
    "Notice",
    "Person",
    "Presidency",
    "State",
    "Subscription",
    "Tick",
]
