"""How a name is compared, and what is no name at all; the lists that use it are tested with the queue."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.fields import NameField
from accounts.models import Patient
from accounts.names import LONGEST_FOLDED, folded, is_seen
from accounts.patients import edit_details
from tests import people


@given(st.text(max_size=120))
def test_folding_is_done_once_and_for_all(text):
    once = folded(text)
    assert folded(once) == once
    assert len(once) <= LONGEST_FOLDED
    assert len(once.encode("utf-8", "replace")) <= 4 * LONGEST_FOLDED
    assert once == " ".join(once.split())


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x24F), max_size=40))
@example("\u0149")  # an n that falls apart into an apostrophe and n
def test_case_and_apostrophes_change_nothing(text):
    assert folded(text.upper().lower()) == folded(text.lower())
    assert folded(text.replace("'", "’")) == folded(text.replace("’", "'")) == folded(text)


@pytest.mark.parametrize(
    "blank",
    ["\u200b", "\u3164", "\u2800", "\u115f\u1160", "\ufe0f", "\u00ad", "\u200d\u200c", "\u034f", "\U000e0041", "\u2060",
     "\u0301", " \u00a0\u3000", "\ufeff", "\u180e", "\u202e", "\x07", "\ue000"],
)  # fmt: skip
def test_what_nobody_sees_is_no_name(blank):
    assert not is_seen(blank * 3)
    with pytest.raises(Exception, match="Write your name") as refused:
        NameField().clean(blank * 3)
    assert refused.value.messages == ["Write your name."]


@pytest.mark.parametrize("name", ["Ø", "金", "Zoë", "Mr. T", "9", "🌹", "अ", "O\u200dK", "!"])
def test_what_anybody_sees_is_a_name(name):
    assert is_seen(name)
    assert NameField().clean(f"\u200b{name}")


@pytest.mark.django_db
def test_the_folded_name_follows_the_name(clinic, noor):
    ana = people.ana(clinic, name="Zoë O’Brien")
    assert Patient.objects.get(folded_name="zoe obrien") == ana
    edit_details(ana, name="Jan Wójcik", by=noor, now=ana.created_at)
    assert Patient.objects.get(folded_name="jan wojcik") == ana
    Patient.objects.bulk_create([Patient(name="Łukasz")])
    assert Patient.objects.filter(folded_name="lukasz").exists()


@pytest.mark.django_db
def test_names_from_before_are_folded_by_the_migration(clinic):
    ana = people.ana(clinic, name="Zoë O’Brien")
    Patient.objects.update(folded_name="")
    migration = import_module("accounts.migrations.0003_folded_names")
    migration.fold_names(apps, SimpleNamespace(connection=connection))
    ana.refresh_from_db()
    assert (ana.name, ana.folded_name) == ("Zoë O’Brien", "zoe obrien")
