"""What lies where backups lie: opened by its key as what it is, and as nothing that was changed, moved or cut short."""

import io

import pytest

from accounts.keys.master import MasterKey
from tracker.backups import sealed
from tracker.backups.faults import Refused
from tracker.backups.sealed import Opening, Sealing, sealed_size

KEY, OTHER = MasterKey.of(b"k" * 32), MasterKey.of(b"o" * 32)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(sealed, "PIECE", 16)


def closed(data: bytes, what: str = "rows") -> bytes:
    file = io.BytesIO()
    out = Sealing(file, KEY, what)
    for at in range(0, len(data), 7):
        out.write(data[at : at + 7])
    out.finish()
    return file.getvalue()


def opened(content: bytes, *keys: MasterKey, what: str = "rows") -> bytes:
    return io.BufferedReader(Opening(io.BytesIO(content), keys or (KEY,), what)).read()


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 31, 32, 33, 100])
def test_it_opens_as_what_it_was_and_is_as_long_as_foretold(size):
    data = bytes(range(size))
    assert opened(closed(data)) == data and len(closed(data)) == sealed_size(size)
    assert data[:4] == b"" or size < 4 or data not in closed(data)


@pytest.mark.parametrize("size", [0, 16, 40, 48])
def test_whatever_was_changed_or_cut_off_is_refused(size):
    content = closed(bytes(size))
    for at in range(len(content)):
        with pytest.raises(Refused):
            opened(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(Refused):
            opened(content[:at])
    with pytest.raises(Refused):
        opened(content + b"\0")
    if size > 16:
        with pytest.raises(Refused, match="cut short"):
            opened(content[: sealed.HEADER + 32])


def test_no_piece_stands_in_the_place_of_another_or_in_another_file():
    one, other = closed(bytes(48)), closed(bytes(48))
    start, piece = sealed.HEADER, 32
    pieces = [one[start + at * piece : start + (at + 1) * piece] for at in range(3)]
    for order in ((1, 0, 2), (0, 2), (0, 0, 2), (0, 1, 2, 2)):
        with pytest.raises(Refused):
            opened(one[:start] + b"".join(pieces[at] for at in order))
    with pytest.raises(Refused):
        opened(other[:start] + one[start:])
    with pytest.raises(Refused):
        opened(one, what="photo a/b.jpg")


def test_a_key_that_is_not_the_right_one_is_named_by_its_id_and_an_older_one_still_opens():
    assert opened(closed(b"It itches."), OTHER, KEY) == b"It itches."
    with pytest.raises(Refused, match=f"backup key {KEY.id}, and given is {OTHER.id}"):
        opened(closed(b"It itches."), OTHER)
