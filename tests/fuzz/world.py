"""As whom the API is asked, and the ids that each of them may see."""

import json
from dataclasses import dataclass

from tests.browser.site import Site

# Run in the site's own shell. Each patient's record is also seen by those who ask without a token: as ids to try.
MAKE = """
import json
from datetime import timedelta
from django.utils import timezone
from accounts.models import Patient, ProgramToken, User
from symptoms.models import Alert, Entry, Photo, Treatment

def token(user, scope):
    made, said = ProgramToken.made(user, expiry=timezone.now() + timedelta(days=30), name=scope, scope=scope)
    made.save()
    return said

def seen_by(user):
    treatments = Treatment.objects.visible_to(user)
    rows = {name: model.objects.filter(treatment__in=treatments)
            for name, model in (("alerts", Alert), ("entries", Entry), ("photos", Photo))}
    rows |= {"treatments": treatments, "patients": Patient.objects.filter(treatments__in=treatments)}
    return {name: sorted({str(pk) for pk in found.values_list("pk", flat=True)}) for name, found in rows.items()}

def actor(name, email):
    user = User.objects.get(email=email)
    return name, "" if name == "none" else token(user, name), seen_by(user)

print(json.dumps([actor(name, email) for name, email in ACTORS]))
"""
ACTORS = [
    ("own", "julia@patients.example"),
    ("practice_read", "lindqvist@larkfield.example"),
    ("practice_act", "noor@larkfield.example"),
    ("none", "julia@patients.example"),
]


@dataclass
class Actor:
    """Who asks: the scope of a token, or none; the token; ids by what they are of."""

    name: str
    token: str
    ids: dict[str, list[str]]

    @property
    def headers(self) -> list[str]:
        """What Schemathesis sends along, as it is told on the command line."""
        return ["--header", f"Authorization: Token {self.token}"] if self.token else []


def actors(site: Site) -> list[Actor]:
    """All who ask, the tokens made on the site."""
    made = site.manage("shell", "--no-imports", "-c", f"ACTORS = {ACTORS}\n{MAKE}")
    return [Actor(*actor) for actor in json.loads(made)]
