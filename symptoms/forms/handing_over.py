"""Who takes over from a colleague who is removed, or is a practitioner no more."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.absences import stood_in_for
from accounts.members import user_name
from accounts.models import Membership
from symptoms.alerts.handing_over import Work, proposed, successors_of, work_of
from symptoms.alerts.policy import policy_of
from symptoms.alerts.policy_changes import rota_days_of
from symptoms.alerts.telling import colleagues_of

EVERYBODY, NOBODY_LEFT = "everybody", "nobody_left"


class HandOverForm(forms.Form):
    """A colleague, or nobody; whoever has the least work is proposed. Where nobody is left, that has to be chosen."""

    successor = forms.ChoiceField(
        label=_("Who takes over?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose who takes over."),
            "invalid_choice": _("This is no longer possible. Choose again who takes over."),
        },
    )

    def __init__(self, *args: Any, member: Membership, now: datetime, **kwargs: Any):
        super().__init__(*args, **kwargs)
        work = work_of(member.practice)
        self.work = work.get(member.user_id, Work())
        away = {person.member for person in colleagues_of(member.practice, now) if person.is_away}
        others = list(successors_of(member))
        self.is_last = not others
        self.rota_days = rota_days_of(member)
        self.stood_in_for = get_text_list(stood_in_for(member, now), gettext("and"))
        successor = self.fields["successor"]
        assert isinstance(successor, forms.ChoiceField)
        colleagues = [(str(m.pk), _in_words(m, work.get(m.user_id, Work()), m.pk in away)) for m in others]
        last = (NOBODY_LEFT, gettext("Nobody: I know that nobody here opens records then"))
        successor.choices = [*colleagues, (EVERYBODY, gettext("Nobody: back to everybody"))] if others else [last]
        if others:
            self.initial["successor"] = str(proposed(member, now) or EVERYBODY)
        if not self.is_asked(member):
            del self.fields["successor"]

    def is_asked(self, member: Membership) -> bool:
        """Not of an admin who opens no records and has nothing, or gave it away with the role of practitioner."""
        is_told_first = self.work.treated > 0 and member.user_id not in policy_of(member.practice).successors
        return member.is_practitioner or self.work.held > 0 or is_told_first

    @property
    def knows_nobody_is_left(self) -> bool:
        """Whether the last practitioner goes, and that was chosen."""
        return self.cleaned_data.get("successor") == NOBODY_LEFT

    def chosen(self) -> UUID | None:
        """The membership that was chosen; None: nobody."""
        value = self.cleaned_data.get("successor", EVERYBODY)
        return None if value in (EVERYBODY, NOBODY_LEFT) else UUID(value)


def _in_words(member: Membership, work: Work, is_away: bool) -> str:
    """ "Wei Chen: 2 patients in hand", with what else helps to choose."""
    has = ngettext("{name}: {count} patient in hand", "{name}: {count} patients in hand", work.held)
    words = has.format(name=user_name(member.user), count=work.held)
    return gettext("{words}, away today").format(words=words) if is_away else words
