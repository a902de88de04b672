"""The nouns of people, one file each: users, practices and their members, patients, invitations, what is sent."""

from accounts.models.audit import AuditRecord, AuditSeal
from accounts.models.break_glass import GLASS_LASTS, BreakGlass
from accounts.models.invitation import (
    INVITATION_LASTS,
    LAPSE_SAID_FOR,
    UNDONE_WITHIN,
    Invitation,
    InvitationQuerySet,
    hash_token,
)
from accounts.models.member import (
    Absence,
    ContactMethod,
    ContactMethodQuerySet,
    Membership,
    MembershipQuerySet,
    Reach,
    kinds_offered,
)
from accounts.models.patient import (
    ADULT,
    CONSENT_VERSION,
    LONGEST_PATIENT_NUMBER,
    Consent,
    Departure,
    Patient,
    PatientQuerySet,
    PatientWord,
    PatientWordQuerySet,
    keep_words,
)
from accounts.models.practice import (
    LEAST_MONTHS,
    LONGEST_WALL_LABEL,
    MOST_MONTHS,
    RETENTION_MONTHS,
    Practice,
    WallLink,
    validate_zone,
)
from accounts.models.program_token import LONGEST_TOKEN_NAME, ProgramToken
from accounts.models.second_yes import ASK_LASTS, SecondYes, SecondYesQuerySet
from accounts.models.sending import LONGEST_PAUSE, AccountMail, Sending, SendingQuerySet
from accounts.models.user import User, UserManager

__all__ = [
    "ADULT",
    "ASK_LASTS",
    "CONSENT_VERSION",
    "GLASS_LASTS",
    "INVITATION_LASTS",
    "LAPSE_SAID_FOR",
    "LEAST_MONTHS",
    "LONGEST_PATIENT_NUMBER",
    "LONGEST_PAUSE",
    "LONGEST_TOKEN_NAME",
    "LONGEST_WALL_LABEL",
    "MOST_MONTHS",
    "RETENTION_MONTHS",
    "UNDONE_WITHIN",
    "Absence",
    "AccountMail",
    "AuditRecord",
    "AuditSeal",
    "BreakGlass",
    "Consent",
    "ContactMethod",
    "ContactMethodQuerySet",
    "Departure",
    "Invitation",
    "InvitationQuerySet",
    "Membership",
    "MembershipQuerySet",
    "Patient",
    "PatientQuerySet",
    "PatientWord",
    "PatientWordQuerySet",
    "Practice",
    "ProgramToken",
    "Reach",
    "SecondYes",
    "SecondYesQuerySet",
    "Sending",
    "SendingQuerySet",
    "User",
    "UserManager",
    "WallLink",
    "hash_token",
    "keep_words",
    "kinds_offered",
    "validate_zone",
]
