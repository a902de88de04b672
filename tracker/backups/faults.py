"""What can be wrong with a backup, in words for whoever runs Mendline."""


class Refused(Exception):
    """It cannot be made, opened or put back; `str()` is a sentence without its full stop. Nothing was changed."""
