"""Makes a master key, by which the keys of patients are wrapped."""

from accounts.keys.making import MakesKeyFile


class Command(MakesKeyFile):
    help = "Makes the file that MENDLINE_MASTER_KEY_FILE names, with a new master key; one that is there stays."
    setting = "MASTER_KEY_FILE"
    keeping = "Keep a copy of it apart from every backup: without it no note and no photo", "can be read again."
