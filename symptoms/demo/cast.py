"""The people of the demo and what happened to them. Nobody here is real; days count back from today."""

from dataclasses import dataclass, field
from typing import Any

from symptoms.demo.drawing.shapes import View

PASSWORD = "walk slowly through ferns"  # noqa: S105  the demo's, printed by `make run`
LARKFIELD = {
    "name": "Larkfield Skin Clinic",
    "phone": "020 7946 0123",
    "week": {
        **{str(day): [["09:00", "18:00"]] for day in (0, 1, 2, 4)},
        "3": [["09:00", "20:00"]],
        "5": [["10:00", "14:00"]],
    },
    "answers_within": 2,
}
OTHERWHERE = {"name": "Otherwhere Clinic", "phone": "0113 496 0456"}


@dataclass(frozen=True)
class Member:
    """Somebody who works at a clinic."""

    name: str
    email: str
    is_admin: bool = False


@dataclass(frozen=True)
class Story:
    """One session of one patient and what they logged.

    `levels`: by symptom a row of grades from day 0 on, `-` on a day that was not logged; a symptom without a row was
    none throughout, and `redness` has a place for every day. `by` is who treated (a member's address), empty for
    somebody alone. `handled`: what the clinic did and the patient answered, as (day, hour, what, words); "watch" is
    until a day of the course. What was done on the day on which the demo is made was done by now, whatever the hour.
    """

    days_ago: int
    levels: dict[str, str]
    by: str = ""
    device: str = "pen"
    depth: str | None = "1.0"
    areas: tuple[str, ...] = ("face",)
    setting: str = "clinic"
    passes: int | None = 4
    antiviral: str = ""
    products: tuple[tuple[str, str], ...] = (("Hyaluronic acid gel", "HA-2207"),)
    signs: dict[int, tuple[str, ...]] = field(default_factory=dict)
    temperature: dict[int, float] = field(default_factory=dict)
    exposures: dict[int, tuple[str, ...]] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    photos: dict[int, tuple[View, ...]] = field(default_factory=dict)
    handled: tuple[tuple[int, int, str, str], ...] = ()

    def on(self, day: int) -> dict[str, int] | None:
        """The grades of a day, None when it was not logged. A row that ends early goes on with none."""
        logged = self.levels.get("redness", "").split()
        if day >= len(logged) or logged[day] == "-":
            return None
        rows = {symptom: row.split() for symptom, row in self.levels.items()}
        return {symptom: int(row[day]) for symptom, row in rows.items() if day < len(row) and row[day] != "-"}


@dataclass(frozen=True)
class Person:
    """A patient. Without `accepted` they have only been invited. `phone` is of a range that no exchange hands out.

    `screening` is what they answered, as `Answers.document`, the day before the first story; without a story the
    treatment is still to come, and it was yesterday.
    """

    name: str
    email: str
    born: int
    fitzpatrick: int | None
    stories: tuple[Story, ...]
    conditions: tuple[str, ...] = ()
    medications: tuple[str, ...] = ()
    baseline: dict[str, int] = field(default_factory=dict)
    screening: dict[str, Any] = field(default_factory=dict)
    accepted: bool = True
    phone: str = ""
    number: str = ""
    drug_allergies: tuple[tuple[str, str], ...] | None = None
    seed: int = 0  # of their face

    @property
    def began_days_ago(self) -> int:
        """When their record was made: at the first session, or yesterday."""
        return self.stories[0].days_ago if self.stories else 1


NOOR, LINDQVIST, CHEN = "noor@larkfield.example", "lindqvist@larkfield.example", "chen@larkfield.example"
OKAFOR = "okafor@otherwhere.example"

AT_LARKFIELD = (
    Member("Dr Samira Noor", NOOR, is_admin=True),
    Member("Dr Eva Lindqvist", LINDQVIST),
    Member("Wei Chen, nurse", CHEN),
)
AT_OTHERWHERE = (Member("Dr Ike Okafor", OKAFOR, is_admin=True),)

PATIENTS = (
    Person(
        "Julia Brandt",
        "julia@patients.example",
        1997,
        2,
        conditions=("active_acne",),
        baseline={"bumps": 1},
        phone="07700 900101",
        seed=11,
        stories=(
            Story(
                4,
                by=NOOR,
                depth="1.5",
                passes=6,
                products=(("Hyaluronic acid gel", "HA-2207"), ("Lidocaine 4 %", "L-88")),
                levels={
                    "redness": "3 2 2 2 3",
                    "swelling": "1 1 0 2 2",
                    "pain": "2 1 1 2 3",
                    "warmth": "2 1 1 2 3",
                    "bleeding": "1 0 0 0 0",
                    "peeling": "0 0 1 0 0",
                    "bumps": "1 1 1 2 2",
                },
                signs={4: ("pus", "spreading_redness")},
                temperature={4: 38.1},
                exposures={1: ("sunscreen_used",)},
                notes={
                    3: "A few sore spots on my left cheek.",
                    4: "Yellow heads on my left cheek. It is bigger and hot.",
                },
                photos={0: ("front",), 4: ("front", "left", "close_up")},
            ),
        ),
    ),
    Person(
        "Amara Bello",
        "amara@patients.example",
        1999,
        5,
        conditions=("pih_history",),
        phone="07700 900110",
        seed=23,
        stories=(
            Story(
                22,
                by=LINDQVIST,
                device="roller",
                depth="1.5",
                levels={
                    "redness": "2 2 1 1 0 - 0 - 0 - 0 - - 0 - - 0 - - 0 - 0 0",
                    "swelling": "2 1 1",
                    "pain": "2 1",
                    "warmth": "1",
                    "bleeding": "1",
                    "crusting": "0 0 1 1 1",
                    "peeling": "0 0 0 0 1 - 1",
                    "dark_patches": "0 0 0 1 1 - 0 - 0 - 0 - - 1 - - 2 - - 2 - 2 3",
                },
                exposures={
                    8: ("unprotected_sun",),
                    10: ("unprotected_sun",),
                    16: ("unprotected_sun",),
                    21: ("sunscreen_used",),
                    22: ("sunscreen_used",),
                },
                notes={3: "A bit darker where it is crusting.", 22: "Brown all over both cheeks now."},
                photos={0: ("front",), 16: ("front",), 22: ("front", "left")},
                handled=(
                    (16, 17, "acknowledge", ""),
                    (
                        16,
                        18,
                        "message",
                        "Thank you for logging this. Please use SPF 50 every two hours outside, and no new products. "
                        "I would like to see you this week: please ring us.",
                    ),
                ),
            ),
        ),
    ),
    Person(
        "Ellen Hughes",
        "ellen@patients.example",
        1971,
        2,
        phone="07700 900119",
        seed=37,
        stories=(
            Story(
                16,
                by=NOOR,
                depth="1.0",
                levels={
                    "redness": "3 2 2 2 1 1 - 2 2 - 2 - 2 - 2 - 2",
                    "pain": "1 1",
                    "warmth": "1 1",
                    "peeling": "0 0 1 1 1",
                },
                notes={14: "Still pink. It does not hurt."},
                photos={16: ("front",)},
                handled=(
                    (10, 11, "acknowledge", ""),
                    (10, 12, "note", "Rang her: even, not tender, no itch. Look again on day 15."),
                    (10, 13, "watch", "15"),
                ),
            ),
        ),
    ),
    Person(
        "Sofia Marin",
        "sofia@patients.example",
        1988,
        3,
        conditions=("cold_sores",),
        number="1037",
        drug_allergies=(),
        phone="07700 900128",
        seed=41,
        stories=(
            Story(
                3,
                by=CHEN,
                antiviral="no",
                depth="1.5",
                areas=("around_mouth", "cheeks"),
                levels={
                    "redness": "3 2 2 2",
                    "swelling": "1 1 0 0",
                    "pain": "2 1 1 1",
                    "warmth": "1 1 0 0",
                    "itching": "0 0 1 1",
                },
                signs={2: ("tingling",), 3: ("tingling", "blisters")},
                notes={3: "Tiny blisters at the corner of my mouth, as I get them in winter."},
                photos={3: ("close_up",)},
                handled=((2, 18, "acknowledge", ""),),
            ),
        ),
    ),
    Person(
        "Joe Brennan",
        "joe@patients.example",
        1985,
        2,
        phone="07700 900137",
        seed=53,
        stories=(
            Story(
                5,
                by=CHEN,
                depth="0.5",
                levels={"redness": "2 1 1 1 0 0", "pain": "1", "itching": "0 1 1 1 1 1", "peeling": "0 0 1 1 1 1"},
                notes={5: "Itches a bit in the evening."},
            ),
        ),
    ),
    Person(
        "Priya Nair",
        "priya@patients.example",
        1993,
        4,
        phone="07700 900146",
        seed=67,
        stories=(
            Story(
                2,
                by=NOOR,
                depth="1.0",
                levels={"redness": "2 1", "swelling": "1 1", "pain": "1 1", "warmth": "1 1", "bleeding": "1 0"},
                exposures={1: ("sunscreen_used",)},
                photos={0: ("front",), 1: ("front",)},
            ),
        ),
    ),
    Person(
        "Grace Turner",
        "grace@patients.example",
        1969,
        1,
        medications=("blood_thinner",),
        number="1042",
        drug_allergies=(("Penicillin", "rash"),),
        phone="07700 900155",
        seed=71,
        stories=(
            Story(
                6,
                by=LINDQVIST,
                depth="1.5",
                levels={
                    "redness": "2 2 1 1 1 1 3",
                    "swelling": "2 1 1",
                    "pain": "2 1 1 0 0 1 3",
                    "warmth": "1 1 0 0 0 0 3",
                    "bruising": "2 2 2 1 1 1 1",
                    "crusting": "0 1 1 1",
                    "peeling": "0 0 0 1 1 1 1",
                },
                signs={6: ("confused_or_drowsy", "feeling_ill", "spreading_redness")},
                temperature={6: 39.2},
                notes={6: "I feel very strange and cold."},
            ),
        ),
    ),
    Person(
        "Tom Ellery",
        "tom@patients.example",
        1990,
        3,
        phone="07700 900164",
        seed=83,
        stories=(
            Story(
                9,
                by=CHEN,
                device="roller",
                depth="1.5",
                areas=("cheeks", "forehead"),
                levels={
                    "redness": "2 2 1 1 1 - 0 - 0 0",
                    "swelling": "1 1",
                    "pain": "2 1",
                    "peeling": "0 0 1 1 1 - 1",
                    "crusting": "0 0 1 1",
                },
            ),
        ),
    ),
    Person(
        "Mei Tan",
        "mei@patients.example",
        1982,
        3,
        phone="07700 900173",
        seed=97,
        stories=(
            Story(
                13,
                by=LINDQVIST,
                depth="2.0",
                levels={
                    "redness": "3 3 2 2 2 1 1 - 1 - 1 - 0",
                    "swelling": "2 2 2 1 1",
                    "pain": "2 1 1 1",
                    "warmth": "2 2 1 1",
                    "bruising": "1 2 2 1 1",
                    "peeling": "0 0 1 2 2 1 1",
                    "dark_patches": "0 0 1 1 1 1",
                },
            ),
        ),
    ),
    Person(
        "Leila Haddad",
        "leila@patients.example",
        1978,
        4,
        phone="07700 900182",
        seed=101,
        stories=(
            Story(
                1,
                by=NOOR,
                device="rf",
                depth="2.5",
                areas=("cheeks", "neck"),
                passes=2,
                levels={"redness": "2 2", "swelling": "2 2", "pain": "2 1", "warmth": "2 2", "bleeding": "1 0"},
            ),
        ),
    ),
    Person(
        "Carla Mendes",
        "carla@patients.example",
        1995,
        3,
        conditions=("metal_allergy",),
        phone="07700 900191",
        seed=113,
        stories=(
            Story(
                20,
                by=NOOR,
                depth="1.0",
                products=(("Hyaluronic acid gel", "HA-2207"), ("Vitamin C serum", "VC-19")),
                levels={
                    "redness": "2 2 2 2 1 1 0 0 - 0 - 0 - - 0 - - - 0 - 0",
                    "pain": "1 1",
                    "warmth": "1 1",
                    "itching": "0 1 3 2 1 1 0 0",
                    "bumps": "0 0 1 1 1",
                },
                notes={2: "Itchy where the serum was put on."},
                handled=(
                    (2, 19, "acknowledge", ""),
                    (
                        2,
                        20,
                        "message",
                        "Please stop the serum and wash it off. A cool cloth helps. Log again tomorrow.",
                    ),
                    (3, 9, "answer", "I washed it off. It itches less this morning. May I use my old cream?"),
                    (3, 10, "message", "Good. Yes, the plain one, from tonight."),
                    (6, 10, "resolve", "advice"),
                ),
            ),
        ),
    ),
    Person(
        "Hannah Doyle",
        "hannah@patients.example",
        1987,
        2,
        phone="07700 900200",
        seed=127,
        stories=(
            Story(
                45,
                by=LINDQVIST,
                depth="1.0",
                levels={"redness": "2 2 1 1 0 0 - 0", "pain": "1 1", "warmth": "1", "peeling": "0 0 1 1 1"},
            ),
            Story(
                3,
                by=LINDQVIST,
                depth="1.5",
                levels={
                    "redness": "3 2 2 1",
                    "swelling": "1 1",
                    "pain": "2 1 1 1",
                    "warmth": "2 1 1",
                    "crusting": "0 0 1 1",
                },
            ),
        ),
    ),
    Person(
        "Iris Lowe",
        "iris@patients.example",
        1976,
        3,
        phone="07700 900245",
        seed=157,
        stories=(
            Story(
                7,
                by=LINDQVIST,
                depth="1.5",
                levels={
                    "redness": "3 2 2 3",
                    "swelling": "1 1 1 1",
                    "pain": "2 1 1 2",
                    "warmth": "2 1 1 2",
                    "crusting": "0 0 1 1",
                },
                notes={3: "Redder again since last night."},
                handled=(
                    (3, 10, "acknowledge", ""),
                    (3, 11, "message", "Please keep it cool and log every day, so that we see how it goes."),
                ),
            ),
        ),
    ),
    Person(
        "Dana Weiss",
        "dana@patients.example",
        1983,
        2,
        phone="07700 900254",
        seed=163,
        stories=(
            Story(
                5,
                by=CHEN,
                depth="1.0",
                levels={"redness": "2 2 1 1 3", "pain": "1 1 0 0 1", "itching": "0 0 1 1 3", "bumps": "0 0 0 0 1"},
                notes={4: "It itches since I used a new cream."},
                handled=((5, 9, "resolve", "seen"),),
            ),
        ),
    ),
    Person(
        "Nadia Rahman",
        "nadia@patients.example",
        1991,
        None,
        accepted=False,
        seed=131,
        stories=(Story(0, by=CHEN, depth="1.0", levels={}),),
    ),
    Person(
        "Ruth Carver",
        "ruth@patients.example",
        1988,
        None,
        phone="07700 900236",
        seed=151,
        screening={
            "answers": {
                **dict.fromkeys(
                    (
                        "skin_now",
                        "skin_cancer",
                        "isotretinoin",
                        "expecting",
                        "bleeding",
                        "painkillers",
                        "allergy",
                        "scars",
                        "acne",
                        "eczema",
                        "immune_skin",
                        "defences",
                        "sun_medicine",
                        "creams",
                        "implant",
                        "week_after",
                        "age",
                        "pressure",
                    ),
                    "no",
                ),
                "blood_thinner": "yes",
                "cold_sores": "yes",
                "rosacea": "yes",
                "marks": "yes",
                "tan": "unsure",
            },
            "parts": {"marks": ["melasma"]},
            "skin_colour": 4,
            "skin_burning": 3,
            "usual": {"redness": 2, "dark_patches": 1},
            "ticked": ["choosing.licensed", "choosing.phone", "choosing.risks"],
        },
        stories=(),
    ),
    Person(
        "Robin Slade",
        "robin@patients.example",
        2000,
        3,
        conditions=("active_acne",),
        baseline={"bumps": 1},
        phone="07700 900218",
        seed=139,
        stories=(
            Story(
                6,
                device="roller",
                depth="0.25",
                setting="home",
                passes=None,
                products=(("Vitamin C serum", ""),),
                levels={"redness": "1 1 0 0 0 2", "pain": "1 0 0 0 0 1", "bumps": "1 1 1 1 1 2", "peeling": "0 0 1"},
                exposures={5: ("makeup",)},
            ),
        ),
    ),
)

ELSEWHERE = (
    Person(
        "Ben Adeyemi",
        "ben@patients.example",
        1984,
        6,
        phone="07700 900227",
        seed=149,
        stories=(
            Story(
                3,
                by=OKAFOR,
                depth="1.0",
                levels={"redness": "2 1 1", "swelling": "1 1", "pain": "1 1", "warmth": "1 1"},
            ),
        ),
    ),
)
