"""A busy evening: fifty people who each send a day and a photo every half a minute, while ten queues are open."""

import io
import json
import random
import statistics
import threading
import time

from PIL import Image

from tests.load.sending import Answers, Line, until_written

PEOPLE, EVERY = 50, 30  # seconds between two days of one person
QUEUE_EVERY = 30  # seconds after which an open queue is loaded again, however little is new
MOST = 3.0  # seconds, for 99 of 100
SYMPTOMS = ("redness", "swelling", "pain", "warmth")


def days(minutes: float) -> int:
    """How many days each person sends."""
    return max(1, round(minutes * 60 / EVERY)) if minutes else 0


def spend(port: int, writers: list[tuple[str, str]], cookies: list[str], minutes: float) -> Answers:
    """Let them send, each at a moment of their own in every half a minute; what came back."""
    answers, over, picture = Answers(), threading.Event(), photo()
    begins = time.monotonic()

    def write(number: int, token: str, treatment: str) -> None:
        chance, line = random.Random(number), Line(port, answers, Authorization=f"Token {token}")
        path = f"/api/v1/treatments/{treatment}"
        for day in range(days(minutes)):
            time.sleep(max(0.0, begins + (day + chance.random()) * EVERY - time.monotonic()))
            levels = {symptom: chance.randint(0, 3) for symptom in SYMPTOMS}
            body = json.dumps({"day": day, "symptoms": levels, "asked": SYMPTOMS, "signs": [], "exposures": []})
            line.write("entry", f"{path}/entries/{{id}}/", body, "application/json")
            line.write("photo", f"{path}/photos/{{id}}/?day={day}&view=front", picture, "image/jpeg")
            line.hang_up()

    def keep_open(cookie: str) -> None:
        """As the page does: it waits for news, and loads itself again where there are some, or after a while."""
        line = Line(port, answers, Cookie=cookie)
        while not over.is_set():
            line.ask("queue", "GET", "/practice/")
            line.ask("news", "GET", "/practice/live/?sign=")
            line.hang_up()
            over.wait(QUEUE_EVERY)

    until_written(write, writers, keep_open, cookies, over)
    return answers


def photo() -> bytes:
    """A picture as a phone sends it once it is made smaller: 1,600 points wide, 0.4 MB."""
    grain = Image.effect_noise((1600, 1200), 8).convert("L")
    light = Image.blend(grain, Image.linear_gradient("L").resize(grain.size), 0.5)
    made = io.BytesIO()
    Image.merge("RGB", (light, grain, grain)).save(made, "JPEG", quality=85)
    return made.getvalue()


def faults(answers: Answers) -> list[str]:
    """What was promised and is not so: a sentence each."""
    wrong = [(what, status) for what, status, _ in answers.all if status not in (200, 201)]
    found = [f"{len(wrong)} were answered otherwise: {sorted(set(wrong))}"] if wrong else []
    if answers.broken:
        found.append(f"broken: {dict(answers.broken)}")
    for what, ids in lost(answers).items():
        if ids:
            found.append(f"{ids} of each acknowledged {what} are not there")
    for what in ("entry", "photo", "queue"):
        took = answers.took(what)
        p99 = statistics.quantiles(took, n=100, method="inclusive")[98] if len(took) > 1 else 0
        if p99 > MOST:
            found.append(f"{what}: 99 of 100 took {p99:.1f} s, and were to take {MOST:.0f} s")
    return found


def lost(answers: Answers) -> dict[str, int]:
    """How many were acknowledged and are not there: entries that are not judged, photos whose file is not whole."""
    from symptoms.models import Entry, Photo
    from symptoms.photos import files
    from symptoms.photos.files import PhotoLost

    judged = set(Entry.objects.filter(is_judged=True).values_list("pk", flat=True))
    whole = set()
    for photo in Photo.objects.iterator():
        try:
            files.read(photo)
        except PhotoLost:
            continue
        whole.add(photo.pk)
    return {"entry": len(answers.kept["entry"] - judged), "photo": len(answers.kept["photo"] - whole)}
