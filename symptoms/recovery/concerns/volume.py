"""Fat lost under the skin after radiofrequency."""

from symptoms.recovery.criteria import Raising
from symptoms.recovery.predicates import RF, u
from symptoms.recovery.vocabulary import Concern, Symptom

raising = Raising(Concern.VOLUME_LOSS)

CRITERIA = (raising.contact("VOL-1", "28+", RF & u(Symptom.INDENTATIONS, 1), "S15"),)
