"""Pages and stylesheets go compressed to whoever takes it, with or without a proxy in front; photos as they are."""

import gzip

import pytest
from django.test import Client
from django.urls import reverse

from tests import people
from tests.house import tree
from tests.treatments import attached, pen

pytestmark = pytest.mark.django_db


def test_text_goes_compressed_to_whoever_takes_it_and_a_photo_as_it_is(ana, photo_folder):
    phone = people.signed_in(ana)
    photo = attached(pen(ana, days_ago=2), day=1)[0]
    for path, is_compressed in ((reverse("today"), True), (reverse("photo", args=[photo.pk]), False)):
        plain, answer = phone.get(path), phone.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.has_header("Content-Encoding") is is_compressed, path
        assert not plain.has_header("Content-Encoding")
        if is_compressed:
            assert b"</html>" in gzip.decompress(answer.content) and len(answer.content) < len(plain.content) / 2


def test_what_is_public_says_that_caches_must_tell_the_two_apart():
    assert "Accept-Encoding" in Client().get("/")["Vary"]


def fetched(browser: Client, path: str, **headers: str):
    """The answer for whoever takes gzip, with its whole body as `body`."""
    answer = browser.get(path, headers={"Accept-Encoding": "gzip", **headers})
    answer.body = b"".join(answer)
    return answer


def test_where_files_come_from_the_code_each_stylesheet_and_script_is_compressed_and_fetched_once():
    names = [file.relative_to(tree.ROOT) for kind in ("css", "js") for file in tree.ROOT.glob(f"static/**/*.{kind}")]
    assert len(names) > 10
    browser = Client()
    for name in names:
        answer = fetched(browser, f"/{name}")
        assert answer["Content-Encoding"] == "gzip" and answer["Vary"] == "Accept-Encoding", name
        assert gzip.decompress(answer.body) == (tree.ROOT / name).read_bytes(), name
        assert fetched(browser, f"/{name}", **{"If-None-Match": answer["ETag"]}).status_code == 304, name


def test_a_part_of_a_file_and_a_picture_of_dots_go_as_they_are():
    for path, part in (("/static/icons/icon.svg", "bytes=300-399"), ("/static/icons/icon.png", "bytes=300-1299")):
        whole, piece = b"".join(Client().get(path)), fetched(Client(), path, Range=part)
        first, last = map(int, part[6:].split("-"))
        assert (piece.status_code, piece.body) == (206, whole[first : last + 1]), path
        assert not piece.has_header("Content-Encoding") and int(piece["Content-Length"]) == len(piece.body)
    assert not fetched(Client(), "/static/icons/icon.png").has_header("Content-Encoding")


def test_a_program_that_takes_gzip_corrects_by_the_etag_it_read(ana):
    program = people.signed_in(ana)
    address = reverse("api_treatment", args=[pen(ana, days_ago=2).pk])
    read = fetched(program, address)
    for passes in (3, 4):
        corrected = program.patch(
            address,
            {"passes": passes},
            content_type="application/json",
            headers={"If-Match": read["ETag"], "Accept-Encoding": "gzip"},
        )
        assert corrected.status_code == 200, corrected.content
        read = corrected
    assert fetched(program, reverse("api_treatments"))["Content-Encoding"] == "gzip"
