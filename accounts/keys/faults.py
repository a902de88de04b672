"""What can be wrong with keys; no word of any of these names a key itself or what it sealed."""


class KeysUnavailable(Exception):
    """The keys cannot be used for now: no master key, another one, or a store that does not answer.

    `str()` says what is wrong, for whoever runs Mendline. Nothing was written.
    """


class KeyLost(Exception):
    """There is no such key (any more): it was erased, or its file is lost."""


class Damaged(Exception):
    """A sealed value does not open: it was changed, or belongs somewhere else."""
