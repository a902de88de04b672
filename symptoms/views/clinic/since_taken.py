"""What got worse since somebody took it: the newest answers beside those that they had before them then."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from symptoms.models import Entry
from symptoms.wording.evidence import Flag
from symptoms.wording.phrases import in_a_row, small, step, title


def worse_since(taken: datetime, versions: Iterable[Entry], flags: Iterable[Flag]) -> str:
    """What of the facts behind `flags` was less when it was taken: "Pain was medium when taken". Empty where nothing.

    `versions`: the newest days of the session, with every answer that was given for them.
    """
    known = list(versions)
    before = [entry for entry in known if entry.received_at <= taken]
    after = [entry for entry in known if entry.is_current]
    if not before or not after:
        return ""
    then = max(before, key=lambda entry: (entry.day, entry.received_at))
    newest = max(after, key=lambda entry: entry.day)
    facts = list(_facts(flags))
    parts = []
    for word in dict.fromkeys(word for kind, word in facts if kind == "symptom"):
        was, now = (entry.answers.get("symptoms", {}).get(word) or 0 for entry in (then, newest))
        if now > was:
            parts.append(_("{symptom} was {level} when taken").format(symptom=title(word), level=step(was)))
    reported = set(newest.answers.get("signs", ())) - set(then.answers.get("signs", ()))
    signs = [
        small(title(word))
        for word in dict.fromkeys(word for kind, word in facts if kind == "sign" and word in reported)
    ]
    if signs:
        parts.append(_("new since taken: {signs}").format(signs=in_a_row(signs)))
    return "; ".join(parts[:2])


def _facts(flags: Iterable[Flag]) -> Iterable[tuple[str, str]]:
    for flag in flags:
        for criterion in flag["criteria"]:
            for fact in criterion["evidence"]:
                yield fact["kind"], str(fact["word"])
