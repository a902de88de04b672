"""People that browser tests need beside the demo's, and what is wrong with their browsers."""

from symptoms.demo.cast import PASSWORD
from tests.browser.site import Site

# Scripts by which a browser keeps nothing.
NO_STORE = {
    "no storage": "delete window.indexedDB; Object.defineProperty(window, 'indexedDB', {value: undefined})",
    "storage full": "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') }",
}
# Somebody new on day 5, who has logged the days before.
ON_DAY_5 = f"""
from uuid import uuid4
from accounts.models import Practice
from tests import people
from tests.treatments import logged, pen
patient = people.patient(Practice.objects.first(), "Ora Dean", f"{{uuid4().hex}}@patients.example")
patient.user.set_password({PASSWORD!r})
patient.user.save()
session = pen(patient, days_ago=5)
for day in range(5):
    logged(session, day, redness=max(0, 2 - day), asked={["redness", "swelling", "pain", "warmth", "itching"]!r})
print(patient.user.email)
"""


def on_day_5(site: Site) -> str:
    """The address of somebody new, who is on day 5 and has logged the days before; their password is the demo's."""
    return site.python(ON_DAY_5).split()[-1]
