"""Makes a backup key, by which backups are sealed."""

from accounts.keys.making import MakesKeyFile


class Command(MakesKeyFile):
    help = "Makes the file that MENDLINE_BACKUP_KEY_FILE names, with a new backup key; one that is there stays."
    setting = "BACKUP_KEY_FILE"
    keeping = (
        "Keep a copy of it on paper or in a vault, apart from this machine and from",
        "the backups: without it no backup can be put back.",
    )
