from django.urls import path

from workplans.views import answering, prompting, recording, review, silence

urlpatterns = [
    path("desk/plans/<int:year>/silence/", silence.open_silence, name="open_silence"),
    path("desk/considerations/<int:pk>/", review.consideration, name="consideration"),
    path("desk/considerations/<int:pk>/position/", answering.position, name="position"),
    path(
        "desk/considerations/<int:pk>/position/check/",
        answering.position_check,
        name="position_check",
    ),
    path("desk/considerations/<int:pk>/break/", silence.break_silence, name="break_silence"),
    path("desk/considerations/<int:pk>/extend/", silence.extend, name="extend"),
    path("desk/considerations/<int:pk>/record/", recording.record, name="record"),
    path("desk/considerations/<int:pk>/record/check/", recording.record_check, name="record_check"),
    path("desk/considerations/<int:pk>/withdraw/", review.withdraw, name="withdraw"),
    path("desk/considerations/<int:pk>/remind/", prompting.remind, name="remind"),
    path("desk/positions/<int:pk>/", answering.receipt, name="receipt"),
    path("desk/positions/<int:pk>/note/", recording.instruction, name="instruction"),
    path("desk/positions/<int:pk>/time/", recording.rule_on_time, name="rule_on_time"),
]
