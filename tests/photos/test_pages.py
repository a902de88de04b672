"""Photos on the pages: added later, handed out with fixed headers to those who may see them, taken away."""

import re
from hashlib import sha256
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.consents import withdraw_consent
from accounts.models import AuditRecord
from symptoms.journal import photos as verbs
from symptoms.models import Photo
from symptoms.photos import files
from tests import images, people
from tests.pages.html import forms_of, select, text_of
from tests.treatments import attached, logged, pen

pytestmark = pytest.mark.django_db


@pytest.fixture
def treatment(ana):
    return pen(ana, days_ago=3)


@pytest.fixture
def photo(treatment, photo_folder):
    return attached(treatment, day=2)[0]


def file(data: bytes | None = None, name: str = "skin.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, images.photo() if data is None else data, "image/jpeg")


def address(photo) -> str:
    return reverse("photo", args=[photo.id])


def add(day: int) -> str:
    return reverse("photo_add", args=[day])


# --- handing out
def test_a_photo_is_handed_out_with_exactly_these_headers(phone, photo):
    answer = phone.get(address(photo))
    assert answer.status_code == 200 and answer.content == files.read(photo)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == 'inline; filename="photo.jpg"'
    assert {part.strip() for part in answer["Cache-Control"].split(",")} == {"private", "no-store"}
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("asked", ["bytes=0-1", "bytes=-1", "bytes=5-2", "bytes=0-1,3-4", "x" * 1000])
def test_a_part_of_a_photo_is_never_handed_out(phone, photo, asked):
    answer = phone.get(address(photo), headers={"Range": asked})
    assert answer.status_code == 200 and len(answer.content) == photo.size


def test_a_practitioners_look_at_a_photo_is_kept(ana, photo, noor):
    assert people.signed_in(noor).get(address(photo)).status_code == 200
    record = AuditRecord.objects.readings().get()
    assert (record.user, record.patient, record.what) == (noor, ana, "photo")


def test_without_agreement_the_clinic_sees_no_photo_and_the_patient_does(ana, clinic, photo):
    withdraw_consent(ana, "photos", timezone.now())
    assert people.signed_in(people.dr_noor(clinic)).get(address(photo)).status_code == 404
    assert people.signed_in(ana).get(address(photo)).status_code == 200


@pytest.mark.faults("F10")
def test_a_photo_whose_file_is_gone_or_damaged_says_so_to_everybody_and_in_the_log(
    phone, clinic, photo, photo_folder, caplog
):
    desk = people.signed_in(people.dr_noor(clinic))
    for spoil in (lambda path: path.write_bytes(path.read_bytes()[:-1] + b"x"), lambda path: path.unlink()):
        spoil(photo_folder / photo.key)
        for browser in (phone, desk):
            caplog.clear()
            answer = browser.get(address(photo))
            assert (answer.status_code, answer["Content-Type"]) == (404, "image/svg+xml")
            assert "cannot be shown any more" in answer.content.decode()
            assert [record.name for record in caplog.records if f"photo {photo.id}" in record.getMessage()] == [
                files.__name__
            ]
    assert not AuditRecord.objects.readings().exists()  # nobody saw it


def test_a_look_at_a_photo_starts_from_the_photo_and_not_from_everybodys_treatments(ana, clinic, photo):
    desk = people.signed_in(people.dr_noor(clinic))
    for looked_at in (address(photo), reverse("patient", args=[ana.id])):
        with CaptureQueriesContext(connection) as statements:
            assert desk.get(looked_at).status_code == 200
        assert any("symptoms_photo" in statement["sql"] for statement in statements)
        # Only of photos: what was written to a patient is looked up by the patient, through their treatments.
        lists = [
            statement["sql"]
            for statement in statements
            if all(part in statement["sql"] for part in ("IN (SELECT", "symptoms_treatment", "symptoms_photo"))
        ]
        assert lists == []


def test_a_list_fetches_small_pictures(phone, treatment, photo_folder):
    photo = attached(treatment, day=2, data=images.encoded(images.quarters(size=(1500, 2000))))[0]
    small = phone.get(reverse("photo_small", args=[photo.id]))
    with Image.open(BytesIO(small.content)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (360, 480))
    assert small["Content-Security-Policy"] == "default-src 'none'; sandbox" and "no-store" in small["Cache-Control"]
    for page in (reverse("course"), reverse("course_day", args=[2])):
        (source,) = [image.get("src") for image in select(phone.get(page), "img[@class='photo']")]
        assert source == reverse("photo_small", args=[photo.id])


STRANGE = {
    "of another size": images.encoded(images.flat(images.RED, size=(1000, 1000))),
    "of a huge size": images.with_frame_size(images.photo(), 60_000, 60_000),
    "in many scans": images.encoded(images.flat(images.RED), progressive=True),
    "no picture": b"\xff\xd8\xff\xe0\0\x10JFIF\0\xff\xd9",
}


@pytest.mark.parametrize("kind", STRANGE)
def test_a_file_that_we_would_not_have_written_is_not_decoded_for_a_list(phone, photo, photo_folder, caplog, kind):
    # As a decoder that was taken over could have had it kept.
    key = files.store(STRANGE[kind], patient=photo.treatment.patient, photo_id=photo.pk)
    Photo.objects.update(key=key, sha256=sha256(STRANGE[kind]).hexdigest())
    answer = phone.get(reverse("photo_small", args=[photo.id]))
    assert (answer.status_code, answer["Content-Type"]) == (404, "image/svg+xml")
    assert re.search(f"photo {photo.id} (is not|cannot be) decoded", caplog.text)


# --- large
@pytest.fixture
def many(treatment, photo_folder):
    """Days 0 to 3 from the front, day 2 from the left as well."""
    taken = [(0, "front"), (1, "front"), (2, "front"), (3, "front"), (2, "left")]
    return [attached(treatment, day=day, view=view, data=images.photo((day * 20, 0, 0)))[0] for day, view in taken]


def large(photo) -> str:
    return reverse("photo_page", args=[photo.id])


def links(page, rel: str) -> list[str]:
    return [link.get("href") for link in select(page, f"a[@rel='{rel}']")]


def test_the_practice_reaches_every_photo_of_every_day_and_view_from_the_patients_page(ana, clinic, many):
    desk, seen = people.signed_in(people.dr_noor(clinic)), set()
    for view in ("front", "left"):
        page = desk.get(reverse("patient", args=[ana.id]), {"view": view})
        assert "Front 4" in text_of(page) and "Left 1" in text_of(page)
        seen |= {link.get("href") for link in select(page, "a[@href]") if link.get("href").endswith("/large/")}
    assert seen == {large(photo) for photo in many}


def test_a_large_photo_leads_to_those_before_and_after_it_and_of_its_day(phone, clinic, ana, many):
    desk = people.signed_in(people.dr_noor(clinic))
    for browser, back in ((phone, reverse("course_day", args=[2])), (desk, reverse("patient", args=[ana.id]))):
        page = browser.get(large(many[2]))
        assert links(page, "prev") == [large(many[1])] and links(page, "next") == [large(many[3])]
        assert links(page, "up")[0].startswith(back)
        assert select(page, f"a[@href='{large(many[4])}']")
        assert many[2].date.strftime("%A") in text_of(page) and "Front, day 2" in text_of(page)
        assert links(browser.get(large(many[0])), "prev") == links(browser.get(large(many[3])), "next") == []
    assert not AuditRecord.objects.filter(what="photo").exists()  # the picture itself was not fetched


def test_photos_cost_the_pages_no_more_statements_however_many_there_are(ana, clinic, many):
    desk = people.signed_in(people.dr_noor(clinic))

    def statements() -> list[int]:
        counts = []
        for page in (reverse("patient", args=[ana.id]), large(many[1])):
            with CaptureQueriesContext(connection) as asked:
                assert desk.get(page).status_code == 200
            counts.append(len(asked))
        return counts

    with_five = statements()
    Photo.objects.filter(pk__in=[many[0].pk, many[3].pk, many[4].pk]).delete()
    assert statements() == with_five


def test_a_photo_that_is_lost_says_so_where_it_would_be_large(phone, clinic, photo, photo_folder):
    (photo_folder / photo.key).unlink()
    for browser in (phone, people.signed_in(people.dr_noor(clinic))):
        page = browser.get(large(photo))
        assert page.status_code == 200 and "This photo cannot be shown any more" in text_of(page)


# --- adding
def test_photos_can_be_added_to_a_day_later_logged_or_not(phone, treatment):
    page = phone.post(add(1), {"id": str(uuid4()), "left": file(), "close_up": file()}, follow=True)
    assert sorted(Photo.objects.values_list("view", "day")) == [("close_up", 1), ("left", 1)]
    assert "Saved." in text_of(page) and len(select(page, "img")) == 2


def test_a_day_of_an_earlier_session_leads_to_that_session_and_never_to_the_newest(ana, phone, photo_folder):
    earlier = pen(ana, days_ago=60)
    entry = logged(earlier, 5, signs=["firm_lumps"]).entry
    newest = pen(ana, days_ago=7)
    page = phone.get(entry.get_absolute_url())
    addresses = {element.get("href") for element in select(page, "a[@href]")} | {form for form, _ in forms_of(page)}
    of_days = {address for address in addresses if re.match(r"/(course|log)/\d", address)}
    of_session = {f"{address}?treatment={earlier.pk}" for address in (add(5), reverse("course_day", args=[5]))}
    assert of_days == of_session  # and no way to change a day that the log's page cannot change
    for address in (address for address in of_session if address.startswith(add(5))):
        assert earlier.date_of(5).strftime("%-d %B") in text_of(phone.get(address))
        answer = phone.post(address, {"id": str(uuid4()), "front": file()})
        assert answer["Location"] == f"{reverse('course_day', args=[5])}?treatment={earlier.pk}#photos"
    assert Photo.objects.get().treatment == earlier
    assert reverse("log_day", args=[5]) in phone.get(logged(newest, 5).entry.get_absolute_url()).content.decode()


def test_photos_go_to_no_session_of_anybody_else(phone, treatment, photo_folder):
    theirs = pen(people.patient(name="Ben"), days_ago=3)
    for named in (theirs.pk, "x"):
        assert phone.post(f"{add(1)}?treatment={named}", {"id": str(uuid4()), "front": file()}).status_code == 404
    assert not Photo.objects.exists()


def test_the_same_page_sent_twice_keeps_each_photo_once(phone, treatment):
    id = str(uuid4())
    for _ in range(2):
        phone.post(add(1), {"id": id, "left": file()})
    assert Photo.objects.count() == 1
    page = phone.post(add(1), {"id": id, "left": file(images.photo(images.BLUE))})
    assert page.status_code == 422 and "Another photo was sent from this page before" in text_of(page)
    assert Photo.objects.count() == 1


def test_a_refused_photo_costs_the_others_nothing_and_says_why(phone, treatment):
    page = phone.post(add(1), {"id": str(uuid4()), "front": file(b"GIF89a"), "right": file(b""), "left": file()})
    assert page.status_code == 422 and [photo.view for photo in Photo.objects.all()] == ["left"]
    for sentence in (
        "2 photos were not kept",
        "Front: This file is not a photo that we can",
        "Right: This file is empty",
    ):
        assert sentence in text_of(page)


PHONES = {
    "iPhone": ("Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Safari/605.1.15", "Most Compatible"),
    "Android": ("Mozilla/5.0 (Linux; Android 16; SM-S931B) Chrome/142.0 Mobile Safari/537.36", "High efficiency"),
}


@pytest.mark.parametrize("name", PHONES)
def test_page_and_server_say_the_same_about_a_heic_photo_on_that_phone(ana, treatment, name):
    agent, word = PHONES[name]
    phone = people.signed_in(ana, HTTP_USER_AGENT=agent)
    (picker,) = select(phone.get(add(1)), "*[@data-heic]")
    sentence = picker.get("data-heic")
    assert word in sentence and picker.get("data-most-bytes") == "20000000"
    heic = file(b"\0\0\0\x18ftypheic" + bytes(100), name="IMG_1.heic")
    answer = phone.post(add(1), {"id": str(uuid4()), "front": heic})
    assert answer.status_code == 422 and f"Front: {sentence}" in text_of(answer)


def test_where_heic_is_read_the_page_takes_it_and_says_nothing_against_it(phone, treatment, settings):
    settings.PHOTOS_READ_HEIC = True
    page = phone.get(add(1)).content.decode()
    assert "image/heic" in page and "WebP or HEIC" in page and "data-heic=" not in page


def test_a_photo_too_large_is_refused_before_it_is_read(phone, treatment, monkeypatch):
    monkeypatch.setattr("symptoms.views.patient.photo_upload.MAX_BYTES", 10)
    monkeypatch.setattr("symptoms.views.patient.photo_upload.attach_photo", None)
    page = phone.post(add(1), {"id": str(uuid4()), "front": file()})
    assert page.status_code == 422 and "larger than 20 MB" in text_of(page)


def test_a_day_holds_ten_photos(phone, treatment, monkeypatch):
    monkeypatch.setattr(verbs, "MOST_A_DAY", 1)
    page = phone.post(add(1), {"id": str(uuid4()), "front": file(), "left": file()})
    assert page.status_code == 422 and Photo.objects.count() == 1


@pytest.mark.parametrize("sent", [{}, {"front": "not a file"}, {"behind": None}, {"id": "1"}], ids=str)
def test_a_page_without_a_photo_is_refused(phone, treatment, sent):
    fields = {"id": str(uuid4()), **{name: file() if value is None else value for name, value in sent.items()}}
    assert phone.post(add(1), fields).status_code == 422
    assert not Photo.objects.exists()


def test_a_day_to_come_takes_no_photo(phone, treatment):
    assert phone.get(add(4)).status_code == 404
    page = phone.post(add(4), {"id": str(uuid4()), "front": file()})
    assert page.status_code == 422 and "That day has not come yet." in text_of(page)
    assert not Photo.objects.exists()


def test_without_agreement_no_photo_is_kept(ana, phone, treatment):
    withdraw_consent(ana, "care", timezone.now())
    page = phone.post(add(1), {"id": str(uuid4()), "front": file()})
    assert page.status_code == 422 and "Nothing was saved." in text_of(page) and not Photo.objects.exists()
    assert "Nothing was saved." in text_of(phone.get(add(1), follow=True))


@pytest.mark.parametrize("name", ["../../x.jpg", "a\r\nb.jpg", "x" * 300 + ".jpg", "<script>.jpg", "=cmd|.jpg", "CON"])
def test_the_name_of_a_file_is_neither_used_nor_shown(phone, treatment, name):
    page = phone.post(add(1), {"id": str(uuid4()), "front": file(name=name)}, follow=True)
    photo = Photo.objects.get()
    assert re.fullmatch(rf"{photo.treatment.patient_id}/{photo.id}-[0-9a-f]{{16}}\.jpg", photo.key)
    assert b"<script>." not in page.content and b"cmd" not in page.content


# --- moved to another view
def test_a_photo_sent_as_the_wrong_view_is_moved_to_another(phone, photo):
    page = phone.get(large(photo))
    (form,) = select(page, f"form[@action='{reverse('photo_move', args=[photo.id])}']")
    offered = [button.get("value") for button in form.iter("button")]
    assert photo.view not in offered and len(offered) == 3
    page = phone.post(form.get("action"), {"view": "close_up"}, follow=True)
    assert "Saved." in text_of(page) and "Close-up, day 2" in text_of(page)
    page = phone.post(form.get("action"), {"view": "behind"}, follow=True)
    assert "Choose what the photo shows." in text_of(page) and "Close-up, day 2" in text_of(page)


def test_a_practitioner_looks_at_a_photo_and_does_not_move_it(clinic, photo):
    assert not select(people.signed_in(people.dr_noor(clinic)).get(large(photo)), "button[@name='view']")


# --- taking away
def test_a_photo_is_taken_away_after_being_asked_once(phone, photo):
    remove = reverse("photo_remove", args=[photo.id])
    assert "Delete this photo?" in text_of(phone.get(remove)) and Photo.objects.exists()
    assert phone.post(remove, follow=True).status_code == 200
    assert not Photo.objects.exists()
    with pytest.raises(files.PhotoLost):
        files.read(photo)
    assert phone.post(remove).status_code == 404
