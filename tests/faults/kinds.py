"""The kinds of faults that are brought about on purpose; what is promised of each stands in docs/faults.md."""

KINDS = {
    "F1": "web process killed",
    "F2": "worker killed",
    "F3": "mail server refuses, hangs, drops",
    "F4": "disk full",
    "F5": "SQLite: writers, a reader's snapshot, a held lock",
    "F6": "PostgreSQL restarted",
    "F7": "sent again, at once, out of order",
    "F8": "clocks and zones of phones",
    "F9": "days held back without a network",
    "F10": "store of photos away",
    "F11": "hostile pictures, decoder killed",
    "F12": "migration killed, schema older or newer",
    "F13": "backup and restore under load, killed",
    "F14": "no worker for hours",
    "F15": "workers race",
    "F16": "a message that breaks its sender",
    "F17": "worker paused beyond its lease",
    "F18": "server's clock jumps",
    "F19": "rules fail",
    "F20": "nobody can be told",
    "F21": "stopped under load",
}
ON_ONE = {"F5": "sqlite", "F6": "postgresql"}  # what the other database has not
