"""What makes the site one that a phone installs and opens without a network: the manifest, the service worker, and the
page that it shows then. All three are the same for everybody."""

from functools import lru_cache
from hashlib import sha256
from json import dumps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import public
from accounts.help_numbers import numbers_for
from accounts.web.context_processors import DAYS_KEPT
from symptoms.recovery.care import SEEK_HELP
from tracker.static_files import without_comments

# What the page without a network needs: fetched before it is needed, by the worker alone.
PRECACHED = (
    "css/base.css",
    "css/patient.css",
    "icons/icon.svg",
    "icons/sprite.svg",
    "js/advice-words.js",
    "js/advice.js",
    "js/answers.js",
    "js/clock.js",
    "js/drafts.js",
    "js/log.js",
    "js/meanwhile.js",
    "js/offline-page.js",
    "js/offline.js",
    "js/outbox.js",
    "js/photo-picker.js",
    "js/red-flags.js",
    "js/small-photo.js",
)
ICONS = (
    ("icons/icon-192.png", 192, "any"),
    ("icons/icon-512.png", 512, "any"),
    ("icons/maskable-512.png", 512, "maskable"),
)


@public
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """How the installed site is called, looks and opens."""
    document = {
        "id": "/",
        "name": "Mendline",
        "short_name": "Mendline",
        "description": _("Your skin after microneedling, followed day by day"),
        "lang": get_language(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f3ee",
        "theme_color": "#f6f3ee",
        "icons": [
            {"src": static(name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for name, size, purpose in ICONS
        ],
    }
    return JsonResponse(
        document, content_type="application/manifest+json", headers={"Cache-Control": "public, max-age=86400"}
    )


@public
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What a phone shows where the network fails: when to get help; of whoever is signed in, nothing.

    Their browser adds what it keeps itself (static/js/offline-page.js).
    """
    # No copy may stay in a browser's memory of pages: what was added to it may be another person's by then.
    return HttpResponse(_shell(), headers={"Cache-Control": "no-store"})


@public
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker's script, from the root: only what lies there may answer for every page.

    What it keeps is named by its content: a browser takes an update as soon as a byte of it differs, whole or not at
    all.
    """
    script = without_comments((settings.BASE_DIR / "static" / "sw.js").read_bytes()).decode()
    kept = _kept() if settings.DEBUG else _kept_of(get_language() or "")
    return HttpResponse(
        f"KEPT={dumps(kept)};\n{script}",
        content_type="text/javascript",
        headers={"Cache-Control": "no-cache"},
    )


@lru_cache
def _kept_of(language: str) -> dict[str, Any]:
    """In production neither files nor templates change while a process runs."""
    return _kept()


def _kept() -> dict[str, Any]:
    """What the worker keeps under the name `digest`: `page` and `files`, addresses that begin with `static`; whether
    their names change with their content (`is_named`); and the script that it shares with pages, `outbox`."""
    names = [*PRECACHED, f"red-flags/{get_language()}.json"]
    files = [static(name) for name in names]
    digest = sha256("\n".join([_shell(), *files]).encode())
    if settings.DEBUG:  # names tell nothing about the content there
        for name in names:
            digest.update(Path(str(finders.find(name))).read_bytes())
    return {
        "digest": digest.hexdigest()[:16],
        "page": reverse("offline"),
        "static": settings.STATIC_URL,
        "files": files,
        "is_named": not settings.DEBUG,
        "outbox": static("js/outbox.js"),
    }


def _shell() -> str:
    numbers = {"numbers": numbers_for(None), "help_numbers": numbers_for(None), "is_guess": True}
    return render_to_string("public/offline.html", {**numbers, "seek_help": SEEK_HELP, "days_kept": DAYS_KEPT})
