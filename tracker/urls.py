"""Every address of the site; each app says its own."""

from django.conf import settings
from django.urls import include, path

from accounts import recovery_code_views
from tracker import pwa, views

urlpatterns = [
    path("", views.home, name="home"),
    path("sw.js", pwa.service_worker, name="service_worker"),
    path("manifest.webmanifest", pwa.manifest, name="manifest"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("offline/", pwa.offline, name="offline"),
    path("help/", views.help_now, name="help_now"),
    path("api/", include("symptoms.api.urls")),  # first of the long lists: programs ask most often
    # In the place of two pages of allauth's, after which the codes are gone.
    path("accounts/2fa/recovery-codes/", recovery_code_views.view, name="mfa_recovery_codes_once"),
    path("accounts/2fa/recovery-codes/download/", recovery_code_views.download, name="mfa_recovery_codes_file_once"),
    path("accounts/", include("allauth.urls")),
    path("", include("accounts.urls")),
    path("", include("symptoms.urls")),
]

if settings.SHOWS_MAIL:
    urlpatterns.append(path("demo/mail/", views.demo_mail, name="demo_mail"))

handler400 = "tracker.views.bad_request"
handler403 = "tracker.views.forbidden"
handler404 = "tracker.views.not_found"
handler500 = "tracker.views.server_error"
