"""Every page of the domain: the patient's, the practitioner's, joining and leaving."""

from django.urls import path

from symptoms.views import (
    before,
    break_glass,
    day_link,
    live,
    operating,
    photos,
    push_later,
    receipt,
    reminders_stop,
    wall,
)
from symptoms.views.clinic import (
    attention,
    channels,
    close_calm,
    member_removal,
    member_roles,
    patient_details,
    patient_pages,
    practice_data,
    pulse,
    queue,
    queue_way,
    telling,
)
from symptoms.views.clinic import joining as clinic_joining
from symptoms.views.clinic import messages as clinic_messages
from symptoms.views.clinic import patient as patient_page
from symptoms.views.clinic import photos as clinic_photos
from symptoms.views.clinic import statistics as statistics_page
from symptoms.views.clinic import treatments as clinic_treatments
from symptoms.views.patient import (
    care,
    conversation,
    course,
    entry,
    joining,
    log,
    offline,
    onboarding,
    own_data,
    reminders,
    seen,
    today,
)
from symptoms.views.patient import photos as own_photos
from symptoms.views.patient import treatments as own_treatments

urlpatterns = [
    # --- anybody
    path("before/", before.before, name="before"),
    path("wall/<str:token>/", wall.wall, name="wall"),
    path("wall/<str:token>/live/", wall.wall_live, name="wall_live"),
    path("day/<str:token>/", day_link.day_link, name="day_link"),
    path("erased/<id:erasure_id>/", receipt.receipt, name="receipt"),
    path("reminders/stop/<str:token>/", reminders_stop.reminders_stop, name="reminders_stop"),
    # --- whoever runs the server
    path("operator/", operating.operating, name="operating"),
    path("operator/record/", break_glass.break_glass, name="break_glass"),
    path("operator/record/<id:glass_id>/", break_glass.glass_record, name="glass_record"),
    path("operator/record/<id:glass_id>/end/", break_glass.glass_end, name="glass_end"),
    # --- patient
    path("start/", onboarding.start, name="start"),
    path("welcome/", onboarding.welcome, name="welcome"),
    path("today/", today.today, name="today"),
    path("log/", log.log, name="log"),
    path("log/<int:day>/", log.log_day, name="log_day"),
    path("entries/<id:entry_id>/", entry.entry, name="entry"),
    path("entries/<id:entry_id>/timer/", entry.advice_timer, name="advice_timer"),
    path("account/data/", own_data.own_data, name="own_data"),
    path("account/data/export/", own_data.own_data_export, name="own_data_export"),
    path("account/data/<id:export_id>/", own_data.own_data_file, name="own_data_file"),
    path("account/data/erase/", own_data.own_data_erase, name="own_data_erase"),
    path("account/data/keep/", own_data.own_data_keep, name="own_data_keep"),
    path("account/reminders/", reminders.reminders, name="reminders"),
    path("account/reminders/later/", reminders.reminder_later, name="reminder_later"),
    path("account/reminders/offered/", reminders.reminder_offered, name="reminder_offered"),
    path("account/reminders/channels/", reminders.reminder_channel, name="reminder_channel"),
    path("offline/session/", offline.offline_session, name="offline_session"),
    path("offline/forms/", offline.offline_forms, name="offline_forms"),
    path("offline/entries/", offline.offline_entry, name="offline_entry"),
    path("offline/photos/<id:photo_id>/", offline.offline_photo, name="offline_photo"),
    path("seen/", seen.seen, name="seen"),
    path("course/", course.course, name="course"),
    path("course/<int:day>/", course.course_day, name="course_day"),
    path("course/<int:day>/photos/", own_photos.photo_add, name="photo_add"),
    path("care/", care.care, name="care"),
    path("photos/<id:photo_id>/", photos.photo, name="photo"),
    path("photos/<id:photo_id>/small/", photos.photo_small, name="photo_small"),
    path("photos/<id:photo_id>/large/", photos.photo_page, name="photo_page"),
    path("photos/<id:photo_id>/move/", own_photos.photo_move, name="photo_move"),
    path("photos/<id:photo_id>/remove/", own_photos.photo_remove, name="photo_remove"),
    path("messages/", conversation.conversation, name="conversation"),
    path("messages/<id:note_id>/read/", today.message_read, name="message_read"),
    path("treatments/new/", own_treatments.treatment_new, name="treatment_new"),
    path("treatments/<id:treatment_id>/edit/", own_treatments.my_treatment, name="my_treatment"),
    path("treatments/<id:treatment_id>/questions/", own_treatments.treatment_questions, name="treatment_questions"),
    path("treatments/<id:treatment_id>/same/", own_treatments.same_session, name="same_session"),
    # --- practitioner
    path("practice/", queue.queue, name="queue"),
    path("practice/close-together/", close_calm.close_calm, name="close_calm"),
    path("practice/search/", queue_way.practice_search, name="practice_search"),
    path("practice/step/", queue_way.queue_step, name="queue_step"),
    path("practice/live/", live.queue_live, name="queue_live"),
    path("practice/opened/", pulse.morning_list_opened, name="morning_list_opened"),
    path("practice/attention/", attention.attention, name="attention"),
    path("practice/attention/count/", attention.attention_count, name="attention_count"),
    path(
        "practice/attention/patients/<id:patient_id>/again/", attention.attention_try_again, name="attention_try_again"
    ),
    path("practice/statistics/", statistics_page.practice_statistics, name="practice_statistics"),
    path("practice/telling/", telling.practice_telling, name="practice_telling"),
    path("practice/data/", practice_data.practice_data, name="practice_data"),
    path("practice/data/export/", practice_data.practice_export, name="practice_export"),
    path("practice/data/<id:practice_export_id>/", practice_data.practice_file, name="practice_file"),
    path("practice/review/<id:entry_id>/", patient_page.review, name="review"),
    path("practice/patients/new/", clinic_joining.practice_patient_new, name="practice_patient_new"),
    path("practice/patients/<id:patient_id>/", patient_page.patient, name="patient"),
    path("practice/patients/<id:patient_id>/history/", patient_pages.patient_history, name="patient_history"),
    path("practice/patients/<id:patient_id>/log/", patient_pages.patient_log, name="patient_log"),
    path("practice/patients/<id:patient_id>/care/", patient_pages.patient_care, name="patient_care"),
    path("practice/patients/<id:patient_id>/letter/", patient_pages.patient_letter, name="patient_letter"),
    path("practice/patients/<id:patient_id>/before/", patient_pages.patient_before, name="patient_before"),
    path("practice/patients/<id:patient_id>/resolve/", patient_page.resolve_all, name="resolve_all"),
    path("practice/patients/<id:patient_id>/ask/", patient_page.ask_before, name="ask_before"),
    path("practice/patients/<id:patient_id>/details/", patient_details.patient_details, name="patient_details"),
    path("practice/patients/<id:patient_id>/invite/", clinic_joining.invite_patient, name="invite_patient"),
    path("practice/treatments/new/", clinic_treatments.practice_treatment_new, name="practice_treatment_new"),
    path(
        "practice/treatments/<id:treatment_id>/edit/",
        clinic_treatments.practice_treatment_edit,
        name="practice_treatment_edit",
    ),
    path("practice/treatments/<id:treatment_id>/photos/", clinic_photos.practice_photo_add, name="practice_photo_add"),
    path("practice/photos/<id:photo_id>/remove/", clinic_photos.practice_photo_remove, name="practice_photo_remove"),
    path("practice/treatments/<id:treatment_id>/acknowledge/", patient_page.acknowledge, name="acknowledge"),
    path("practice/treatments/<id:treatment_id>/notes/", patient_page.note, name="note"),
    path("practice/treatments/<id:treatment_id>/messages/", clinic_messages.message, name="message"),
    path("practice/treatments/<id:treatment_id>/messages/read/", clinic_messages.messages_read, name="messages_read"),
    path("practice/alerts/<id:alert_id>/resolve/", patient_page.resolve, name="resolve"),
    path("practice/alerts/<id:alert_id>/reopen/", patient_page.reopen, name="reopen"),
    # --- members, and how each is told
    path("practice/members/<id:member_id>/", member_roles.member_change, name="member_change"),
    path("practice/members/<id:member_id>/remove/", member_removal.member_remove, name="member_remove"),
    path("account/channels/", channels.own_channels, name="own_channels"),
    path("account/channels/add/", channels.own_channel_add, name="own_channel_add"),
    path("account/channels/change/", channels.own_channel_change, name="own_channel_change"),
    path("practice/members/<id:member_id>/channels/", channels.member_channels, name="member_channels"),
    path("push/renewed/", channels.push_renewed, name="push_renewed"),
    path("push/<id:delivery_id>/<id:method_id>/later/", push_later.push_later, name="push_later"),
    path("push/<id:delivery_id>/<id:method_id>/arrived/", channels.push_arrived, name="push_arrived"),
    # --- joining and leaving
    path("join/<str:token>/", joining.join, name="join"),
    path("account/leave/", joining.leave_practice, name="leave_practice"),
    path(
        "practice/invitations/<id:invitation_id>/confirm/", clinic_joining.confirm_invitation, name="confirm_invitation"
    ),
    path("practice/invitations/<id:invitation_id>/undo/", clinic_joining.undo_joining, name="undo_joining"),
]
