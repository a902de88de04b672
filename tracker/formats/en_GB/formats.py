"""Dates and times as pages say them in English, where Django's own differ: a clock of 24 hours, months in full."""

DATE_FORMAT = "j F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y, H:i"
SHORT_DATETIME_FORMAT = "D j M Y, H:i"
