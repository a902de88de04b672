"""The page on which a manager says who is told when: steps by urgency, the rota, quiet hours."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import edits
from accounts.access import PracticeRequest, admin_required
from accounts.members import editor_name
from accounts.practice_forms import spans_in_words
from symptoms.alerts.policy import TOLD_OF
from symptoms.alerts.policy_changes import NotOnTheRota, change_telling, rota_gaps, telling_of
from symptoms.forms.telling import TellingForm, steps_in_words

STEPS = {urgency.slug for urgency in TOLD_OF}


@admin_required
@require_http_methods(["GET", "POST"])
def practice_telling(request: PracticeRequest) -> HttpResponse:
    """Who is told at which urgency and after how long, who is on call, and when nothing but what is urgent is sent."""
    practice, now = request.practice, timezone.now()
    known = telling_of(practice)
    reading, meanwhile = edits.Reading.carried_by(request.POST.get("reading")) or edits.Reading(known, now), None
    form = TellingForm(request.POST if request.method == "POST" else None, practice=practice, initial=known)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            is_new = change_telling(practice, typed, by=request.user, now=now, reading=reading)
        except edits.ChangedMeanwhile as change:
            who = editor_name(change.by, request.user)
            meanwhile = edits.in_words(change, typed, who=who, label=_label_of(form), plain=_in_words(form))
            reading = reading.after(change, now)
            form = TellingForm(practice=practice, initial=edits.kept(change, typed))
        except NotOnTheRota as wrong:
            for name in wrong.fields:
                form.add_error(name, _("Choose a practitioner who works here."))
        else:
            messages.success(request, _("Saved.") if is_new else _("Nothing was changed."))
            return redirect("practice_telling")
    gaps = rota_gaps(practice, now)
    context = {
        "form": form, "practice": practice, "reading": reading, "meanwhile": meanwhile, "zone": practice.time_zone,
        "gaps": gaps, "turns": _turns(form, known, gaps.by_day), "tab": "practice", "page": "telling",
    }  # fmt: skip
    status = 409 if meanwhile else 422 if form.is_bound else 200
    return render(request, "practitioner/telling.html", context, status=status)


def _turns(form: TellingForm, known: edits.Values, gaps: Mapping[int, str]) -> list[dict[str, Any]]:
    """Each weekday as the form holds it; what is said of a gap counts for what is `known`, not for what was typed."""
    return [
        {
            "name": name, "first": first, "second": second,
            "gap": gaps.get(day, "") if all(_is_as_known(turn, known) for turn in (first, second)) else "",
            "who": _on_call(first, second), "is_open": bool(first.errors or second.errors),
        }
        for day, name, first, second in form.turns
    ]  # fmt: skip


def _is_as_known(turn: BoundField, known: edits.Values) -> bool:
    return (turn.value() or "") == (known.get(turn.name) or "")


def _on_call(*turns: BoundField) -> str:
    """Who is on call, and who if there is no answer, by name; empty for nobody."""
    names = [dict(getattr(turn.field, "choices", ())).get(turn.value(), "") if turn.value() else "" for turn in turns]
    return _("{first}, then {second}").format(first=names[0], second=names[1]) if all(names) else str(names[0])


def _label_of(form: TellingForm) -> Any:
    return lambda name: str(form.fields[name].label)


def _in_words(form: TellingForm) -> Any:
    def plain(name: str, value: Any) -> str:
        if name in STEPS:
            return steps_in_words(value)
        if name == "quiet":
            return spans_in_words(value) or _("nothing")
        choices = dict(getattr(form.fields[name], "choices", ()))
        return str(choices.get(value, "")) or edits.plainly(name, value)

    return plain
