from meetings.models.meeting import Body, Meeting, Seat

__all__ = ["Body", "Meeting", "Seat"]
