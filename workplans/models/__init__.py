from workplans.models.amendment import Amendment
from workplans.models.consideration import Consideration, Decision, Extension, Retraction
from workplans.models.consultation import Note, Question
from workplans.models.document import Document
from workplans.models.hearing import Heard
from workplans.models.issued import SignedCopy, Withdrawal
from workplans.models.plan import (
    Activity,
    Indicator,
    Milestone,
    Objective,
    PriorityArea,
    TextBlock,
    WorkPlan,
)
from workplans.models.position import Instruction, Position, Ruling
from workplans.models.printout import Printout
from workplans.models.progress import Progress
from workplans.models.receipt import Receipt
from workplans.models.reminder import Reminder
from workplans.models.revision import Revision
from workplans.models.statement import Statement, StatementWithdrawal
from workplans.models.writing import Parked, Sitting

__all__ = [
    "Activity",
    "Amendment",
    "Consideration",
    "Decision",
    "Document",
    "Extension",
    "Heard",
    "Indicator",
    "Instruction",
    "Milestone",
    "Note",
    "Objective",
    "Parked",
    "Position",
    "Printout",
    "PriorityArea",
    "Progress",
    "Question",
    "Receipt",
    "Reminder",
    "Retraction",
    "Revision",
    "Ruling",
    "SignedCopy",
    "Sitting",
    "Statement",
    "StatementWithdrawal",
    "TextBlock",
    "Withdrawal",
    "WorkPlan",
]
