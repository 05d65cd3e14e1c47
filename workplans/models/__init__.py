from workplans.models.consideration import Consideration, Decision, Position
from workplans.models.document import Document
from workplans.models.plan import (
    Activity,
    Indicator,
    Milestone,
    Objective,
    PriorityArea,
    TextBlock,
    WorkPlan,
)
from workplans.models.printout import Printout
from workplans.models.progress import Progress
from workplans.models.reminder import Reminder
from workplans.models.revision import Revision
from workplans.models.writing import Parked, Sitting

__all__ = [
    "Activity",
    "Consideration",
    "Decision",
    "Document",
    "Indicator",
    "Milestone",
    "Objective",
    "Parked",
    "Position",
    "Printout",
    "PriorityArea",
    "Progress",
    "Reminder",
    "Revision",
    "Sitting",
    "TextBlock",
    "WorkPlan",
]
