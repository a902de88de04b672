"""For how long a clinic keeps records, as its manager writes it down."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import LEAST_MONTHS, MOST_MONTHS


class RetentionForm(forms.Form):
    """Months after which a record goes that nobody uses any more."""

    retention_months = forms.IntegerField(
        label=_("Retention period"),
        min_value=LEAST_MONTHS,
        max_value=MOST_MONTHS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wrong = gettext("Write a whole number of months, from {least} to {most}.")
        wrong = wrong.format(least=LEAST_MONTHS, most=MOST_MONTHS)
        names = ("required", "invalid", "min_value", "max_value")
        self.fields["retention_months"].error_messages |= dict.fromkeys(names, wrong)
