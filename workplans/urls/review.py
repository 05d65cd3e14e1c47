from django.urls import path

from workplans.views import (
    answering,
    board_data,
    consultation,
    correspondence,
    hearing,
    prompting,
    receipts,
    recording,
    review,
)

urlpatterns = [
    path("desk/plans/<int:year>/silence/", correspondence.open_silence, name="open_silence"),
    path("desk/plans/<int:year>/in-writing/", correspondence.open_written, name="open_written"),
    path("desk/considerations/<int:pk>/", review.consideration, name="consideration"),
    path(
        "desk/considerations/<int:pk>.json",
        board_data.consideration_data,
        name="consideration_data",
    ),
    path("desk/considerations/<int:pk>/position/", answering.position, name="position"),
    path(
        "desk/considerations/<int:pk>/position/check/",
        answering.position_check,
        name="position_check",
    ),
    path(
        "desk/considerations/<int:pk>/break/",
        correspondence.break_silence,
        name="break_silence",
    ),
    path("desk/considerations/<int:pk>/extend/", correspondence.extend, name="extend"),
    path(
        "desk/considerations/<int:pk>/consultation/",
        consultation.consultation,
        name="consultation",
    ),
    path(
        "desk/considerations/<int:pk>/consultation/ask/",
        consultation.ask,
        name="ask_for_advice",
    ),
    path(
        "desk/considerations/<int:pk>/consultation/take-back/",
        consultation.take_back,
        name="take_note_back",
    ),
    path("desk/considerations/<int:pk>/record/", recording.record, name="record"),
    path("desk/considerations/<int:pk>/record/check/", recording.record_check, name="record_check"),
    path("desk/considerations/<int:pk>/room/", hearing.hear, name="hear"),
    path("desk/heard/<int:pk>/", hearing.confirm, name="confirm"),
    path("desk/considerations/<int:pk>/withdraw/", review.withdraw, name="withdraw"),
    path("desk/considerations/<int:pk>/remind/", prompting.remind, name="remind"),
    path("desk/positions/<int:pk>/", receipts.receipt, name="receipt"),
    path("desk/positions/<int:pk>/receipt.pdf", receipts.file, name="receipt_file"),
    path("desk/positions/<int:pk>/progress/", receipts.progress, name="receipt_progress"),
    path("desk/positions/<int:pk>/again/", receipts.again, name="receipt_again"),
    path("desk/positions/<int:pk>/note/", recording.instruction, name="instruction"),
    path("desk/positions/<int:pk>/time/", recording.rule_on_time, name="rule_on_time"),
]
