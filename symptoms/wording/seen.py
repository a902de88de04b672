"""The answers to "Were you seen?", in the words of both sides, and how an event keeps one."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SeenAnswer(TextChoices):
    """Whether somebody looked at it, in the patient's words."""

    SEEN = "seen", _("Yes. They looked at it and said it is fine.")
    TREATED = "treated", _("Yes. I got treatment.")
    WAIT = "wait", _("They told me to wait.")
    NOT_YET = "not_yet", _("Not yet.")
    GONE = "gone", _("No. It went away by itself.")


FOR_THE_PRACTICE: dict[str, object] = {
    SeenAnswer.SEEN: _("seen, and told it is fine"),
    SeenAnswer.TREATED: _("seen and treated"),
    SeenAnswer.WAIT: _("told to wait"),
    SeenAnswer.NOT_YET: _("not seen yet"),
    SeenAnswer.GONE: _("not seen, it went away by itself"),
}


def detail_of(answer: SeenAnswer, words: str) -> str:
    """The detail of the event that keeps an answer with the patient's words, if there are any."""
    return f"{answer.value}: {words}" if words else answer.value


def answer_in(detail: str) -> tuple[str, str]:
    """The answer's word and the patient's words in an event's detail."""
    answer, _colon, words = detail.partition(": ")
    return answer, words
