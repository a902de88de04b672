"""The nouns of the domain, one file each."""

from symptoms.models.alert import Alert, AlertEvent, Note
from symptoms.models.assessment import Assessment
from symptoms.models.delivery import Delivery
from symptoms.models.entry import Entry
from symptoms.models.own_data import EXPORT_LASTS, UNDO_WITHIN, Erasure, Export, PracticeExport
from symptoms.models.patient_status import PatientStatus
from symptoms.models.photo import Photo
from symptoms.models.reassessment import Reassessment, ReassessmentPage
from symptoms.models.reminder import AdviceTimer, DayLink, Reminding
from symptoms.models.screening import Screening
from symptoms.models.treatment import ProductLot, Treatment, TreatmentAccess, TreatmentRevision
from symptoms.models.upkeep import Upkeep
from symptoms.models.worker_beat import WorkerBeat

__all__ = [
    "EXPORT_LASTS",
    "UNDO_WITHIN",
    "AdviceTimer",
    "Alert",
    "AlertEvent",
    "Assessment",
    "DayLink",
    "Delivery",
    "Entry",
    "Erasure",
    "Export",
    "Note",
    "PatientStatus",
    "Photo",
    "PracticeExport",
    "ProductLot",
    "Reassessment",
    "ReassessmentPage",
    "Reminding",
    "Screening",
    "Treatment",
    "TreatmentAccess",
    "TreatmentRevision",
    "Upkeep",
    "WorkerBeat",
]
