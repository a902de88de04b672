"""Photos on their way: two of one person at a time, little in memory, and nothing of them left behind."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from symptoms.models import Photo
from symptoms.photos import uploads
from symptoms.photos.refusals import PhotoRefused, Refusal
from symptoms.photos.uploads import place_for_upload
from tests import images
from tests.api.programs import of, program
from tests.house.serving import answer, request, serving
from tests.house.tree import ROOT
from tests.treatments import pen
from tests.tries import tries

UPLOADS = tries(14, 200)
AT_ONCE = tries(12, 40)
GROWTH = 64 << 20  # bytes

HOLD = """
import os, sys, time, uuid
from symptoms.photos.uploads import place_for_upload
with place_for_upload(uuid.UUID(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""
PEOPLE = """
import sys
from django.utils import timezone
from tests import people
from tests.treatments import pen
clinic = people.practice()
for number in range(int(sys.argv[1])):
    patient = people.patient(clinic, f"Patient {number}")
    print(people.token_of(patient.user), pen(patient, days_ago=60).pk)
"""


def in_another_process(program: str, *arguments: str, environment: dict[str, str]) -> subprocess.Popen:
    started = f"import django; django.setup()\n{program}"
    return subprocess.Popen(
        [sys.executable, "-c", started, *arguments],
        cwd=ROOT, env=environment | {"DJANGO_SETTINGS_MODULE": "tracker.settings"}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_two_photos_of_one_person_are_taken_in_at_a_time_whichever_process_has_them(settings, tmp_path):
    settings.UPLOAD_ROOT = tmp_path / "uploads"
    settings.UPLOAD_ROOT.mkdir()
    ana, ben = uuid4(), uuid4()
    environment = os.environ | {"MENDLINE_DATA_DIR": str(tmp_path)}
    with in_another_process(HOLD, str(ana), environment=environment) as other:
        assert other.stdout.readline() == "held\n"
        with place_for_upload(ana):
            with pytest.raises(PhotoRefused) as refused, place_for_upload(ana):
                raise AssertionError("a third was taken")
            assert refused.value.is_ours
        with place_for_upload(ben):
            pass
        other.send_signal(signal.SIGKILL)
        other.wait(10)
    with place_for_upload(ana), ThreadPoolExecutor(1) as pool:  # a killed process holds nothing
        assert pool.submit(lambda: place_for_upload(ana).__enter__()).exception() is None


def test_no_more_than_two_pictures_are_in_memory_in_a_process(settings, monkeypatch):
    monkeypatch.setattr(uploads, "WAIT_SECONDS", 0.05)
    with place_for_upload(uuid4()), place_for_upload(uuid4()):
        with pytest.raises(PhotoRefused) as refused, place_for_upload(uuid4()):
            raise AssertionError("a third was taken")
        assert refused.value.reason == Refusal.BUSY


@pytest.mark.django_db
def test_a_third_photo_at_a_time_is_put_off_in_words_on_the_page_and_by_503_in_the_api(ana, phone):
    treatment = pen(ana, days_ago=3)
    with place_for_upload(ana.user.pk), place_for_upload(ana.user.pk):
        at = f"{of(treatment, 'photos', uuid4())}?day=3&view=front"
        refused = program(ana).generic("PUT", at, images.photo(), content_type="image/jpeg")
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        picture = SimpleUploadedFile("a.jpg", images.photo(), "image/jpeg")
        page = phone.post(reverse("photo_add", args=[3]), {"id": str(uuid4()), "front": picture})
        assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
        assert str(Refusal.BUSY.label) in page.content.decode()
    assert not Photo.objects.exists()


def test_what_was_left_behind_is_swept_once_no_upload_can_be_so_old(settings, tmp_path):
    settings.UPLOAD_ROOT = tmp_path
    old, fresh = tmp_path / "tmpold.upload.jpg", tmp_path / "tmpfresh.upload.jpg"
    for path in (old, fresh):
        path.write_bytes(images.MARK)
    two_hours_ago = time.time() - 7_200
    os.utime(old, (two_hours_ago, two_hours_ago))
    assert uploads.sweep(timedelta(hours=1)) == 1
    assert [path.name for path in tmp_path.iterdir()] == [fresh.name]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    scratch = tmp_path_factory.mktemp("scratch")
    with serving(tmp_path_factory.mktemp("uploading"), TMPDIR=str(scratch), MENDLINE_API_RATE="100000/min") as started:
        yield started


@pytest.fixture(scope="module")
def patients(server):
    """Tokens and treatments of eight patients."""
    with in_another_process(PEOPLE, "8", environment=server.environment) as made:
        lines = made.stdout.read().splitlines()
    assert len(lines) == 8
    return [line.split() for line in lines]


def put(patient, picture: bytes) -> bytes:
    token, treatment = patient
    at = f"/api/v1/treatments/{treatment}/photos/{uuid4()}/?day=3&view=front"
    return request(at, "PUT", picture, Authorization=f"Token {token}", Content_Type="image/jpeg", Connection="close")


def left_with(mark: bytes, *folders: Path) -> list[Path]:
    return [path for folder in folders for path in folder.rglob("*") if path.is_file() and mark in path.read_bytes()]


def test_neither_a_broken_line_nor_a_killed_process_leaves_an_original_behind(server, patients):
    picture = images.photo() + images.MARK * 200_000
    folders = (server.data, Path(server.environment["TMPDIR"]))
    form = b'--B\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n' + picture
    whole = put(patients[0], picture)
    as_form = request(
        "/course/3/photos/", "POST", form, Content_Type="multipart/form-data; boundary=B", Cookie="session=a"
    )
    for sent in (whole, as_form):
        with server.connect() as client:
            client.sendall(sent[: len(sent) * 7 // 10])
            assert not left_with(images.MARK, *folders)
    with server.connect() as client:
        client.sendall(whole[: len(whole) * 7 // 10])
        server.ask("/healthz")  # what was sent before has been read
        for pid in server.processes():
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(OSError):
            answer(client)
    assert not left_with(images.MARK, *folders)


def test_a_third_upload_of_one_sender_is_refused_before_its_body_is_read(server, patients):
    body = bytes(1_000_000)
    with ExitStack() as opened:
        clients = [opened.enter_context(server.connect(f"127.0.2.{number + 1}")) for number in range(3)]
        for client in clients:
            client.sendall(put(patients[1], body)[:2_000])
            server.ask("/healthz")  # it has been read
        status, headers, page = answer(clients[2])
        assert (status, headers["retry-after"], headers["connection"]) == (503, "5", "close")
        assert headers["content-type"] == "application/problem+json" and headers["x-content-type-options"] == "nosniff"
        assert b'"status":503' in page.replace(b" ", b"")
        with server.connect() as other:  # somebody else's is taken
            other.sendall(put(patients[2], images.photo() + bytes(300_000)))
            assert answer(other)[0] == 201


def peak_and_now(pid: int) -> tuple[int, int]:
    """The most memory that a process has held, and what it holds, in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    memory = {
        name: int(rest.split()[0]) * 1024
        for name, _, rest in (line.partition(":") for line in lines)
        if rest.endswith("kB")
    }
    return memory["VmHWM"], memory["VmRSS"]


@pytest.mark.chance
@pytest.mark.parametrize("senders", [1, 8])
def test_many_large_uploads_cost_the_web_process_little_memory(server, patients, senders):
    rubbish = os.urandom(1 << 20) * 20
    large = images.encoded(images.noise((2600, 1700)))
    large += b"\0" * (13_300_000 - len(large))  # after its end: what phones append
    server.ask("/help/")
    with server.connect() as client:
        client.sendall(put(patients[0], images.photo()))
        assert answer(client)[0] == 201
    (web,) = server.processes()
    Path(f"/proc/{web}/clear_refs").write_text("5")  # the peak begins again
    _, idle = peak_and_now(web)

    def send(number: int) -> int:
        with server.connect(f"127.0.1.{number % 40 + 1}") as client:
            body = rubbish[:19_000_000] if number % 3 == 0 else large
            with suppress(ConnectionError):  # told before all of it was sent
                client.sendall(put(patients[number % senders], body))
            return answer(client)[0]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = list(pool.map(send, range(UPLOADS)))
    assert set(statuses) <= {201, 422, 503}
    if senders == 1:  # of several, now and then no two meet
        assert 503 in statuses
    assert server.ask("/help/")[0] == 200
    peak, _ = peak_and_now(web)
    assert peak - idle <= GROWTH, f"{(peak - idle) >> 20} MiB more than when idle"
