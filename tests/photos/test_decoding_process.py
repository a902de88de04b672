"""The decoding process: what it may not do, and that neither its death nor its slowness outlives one picture."""

import os
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from symptoms.photos import decoder as decoder_module
from symptoms.photos.decoder import Decoder, DecodingProcess
from symptoms.photos.intake import take_in
from symptoms.photos.limits import MAX_PIXELS
from symptoms.photos.refusals import PhotoRefused, Refusal
from tests import images

LIMIT = MAX_PIXELS["JPEG"]
PROC = Path("/proc")


@pytest.fixture
def process():
    """A decoding process of the test's own, warm."""
    process = DecodingProcess()
    process.decode(images.photo(), LIMIT)
    yield process
    process.close()


@pytest.fixture(scope="module")
def slow_photo():
    """An honest file of a few hundred kilobytes that takes more than a second to read: 64 passes over 45 megapixels."""
    large = images.encoded(images.flat(images.RED, (9000, 5000)), progressive=True, quality=30)
    return images.with_scans(large, 64)


def in_background(process, data):
    """Send a picture from another thread; gives a function that waits for the reason of its refusal, or None."""
    refused = []

    def send():
        try:
            process.decode(data, LIMIT)
            refused.append(None)
        except PhotoRefused as fault:
            refused.append(fault.reason)

    thread = threading.Thread(target=send)
    thread.start()

    def reason():
        thread.join(20)
        return refused[0]

    return reason


@pytest.mark.faults("F11")
def test_killed_in_the_middle_of_a_picture_it_costs_that_picture_alone(process, slow_photo):
    reason = in_background(process, slow_photo)
    time.sleep(0.2)
    os.kill(process.pid, signal.SIGKILL)
    assert reason() == Refusal.TOO_COMPLEX
    assert process.decode(images.photo(), LIMIT)[1:] == (64, 48)


@pytest.mark.faults("F11")
def test_killed_between_two_pictures_it_costs_none(process):
    os.kill(process.pid, signal.SIGKILL)
    time.sleep(0.1)
    assert process.decode(images.photo(), LIMIT)[1:] == (64, 48)


@pytest.mark.faults("F11")
def test_the_system_ends_it_when_a_picture_uses_up_its_time(slow_photo):
    hasty = DecodingProcess(cpu_seconds=0)
    try:
        with pytest.raises(PhotoRefused) as refused:
            for _ in range(4):  # a limit counts in whole seconds, and this one is at most one
                hasty.decode(slow_photo, LIMIT)
        assert refused.value.reason == Refusal.TOO_COMPLEX
        assert hasty.decode(images.photo(), LIMIT)[1:] == (64, 48)
    finally:
        hasty.close()


def test_seconds_are_counted_for_each_picture_anew():
    thrifty = DecodingProcess(cpu_seconds=1)
    picture = images.encoded(images.noise((2000, 1500)))
    try:
        first, used = None, 0.0
        while used < 2.5:
            thrifty.decode(picture, LIMIT)
            first = first or thrifty.pid
            used = cpu_seconds(thrifty.pid)
        assert thrifty.pid == first
    finally:
        thrifty.close()


def cpu_seconds(pid):
    fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.faults("F11")
def test_one_that_does_not_answer_is_ended_by_the_clock():
    stopped = DecodingProcess(wall_seconds=0.5)
    try:
        stopped.decode(images.photo(), LIMIT)
        os.kill(stopped.pid, signal.SIGSTOP)
        with pytest.raises(PhotoRefused) as refused:
            stopped.decode(images.photo(), LIMIT)
        assert refused.value.reason == Refusal.TOO_COMPLEX
    finally:
        stopped.close()


def test_it_has_no_secrets_no_files_and_little_memory(process, monkeypatch):
    monkeypatch.setenv("MENDLINE_SECRET_KEY", "not for the decoder")
    process.close()
    process.decode(images.photo(), LIMIT)
    home = PROC / str(process.pid)
    limits = {line[:26].strip(): line[26:].split()[:2] for line in (home / "limits").read_text().splitlines()}
    assert b"MENDLINE" not in (home / "environ").read_bytes()
    assert limits["Max address space"] == ["1073741824", "1073741824"]
    assert limits["Max open files"] == ["3", "3"]
    assert limits["Max file size"] == ["0", "0"]
    assert limits["Max core file size"] == ["0", "0"]
    assert sorted(os.listdir(home / "fd")) == ["0", "1", "2"]
    assert os.readlink(home / "cwd") == "/"
    assert "django" not in (home / "maps").read_text()


def test_it_reads_heic_with_the_rights_of_an_ordinary_user():
    """Limits on processes are not held to root, and what reads HEIC starts a thread."""
    program = "import os, runpy, sys; sys.argv = ['', '10', 'heic'];"
    program += f"decoding = runpy.run_path({str(decoder_module.PROGRAM)!r}); decoding['warm_up']();"
    program += "os.getuid() or os.setuid(65534); decoding['confine'](); decoding['serve'](10)"
    data = (Path(__file__).parent / "heic" / "turned.heic").read_bytes()
    done = subprocess.run(
        [decoder_module.sys.executable, "-I", "-B", "-c", program],
        input=decoder_module.REQUEST.pack(LIMIT, len(data), False) + data, stdout=subprocess.PIPE, env={}, cwd="/",
    )  # fmt: skip
    assert decoder_module.ANSWER.unpack_from(done.stdout)[:3] == (True, 64, 96)


def test_a_phones_twelve_megapixels_are_halved_while_they_are_decoded(process):
    process.decode(images.encoded(Image.new("RGB", (4032, 3024), images.RED)), LIMIT)
    assert memory("VmHWM", process.pid) < 100 << 20  # decoded whole it takes 150 MB


def test_it_ends_with_the_server_that_started_it():
    program = "from symptoms.photos.decoder import decoder; from symptoms.photos.intake import take_in; import os, sys;"
    program += "take_in(sys.stdin.buffer.read()); print(decoder().processes[0].pid or decoder().processes[-1].pid);"
    program += "sys.stdout.flush(); os.kill(os.getpid(), 9)"
    server = subprocess.run(
        [decoder_module.sys.executable, "-c", program],
        input=images.photo(),
        stdout=subprocess.PIPE,
        cwd=decoder_module.PROGRAM.parents[2],
    )
    pid = int(server.stdout)
    for _ in range(100):
        if not (PROC / str(pid)).exists() or ") Z" in (PROC / str(pid) / "stat").read_text():
            return
        time.sleep(0.05)
    pytest.fail("the decoding process outlived its server")


def test_a_forked_server_starts_its_own():
    take_in(images.photo())
    before = decoder_module.decoder()
    child = os.fork()
    if child == 0:  # nothing but an exit may leave the child: it holds pytest's memory
        try:
            mine = decoder_module.decoder()
            works = take_in(images.photo()).width == 64 and mine is not before
            mine.close()
        finally:
            os._exit(0 if works else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert take_in(images.photo()).width == 64


def test_many_at_once_are_all_read_by_as_many_processes_as_there_are_cpus():
    crowd = Decoder(processes=2)
    photos = [images.photo((shade, 20, 20)) for shade in range(0, 240, 10)]
    try:
        with ThreadPoolExecutor(12) as threads:
            read = list(threads.map(lambda photo: crowd.decode(photo, LIMIT)[0], photos))
        shades = [images.shown(jpeg).getpixel((20, 20))[0] for jpeg in read]
        assert all(abs(shade - wanted) < 6 for shade, wanted in zip(shades, range(0, 240, 10), strict=True))
        assert len([process for process in crowd.processes if process.pid]) <= 2
    finally:
        crowd.close()


def test_who_waits_too_long_is_asked_to_send_it_again(monkeypatch):
    monkeypatch.setattr(decoder_module, "WAIT_SECONDS", 0.05)
    with pytest.raises(PhotoRefused) as refused:
        Decoder(processes=0).decode(images.photo(), LIMIT)
    assert refused.value.reason == Refusal.BUSY
    assert refused.value.is_ours


def test_without_pictures_for_a_while_it_ends_and_the_next_picture_begins_it_again(monkeypatch):
    monkeypatch.setattr(decoder_module, "IDLE_SECONDS", 0.3)
    crowd = Decoder(processes=2)
    try:
        crowd.processes[0].decode(images.photo(), LIMIT)
        for _ in range(2):
            crowd.decode(images.photo(), LIMIT)
            begun = [pid for process in crowd.processes if (pid := process.pid)]
            assert begun
            ends = time.monotonic() + 15
            while any((PROC / str(pid)).exists() for pid in begun):
                assert time.monotonic() < ends, "a process without pictures goes on"
                time.sleep(0.05)
    finally:
        crowd.close()


def test_an_answer_that_is_no_picture_of_ours_is_not_kept(process, monkeypatch, tmp_path):
    taken_over = tmp_path / "taken_over.py"
    taken_over.write_text(
        "import sys, struct\n"
        "head = sys.stdin.buffer.read(9); sys.stdin.buffer.read(struct.unpack('>II?', head)[1])\n"
        "page = b'<html><script>alert(1)</script>'\n"
        "sys.stdout.buffer.write(struct.pack('>?III', True, 64, 48, len(page)) + page)\n"
    )
    monkeypatch.setattr(decoder_module, "PROGRAM", taken_over)
    process.close()
    with pytest.raises(PhotoRefused) as refused:
        process.decode(images.photo(), LIMIT)
    assert refused.value.reason == Refusal.TOO_COMPLEX


@pytest.mark.faults("F11")
def test_the_server_stays_small_while_twenty_large_and_hostile_pictures_pass():
    small = images.encoded(images.flat(images.RED), "PNG")
    large = images.encoded(images.noise((3600, 2700)), quality=70)
    pictures = 2 * [
        images.with_chunks(small, images.chunk(b"zTXt", b"name\0\0" + images.unpacks_to(100))),
        images.with_chunks(small, images.chunk(b"iCCP", b"name\0\0" + images.unpacks_to(100))),
        images.with_chunks(small, images.png_size(4_000, 4_000)),
        images.claimed_png(30_000, 30_000),
        images.with_frame_size(images.photo(), 8_000, 6_000),
        images.animated("WEBP"),
        images.mpo(),
        b"\xff\xd8" + b"\xff" * 9_000_000,
        large[:-1000],
        large,
    ]
    take_in(images.photo())
    (PROC / "self" / "clear_refs").write_text("5")  # the peak counts from now on
    before, kept = memory("VmRSS"), 0
    for picture in pictures:
        with suppress(PhotoRefused):
            kept += bool(take_in(picture))
    assert 0 < kept < len(pictures) == 20
    assert memory("VmHWM") - before < 64 << 20


def memory(name, pid="self"):
    """A number of a process's /proc/PID/status, in bytes."""
    lines = (PROC / str(pid) / "status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name + ":"))
