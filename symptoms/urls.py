"""Every page of the domain: the patient's, the practitioner's, joining and leaving."""

from django.urls import path

from symptoms.views import (
    beginning,
    care,
    course,
    details,
    joining,
    log,
    patient,
    patient_treatments,
    photos,
    practice_treatments,
    practitioner,
    queue,
)

urlpatterns = [
    # --- patient
    path("start/", beginning.start, name="start"),
    path("welcome/", beginning.welcomed, name="welcome"),
    path("today/", patient.today, name="today"),
    path("log/", log.log, name="log"),
    path("log/<int:day>/", log.log_day, name="log_day"),
    path("entries/<id:entry_id>/", patient.entry, name="entry"),
    path("course/", course.course, name="course"),
    path("course/<int:day>/", course.course_day, name="course_day"),
    path("course/<int:day>/photos/", photos.photo_add, name="photo_add"),
    path("care/", care.care_page, name="care"),
    path("photos/<id:photo_id>/", photos.photo, name="photo"),
    path("photos/<id:photo_id>/large/", photos.photo_page, name="photo_page"),
    path("photos/<id:photo_id>/remove/", photos.photo_remove, name="photo_remove"),
    path("messages/<id:note_id>/read/", patient.message_read, name="message_read"),
    path("treatments/new/", patient_treatments.treatment_new, name="treatment_new"),
    path("treatments/<id:treatment_id>/edit/", patient_treatments.my_treatment, name="my_treatment"),
    path("treatments/<id:treatment_id>/same/", patient_treatments.same_session, name="same_session"),
    # --- practitioner
    path("practice/", queue.queue, name="queue"),
    path("practice/review/<id:entry_id>/", practitioner.review, name="review"),
    path("practice/patients/<id:patient_id>/", practitioner.patient, name="patient"),
    path("practice/patients/<id:patient_id>/resolve/", practitioner.close_all, name="resolve_all"),
    path("practice/patients/<id:patient_id>/details/", details.details, name="patient_details"),
    path("practice/patients/<id:patient_id>/invite/", practice_treatments.invite, name="invite_patient"),
    path("practice/treatments/new/", practice_treatments.treatment_new, name="practice_treatment_new"),
    path(
        "practice/treatments/<id:treatment_id>/edit/",
        practice_treatments.treatment_edit,
        name="practice_treatment_edit",
    ),
    path("practice/treatments/<id:treatment_id>/acknowledge/", practitioner.take, name="acknowledge"),
    path("practice/treatments/<id:treatment_id>/notes/", practitioner.write, name="note"),
    path("practice/alerts/<id:alert_id>/resolve/", practitioner.close, name="resolve"),
    # --- joining and leaving
    path("join/<str:token>/", joining.join, name="join"),
    path("account/leave/", joining.leave_practice, name="leave_practice"),
    path("practice/invitations/<id:invitation_id>/confirm/", joining.confirm_invitation, name="confirm_invitation"),
    path("practice/invitations/<id:invitation_id>/undo/", joining.undo_joining, name="undo_joining"),
]
