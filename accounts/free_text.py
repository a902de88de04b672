"""The one field for what people write in their own words, so that how it is kept can be changed in one place."""

from django.db import models


class FreeText(models.TextField):
    """A note or a message: health data in somebody's own words, never searched and never indexed."""
