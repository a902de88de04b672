"""The words of a recovery: what is graded, seen, done and said. Everything else speaks with these."""

from enum import IntEnum, StrEnum


class Urgency(IntEnum):
    """How soon to act, in rising order."""

    ON_TRACK = 0
    WATCH = 1
    CONTACT = 2
    URGENT = 3
    EMERGENCY = 4

    @property
    def slug(self) -> str:
        """The word used in files, addresses and answers: on_track … emergency."""
        return _SLUGS[self]

    @classmethod
    def of(cls, slug: str) -> "Urgency":
        """The urgency of a slug. Raises KeyError for an unknown word."""
        return cls[slug.upper()]


_SLUGS = tuple(urgency.name.lower() for urgency in Urgency)


class Symptom(StrEnum):
    """What is graded from 0 none to 4 very severe."""

    REDNESS = "redness"
    SWELLING = "swelling"
    PAIN = "pain"
    WARMTH = "warmth"
    ITCHING = "itching"
    PEELING = "peeling"
    BRUISING = "bruising"
    BLEEDING = "bleeding"
    OOZING = "oozing"
    CRUSTING = "crusting"
    BUMPS = "bumps"
    DARK_PATCHES = "dark_patches"
    LIGHT_PATCHES = "light_patches"
    RAISED_SCAR = "raised_scar"
    INDENTATIONS = "indentations"


class Sign(StrEnum):
    """What is present or not."""

    PUS = "pus"
    SPREADING_REDNESS = "spreading_redness"
    RED_STREAKS = "red_streaks"
    HONEY_CRUST = "honey_crust"
    BLISTERS = "blisters"
    OPEN_SORE = "open_sore"
    FIRM_LUMPS = "firm_lumps"
    HIVES = "hives"
    RASH_BEYOND_AREA = "rash_beyond_area"
    SWOLLEN_GLANDS = "swollen_glands"
    CHILLS = "chills"
    FEELING_ILL = "feeling_ill"
    FAINTED = "fainted"
    CONFUSED_OR_DROWSY = "confused_or_drowsy"
    BLUE_LIPS = "blue_lips"
    DROOPING_OR_WEAK = "drooping_or_weak"
    FACE_OR_TONGUE_SWELLING = "face_or_tongue_swelling"
    TROUBLE_BREATHING = "trouble_breathing"
    EYE_PAIN = "eye_pain"
    VISION_CHANGE = "vision_change"
    BLACK_SKIN = "black_skin"
    WHITE_OR_NETLIKE_SKIN = "white_or_netlike_skin"
    ONE_SIDED = "one_sided"
    TINGLING = "tingling"
    JOINT_PAIN_OR_SHIN_LUMPS = "joint_pain_or_shin_lumps"
    TRACK_MARKS = "track_marks"
    NUMBNESS = "numbness"
    JAUNDICE = "jaundice"


class Exposure(StrEnum):
    """What the skin met since the last log."""

    UNPROTECTED_SUN = "unprotected_sun"
    SUNSCREEN_USED = "sunscreen_used"
    MAKEUP = "makeup"
    ACTIVE_SKINCARE = "active_skincare"
    HEAVY_EXERCISE = "heavy_exercise"
    SWIMMING_OR_SAUNA = "swimming_or_sauna"
    PICKING = "picking"
    HOME_NEEDLING = "home_needling"


class Condition(StrEnum):
    """What a patient has, or has had."""

    ECZEMA = "eczema"
    ROSACEA = "rosacea"
    PSORIASIS = "psoriasis"
    ACTIVE_ACNE = "active_acne"
    KELOID_HISTORY = "keloid_history"
    COLD_SORES = "cold_sores"
    DIABETES = "diabetes"
    IMMUNOSUPPRESSED = "immunosuppressed"
    MELASMA = "melasma"
    PIH_HISTORY = "pih_history"
    VITILIGO = "vitiligo"
    METAL_ALLERGY = "metal_allergy"
    LATEX_OR_ANAESTHETIC_ALLERGY = "latex_or_anaesthetic_allergy"
    BLEEDING_DISORDER = "bleeding_disorder"
    SKIN_CANCER = "skin_cancer"
    PREGNANT = "pregnant"
    BREASTFEEDING = "breastfeeding"
    AUTOIMMUNE = "autoimmune"
    RECENT_TAN = "recent_tan"


class Medication(StrEnum):
    """What a patient takes."""

    BLOOD_THINNER = "blood_thinner"
    ISOTRETINOIN_6M = "isotretinoin_6m"
    ORAL_STEROID = "oral_steroid"
    TOPICAL_RETINOID = "topical_retinoid"
    PHOTOSENSITISER = "photosensitiser"
    IMMUNOSUPPRESSANT = "immunosuppressant"
    NSAID = "nsaid"


class Concern(StrEnum):
    """What may be going on; never a diagnosis."""

    INFECTION = "infection"
    COLD_SORE_REACTIVATION = "cold_sore_reactivation"
    LATE_INFECTION = "late_infection"
    ALLERGIC_REACTION = "allergic_reaction"
    CONTACT_DERMATITIS = "contact_dermatitis"
    PERSISTENT_REDNESS = "persistent_redness"
    PERSISTENT_SWELLING = "persistent_swelling"
    UNEXPECTED_PAIN = "unexpected_pain"
    HYPERPIGMENTATION = "hyperpigmentation"
    HYPOPIGMENTATION = "hypopigmentation"
    SCARRING = "scarring"
    GRANULOMA = "granuloma"
    ACNE_FLARE = "acne_flare"
    BRUISING_OR_BLEEDING = "bruising_or_bleeding"
    EYE_INVOLVEMENT = "eye_involvement"
    SKIN_NECROSIS = "skin_necrosis"
    BURN = "burn"
    NERVE_INJURY = "nerve_injury"
    VOLUME_LOSS = "volume_loss"
    BLOOD_BORNE_INFECTION = "blood_borne_infection"


class Device(StrEnum):
    """What needled the skin."""

    PEN = "pen"
    ROLLER = "roller"
    RF = "rf"
    STAMP = "stamp"


class Setting(StrEnum):
    """Where it was done."""

    CLINIC = "clinic"
    HOME = "home"


class Answer(StrEnum):
    """What somebody said of the needles; left out is unknown."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Area(StrEnum):
    """What was treated; free words may stand beside these."""

    FACE = "face"
    FOREHEAD = "forehead"
    CHEEKS = "cheeks"
    AROUND_EYES = "around_eyes"
    AROUND_MOUTH = "around_mouth"
    NECK = "neck"
    CHEST = "chest"
    ABDOMEN = "abdomen"
    BACK = "back"
    SCALP = "scalp"
    HANDS = "hands"
    ARMS = "arms"
    THIGHS = "thighs"
    OTHER = "other"
