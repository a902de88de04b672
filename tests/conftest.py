"""What every test stands on: a database in a file, a cheap hasher, private folders, queued mail; and the usual cast."""

import gc
from copy import copy
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models import Value
from django.test import override_settings
from django.test.utils import ContextList
from xdist.scheduler import LoadFileScheduling

from accounts.audit_guards import remove_guards
from accounts.keys import store
from tests import data_folders, people, tries  # noqa: F401  what hypothesis tries is set before any test is made
from tests.faults import record

# Begun first, so that no process is left with one of them when the others have ended.
LONGEST = (
    "tests/browser/",
    "tests/fortnight/",
    "tests/month/",
    "tests/journal/test_sequences.py",
    "tests/house/",
    "tests/accounts/test_authorisation.py",
)


BROWSER, HALFWAY = "tests/browser/", "tests/browser/test_p"


class ByFile(LoadFileScheduling):
    """A file's tests run in one process, for what they share; the browser's in two, each for a site that it visits."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return f"{BROWSER} {file < HALFWAY}" if file.startswith(BROWSER) else file


def pytest_xdist_make_scheduler(config, log) -> ByFile:
    config.option.loadscopereorder = False
    return ByFile(config, log)


def pytest_collection_modifyitems(items) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


def pytest_collection_finish() -> None:
    """What was collected stays to the end: the garbage collector need not go through all of it time and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    record.write_down(item, report)
    return report


@pytest.fixture
def noted(request) -> record.Notes:
    """Takes down how many faults a test brought about, and what it found after them."""
    return record.Notes(request.node)


@pytest.fixture(scope="session", autouse=True)
def keys_begun():
    """As the first start of a site does it."""
    store.begin()
    store.say_all_is_sealed()


@pytest.fixture(scope="session", autouse=True)
def templates(tmp_path_factory, worker_id):
    """Where all processes of a run share what takes long to make."""
    base = tmp_path_factory.getbasetemp()
    data_folders.TEMPLATES = base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory, worker_id, templates):
    """A file, as in life: threads and processes must be able to open it side by side."""
    test = settings.DATABASES["default"].setdefault("TEST", {})
    if settings.ON_POSTGRES:
        test |= {"NAME": f"test_{worker_id}", "TEMPLATE": data_folders.postgres_template()}
    else:
        folder = tmp_path_factory.mktemp("db")
        data_folders.put_database(folder)
        test["NAME"] = str(folder / "mendline.sqlite3")


@pytest.fixture(scope="session")
def django_db_keepdb():
    """The file has its tables already."""
    return not settings.ON_POSTGRES


@pytest.fixture(scope="session", autouse=True)
def only_the_page_is_noted():
    """Django's client copies the context of each of the hundreds of templates that a page is made of; the page's own,
    which comes first, is enough."""

    def note(store, signal, sender, template, context, **kwargs) -> None:
        if "templates" not in store:
            store["templates"], store["context"] = [template], ContextList([copy(context)])

    with patch("django.test.client.store_rendered_templates", note):
        yield


@pytest.fixture(scope="session", autouse=True)
def the_audit_record_may_be_emptied():
    """Between tests that commit. Its guards come back with what Django does after emptying, as after `migrate`."""
    empty = BaseDatabaseOperations.execute_sql_flush

    def without_guards(operations, statements) -> None:
        remove_guards(operations.connection)
        empty(operations, statements)

    with patch.object(BaseDatabaseOperations, "execute_sql_flush", without_guards):
        yield


@pytest.fixture(scope="session", autouse=True)
def settings_of_the_tests(tmp_path_factory):
    """Django's test runner would put mail into a list; here it goes where pages really put it."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "photos").mkdir()
    (folder / "uploads").mkdir()
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        EMAIL_BACKEND="accounts.mail_backend.QueuedMail",
        DATA_DIR=folder,
        STORAGES=photos_in(folder / "photos"),
        SITE_URL="http://testserver",
        MAIL_FOLDER=folder / "mail",
        UPLOAD_ROOT=folder / "uploads",
        SECURE_SSL_REDIRECT=False,
    ):
        yield


def photos_in(folder) -> dict:
    """STORAGES with the photos in another folder."""
    store = settings.STORAGES["photos"] | {"OPTIONS": {"location": folder}}
    return settings.STORAGES | {"photos": store}


@pytest.fixture(autouse=True)
def worker(request, monkeypatch):
    """A worker that always lives: what pages say without one is tested where that is asked for, by `no_worker`."""
    if "no_worker" not in request.fixturenames:
        monkeypatch.setattr("symptoms.models.WorkerBeat.is_alive", lambda now: True)
        monkeypatch.setattr("symptoms.models.WorkerBeat.alive", lambda now: Value(True))


@pytest.fixture(autouse=True)
def hour_of_day(request, monkeypatch):
    """A worker in this process sends no morning's list, at whatever hour the tests run; `mornings` lets it."""
    if "mornings" not in request.fixturenames:
        monkeypatch.setattr("symptoms.management.commands.run_worker.send_morning_lists", lambda now: 0)


@pytest.fixture
def mornings():
    """The worker sends the morning's list when it is due."""


@pytest.fixture
def no_worker():
    """Whether one lives is looked up."""


@pytest.fixture
def photo_folder(tmp_path, settings):
    """An empty folder of the test's own, where photos are kept."""
    settings.STORAGES = photos_in(tmp_path / "photos")
    return tmp_path / "photos"


@pytest.fixture
def clinic(db):
    return people.practice()


@pytest.fixture
def noor(clinic):
    """The practitioner of the clinic."""
    return people.dr_noor(clinic)


@pytest.fixture
def desk(noor):
    """Her browser."""
    return people.signed_in(noor)


@pytest.fixture
def ana(clinic):
    """Its patient."""
    return people.ana(clinic)


@pytest.fixture
def phone(ana):
    """Her browser."""
    return people.signed_in(ana)
