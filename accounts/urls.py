"""The addresses of the pages about people; joining and leaving a clinic touch records and stand in symptoms/urls.py."""

from django.urls import path

from accounts import audit_views, mailbox_views, practice_views, second_yes_views, views, wall_views

urlpatterns = [
    path("account/", views.profile, name="profile"),
    path("account/place/", views.profile_place, name="profile_place"),
    path("account/country/", views.country_here, name="country_here"),
    path("account/consents/<slug:purpose>/", views.consent_change, name="consent_change"),
    path("account/token/", views.token_make, name="token_make"),
    path("account/token/<id:token_id>/end/", views.token_end, name="token_end"),
    path("account/sessions/<int:session_id>/end/", views.session_end, name="session_end"),
    path("account/start-over/", views.start_over, name="start_over"),
    path("account/mailbox/", mailbox_views.mailbox, name="mfa_mailbox"),
    path("account/waiting/", views.waiting, name="waiting"),
    path("practice/details/", practice_views.practice_details, name="practice_details"),
    path("practice/members/", views.members, name="members"),
    path("practice/members/invite/", views.invite_member, name="invite_member"),
    path("practice/members/<id:member_id>/away/", practice_views.member_away, name="member_away"),
    path("practice/members/<id:member_id>/away/<id:absence_id>/", practice_views.absence_change, name="absence_change"),
    path(
        "practice/members/<id:member_id>/away/<id:absence_id>/remove/",
        practice_views.absence_remove,
        name="absence_remove",
    ),
    path("practice/record/", audit_views.practice_audit, name="practice_audit"),
    path("practice/members/<id:member_id>/let-in/", second_yes_views.member_let_in, name="member_let_in"),
    path("practice/members/<id:member_id>/sign-out/", second_yes_views.member_sign_out, name="member_sign_out"),
    path("practice/asks/<id:ask_id>/", second_yes_views.second_yes_answer, name="second_yes_answer"),
    path("practice/walls/", wall_views.walls, name="walls"),
    path("practice/walls/<id:wall_id>/end/", wall_views.wall_end, name="wall_end"),
    path("practice/invitations/<id:invitation_id>/withdraw/", views.withdraw_invitation, name="withdraw_invitation"),
]
