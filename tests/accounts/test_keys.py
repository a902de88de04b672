"""Keys: wrapped in a store of their own, by master keys that can be missing, wrong, old, or changed half way."""

import os
import re
import stat
from contextlib import suppress
from itertools import islice
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from accounts.keys import master, sealing, store
from accounts.keys.faults import Damaged, KeyLost, KeysUnavailable
from accounts.keys.master import MasterKey, make_file, master_keys, new_line

LIKE_A_KEY = re.compile(r"[A-Za-z0-9_-]{40,}")


@pytest.fixture(autouse=True)
def kept(tmp_path, settings):
    """An empty store and a file with one master key, both of the test's own."""
    location = tmp_path / "keys"
    private = {"BACKEND": "symptoms.photos.storage.PrivateStorage", "OPTIONS": {"location": location}}
    settings.STORAGES = settings.STORAGES | {"keys": private}
    settings.MASTER_KEY_FILE = tmp_path / "master-key"
    make_file(settings.MASTER_KEY_FILE)
    store.forget_unwrapped()
    yield location
    store.forget_unwrapped()


def give(settings, *lines: str) -> None:
    """The operator writes these master keys into the file."""
    settings.MASTER_KEY_FILE.write_text("\n".join(lines) + "\n")
    settings.MASTER_KEY_FILE.chmod(0o600)
    store.forget_unwrapped()


def given_now(settings) -> str:
    return settings.MASTER_KEY_FILE.read_text().strip()


def on_disk(kept) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in kept.iterdir()}


@given(data=st.binary(max_size=300), bound=st.text(max_size=40))
def test_what_is_sealed_opens_as_what_it_is_and_as_nothing_else(data, bound):
    store.begin()
    store.of_the_site()
    sealed = sealing.seal(data, store.OF_THE_SITE, bound)
    assert sealing.opened(sealed, bound) == data and sealing.key_of(sealed) == store.OF_THE_SITE
    assert sealing.from_text(sealing.as_text(sealed)) == sealed
    with pytest.raises(Damaged):
        sealing.opened(sealed, bound + "x")


def test_each_changed_byte_is_found():
    key = store.make()
    sealed = sealing.seal(b"It itches.", key, "a note")
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises((Damaged, KeyLost)):  # another id of a key is one that nobody has
            sealing.opened(changed, "a note")
    for cut in range(len(sealed)):
        with pytest.raises(Damaged):
            sealing.opened(sealed[:cut], "a note")


def test_the_same_words_are_never_sealed_alike_and_one_key_opens_nothing_of_another():
    one, other = store.make(), store.make()
    assert len({sealing.seal(b"It itches.", one, "a note") for _ in range(50)}) == 50
    swapped = sealing.MAGIC + other.bytes + sealing.seal(b"It itches.", one, "a note")[sealing.HEADER :]
    with pytest.raises(Damaged):
        sealing.opened(swapped, "a note")


def test_keys_lie_wrapped_each_for_the_server_alone_and_are_flushed_before_they_are_used(kept, monkeypatch):
    flushed = []
    really = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (flushed.append(os.readlink(f"/proc/self/fd/{fd}")), really(fd)))
    key = store.make()
    files = on_disk(kept)
    assert len(files) == 2 and any(f"{kept}/{key}" in name for name in flushed) and str(kept) in flushed
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()} == {0o600}
    secret, masters = store.unwrapped(key), [each.secret for each in master_keys()]
    assert not any(hidden in content for content in files.values() for hidden in [secret, *masters])


def test_a_process_knows_a_key_for_a_minute_at_most_and_only_so_many(kept, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(store.time, "monotonic", lambda: now[0])
    key = store.make()
    store.unwrapped(key)
    for path in kept.glob(f"{key}.*"):
        path.unlink()  # as another process erased it
    now[0] += store.KNOWN_FOR - 1
    assert store.unwrapped(key) and store.KNOWN_FOR <= 60
    now[0] += 2
    with pytest.raises(KeyLost):
        store.unwrapped(key)
    monkeypatch.setattr(store, "KNOWN_AT_MOST", 3)
    for _ in range(8):
        store.unwrapped(store.make())
    assert len(store._known) <= 3


def test_a_forgotten_key_is_gone_at_once_here_and_from_the_store(kept):
    key = store.make()
    sealed = sealing.seal(b"It itches.", key, "a note")
    assert store.forget(key) and not store.forget(key)
    with pytest.raises(KeyLost):
        sealing.opened(sealed, "a note")
    assert [name for name in on_disk(kept) if name.startswith(str(key))] == []


def test_a_master_key_that_is_missing_wrong_open_to_others_or_no_key_is_said_and_nothing_is_written(kept, settings):
    key, file = store.make(), settings.MASTER_KEY_FILE
    before, right = on_disk(kept), given_now(settings)

    def refused() -> str:
        store.forget_unwrapped()
        sentences = []
        for act in (store.check, lambda: store.unwrapped(key), lambda: list(store.rotate())):
            with pytest.raises(KeysUnavailable) as fault:
                act()
            sentences.append(str(fault.value))
        assert on_disk(kept) == before
        assert not LIKE_A_KEY.search(" ".join(sentences).replace(str(file), ""))
        return sentences[0]

    wrong = new_line()
    give(settings, wrong)
    assert "were wrapped by the master key" in refused()
    for text in ("", "# nothing\n", "c2hvcnQ=\n", right[:-6] + "\n", "ä" * 44):
        file.write_text(text, encoding="utf-8")
        assert "no master key" in refused()
    give(settings, right)
    for mode in (0o604, 0o660, 0o602, 0o666):
        file.chmod(mode)
        assert f"chmod 600 {file}" in refused()
    file.unlink()
    assert "cannot be read" in refused()
    settings.MASTER_KEY_FILE = None
    assert "MENDLINE_MASTER_KEY_FILE" in refused()
    settings.MASTER_KEY_FILE = file
    for mode in (0o600, 0o400, 0o640, 0o440):
        give(settings, right)
        file.chmod(mode)
        assert store.check() and store.unwrapped(key)
        file.chmod(0o600)


def test_a_key_is_lost_only_where_the_store_is_the_right_one(kept, settings):
    store.make()
    with pytest.raises(KeyLost):
        store.unwrapped(uuid4())
    for path in kept.iterdir():  # another, empty folder
        path.unlink()
    with pytest.raises(KeysUnavailable, match="empty, or belongs to another"):
        store.unwrapped(uuid4())


def test_a_store_that_was_put_back_in_part_is_refused(kept):
    store.make()
    next(kept.glob("check.*")).unlink()
    with pytest.raises(KeysUnavailable, match="a part of it is missing"):
        store.check()


def test_a_damaged_file_of_the_store_is_named_and_no_key_is_made_in_its_place(kept):
    key = store.make()
    path = next(kept.glob(f"{key}.*"))
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(KeysUnavailable, match=f"{key}.*damaged"):
        store.unwrapped(key)


def test_the_old_master_key_still_opens_and_after_a_rotation_is_needed_no_more(kept, settings):
    keys, old = [store.make() for _ in range(5)], given_now(settings)
    secrets, new = [store.unwrapped(key) for key in keys], new_line()
    give(settings, new, old)
    store.begin()
    later = store.make()
    assert [store.unwrapped(key) for key in keys] == secrets
    give(settings, old)
    with pytest.raises(KeysUnavailable, match="after a rotation that is not done, both"):
        store.check()  # the new one has wrapped a key already
    give(settings, "# the new one", new, "", old)
    assert list(store.rotate())[-1] == (5, 5)
    assert list(store.rotate()) == []
    give(settings, new)
    assert store.check() and [store.unwrapped(key) for key in keys] == secrets and store.unwrapped(later)
    assert {name.partition(".")[2] for name in on_disk(kept)} == {master_keys()[0].id}


@pytest.mark.parametrize("at", range(14))
def test_a_rotation_that_is_killed_anywhere_loses_no_key_and_is_taken_up_again(kept, settings, monkeypatch, at):
    keys, old = [store.make() for _ in range(3)], given_now(settings)
    secrets, new = [store.unwrapped(key) for key in keys], new_line()
    give(settings, new, old)

    class Killed(BaseException):
        pass

    left = [at]
    private = type(store._store())

    def until_it_dies(really):
        def step(*args, **kwargs):
            if not left[0]:
                raise Killed
            left[0] -= 1
            return really(*args, **kwargs)

        return step

    with monkeypatch.context() as patched:
        for name in ("save", "delete", "open"):
            patched.setattr(private, name, until_it_dies(getattr(private, name)))
        with suppress(Killed):
            list(store.rotate())
    store.forget_unwrapped()
    assert [store.unwrapped(key) for key in keys] == secrets  # meanwhile, with both
    assert store.check()
    list(store.rotate())
    give(settings, new)
    assert store.check() and [store.unwrapped(key) for key in keys] == secrets


def test_a_power_cut_in_a_rotation_leaves_what_was_not_on_the_disk_yet_to_the_old_key(kept, settings):
    """What was written and not flushed may be there and empty; the old file goes only after the flush."""
    keys, old = [store.make() for _ in range(3)], given_now(settings)
    secrets, new = [store.unwrapped(key) for key in keys], new_line()
    before = on_disk(kept)
    give(settings, new, old)
    list(store.rotate())
    for name in on_disk(kept).keys() - before.keys():
        if not name.startswith("check."):
            (kept / name).write_bytes(b"")
    for name, content in before.items():
        (kept / name).write_bytes(content)
    store.forget_unwrapped()
    assert [store.unwrapped(key) for key in keys] == secrets
    list(store.rotate())
    give(settings, new)
    assert store.check() and [store.unwrapped(key) for key in keys] == secrets


def test_old_keys_go_only_after_the_new_ones_are_flushed(kept, settings, monkeypatch):
    for _ in range(5):
        store.make()
    give(settings, new_line(), given_now(settings))
    monkeypatch.setattr(store, "AT_A_TIME", 2)
    happened, private = [], type(store._store())
    really_sync, really_delete = os.sync, private.delete
    monkeypatch.setattr(os, "sync", lambda: (happened.append("flushed"), really_sync()))
    monkeypatch.setattr(private, "delete", lambda self, name: (happened.append("gone"), really_delete(self, name)))
    list(store.rotate())
    assert happened == ["flushed", "gone", "gone"] * 2 + ["flushed", "gone", "gone"]  # the last is the check value


def test_a_rotation_without_the_old_key_stops_and_changes_nothing(kept, settings):
    for _ in range(3):
        store.make()
    give(settings, new_line())
    before = on_disk(kept)
    with pytest.raises(CommandError, match="nothing is lost"):
        call_command("rotate_master_key")
    assert on_disk(kept) == before


def test_a_command_may_print_the_master_key_and_is_not_asked_each_time(kept, settings, tmp_path, monkeypatch):
    key, said = store.make(), tmp_path / "said"
    script = tmp_path / "print-key"
    script.write_text(f"#!/bin/sh\necho x >> {said}\ncat {settings.MASTER_KEY_FILE}\n")
    script.chmod(0o700)
    settings.MASTER_KEY_FILE, settings.MASTER_KEY_COMMAND = None, str(script)
    for _ in range(20):
        store.forget_unwrapped()
        assert store.unwrapped(key)
    assert said.read_text().count("x") <= 2
    settings.MASTER_KEY_COMMAND = "false --with a-secret"
    with pytest.raises(KeysUnavailable) as fault:
        store.check()
    assert "a-secret" not in str(fault.value)


def test_no_key_shows_in_a_repr_or_in_what_a_command_says(kept, settings, capsys):
    key, line = store.make(), given_now(settings)
    (only,) = master_keys()
    assert only.secret.hex() not in repr(only) and repr(only.secret) not in repr(only)
    assert master.MasterKey.of(only.secret) == MasterKey.of(only.secret)
    with pytest.raises(CommandError, match="stays as it is"):
        call_command("make_master_key")
    call_command("rotate_master_key")
    assert line not in capsys.readouterr().out and given_now(settings) == line and store.unwrapped(key)


def test_an_empty_store_is_begun_anew_only_when_the_old_one_is_said_to_be_lost(kept):
    with pytest.raises(CommandError, match="Say --lost"):
        call_command("begin_keys_anew")
    assert not kept.exists()
    call_command("begin_keys_anew", lost=True)
    assert store.check()
    with pytest.raises(CommandError, match="not empty"):
        call_command("begin_keys_anew", lost=True)


def test_two_who_make_the_key_of_the_site_at_once_keep_the_first(kept):
    store.make(store.OF_THE_SITE)
    first = on_disk(kept)
    store.make(store.OF_THE_SITE)
    assert on_disk(kept) == first and isinstance(store.OF_THE_SITE, UUID)


def test_what_a_killed_process_left_is_in_nobodys_way(kept, settings):
    key, old = store.make(), given_now(settings)
    (kept / f"{key}.0000.part").write_bytes(b"half")
    give(settings, new_line(), old)
    assert len(list(islice(store.rotate(), 5))) == 1 and store.check()
