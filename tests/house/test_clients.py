"""Clients that are slow, silent, greedy or many keep nobody else waiting; an honest one on a poor line is served."""

import os
import re
import signal
import socket
import sqlite3
import struct
import time
from contextlib import ExitStack, closing
from types import SimpleNamespace

import pytest

from tests.house.serving import ELSEWHERE, answer, is_closed, many, request, serving
from tracker.server import worker as workers
from tracker.server.connection import HEAD_WITHIN, WHOLE_WITHIN, Connection, Pace
from tracker.server.worker import MOST_ARRIVING, Worker

FORM = {"Content_Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("served")) as started:
        yield started


def test_silent_connections_keep_nobody_waiting_and_are_closed(server):
    with many(server.connect, 33) as silent:
        for client in silent:
            client.sendall(b"GET /help/ HTTP/1.1\r\nHost: 127")
        assert server.ask()[0] == 200
        assert server.ask(source="127.0.0.1")[0] == 200
        assert all(is_closed(client, within=20) for client in silent)


def test_forms_that_come_a_byte_at_a_time_keep_nobody_waiting(server):
    with many(server.connect, 40) as slow:
        for client in slow:
            client.sendall(request("/accounts/login/", "POST", Content_Length="2000", **FORM))
        for _ in range(3):
            for client in slow:
                client.sendall(b"a")
            assert server.ask()[0] == 200
            assert server.ask(source="127.0.0.1")[0] == 200
            time.sleep(1)


def test_readers_who_do_not_read_keep_nobody_waiting(server):
    large = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"
    with many(lambda: server.connect(receives=2048), 40) as readers:
        for client in readers:
            client.sendall(request(large))
        assert server.ask()[0] == 200
        assert server.ask(source="127.0.0.1")[0] == 200
        status, _, body = answer(readers[0])
        assert status == 200 and len(body) > 1_000_000  # who reads in the end gets all of it


def test_a_thousand_kept_alive_connections_of_one_address_keep_nobody_waiting(server):
    crowd = "127.0.3.1"
    with many(lambda: server.connect(crowd), 1_000) as idle:
        for client in idle[-40:]:
            client.sendall(request("/healthz"))
            assert answer(client)[0] == 200
        assert server.ask()[0] == 200
        assert server.ask(source=crowd)[0] == 200


def test_one_address_has_so_many_connections_and_no_more(server):
    started = request("/accounts/login/", "POST", Content_Length="2000", **FORM) + b"a"
    with many(server.connect, 64) as slow:
        for client in slow:
            client.sendall(started)
        server.ask()  # all of them have been read
        with server.connect() as refused, pytest.raises(OSError):
            refused.sendall(request("/help/"))
            answer(refused)
        assert server.ask(source=ELSEWHERE)[0] == 200


def test_how_slow_a_line_may_be():
    for size, every, arrives in (
        (12_000, 1.0, True),
        (4_100, 1.0, True),
        (120_000, 25.0, True),
        (1, 5.0, False),
        (3_900, 1.0, False),
    ):
        now, pace = 0.0, Pace(0.0)
        while now < 7_200 and now < pace.ends:
            now += every
            pace.moved(size, now)
        assert (now >= 7_200) is arrives, f"{size} bytes each {every} s"


@pytest.mark.parametrize("is_first", [True, False])
def test_a_request_ends_within_an_hour_at_whatever_pace_its_body_comes(tmp_path, is_first):
    ours, theirs = socket.socketpair()
    with closing(theirs), closing(Connection(ours, "", "", "", tmp_path, 0.0)) as conn:
        begins = 0.0
        if not is_first:
            begins = 50.0
            conn.wait_for_next(45.0, 15.0)
        sent = request(PHOTOS, "POST", Content_Length="200000000")
        assert not conn.take_head(sent[:-1], begins)
        assert conn.take_head(sent[-1:], begins + HEAD_WITHIN - 1)
        now = begins + HEAD_WITHIN - 1
        conn.expect_body(now)
        while now + 25 < conn.ends:
            now += 25
            assert not conn.take_body(bytes(120_000), now)
        assert conn.ends == begins + WHOLE_WITHIN


def test_a_form_at_twelve_kilobytes_a_second_arrives(server):
    body = b"login=" + b"a" * 48_000
    with server.connect() as client:
        client.sendall(request("/accounts/login/", "POST", body, **FORM)[: -len(body)])
        for begin in range(0, len(body), 1_200):
            client.sendall(body[begin : begin + 1_200])
            time.sleep(0.1)
        assert answer(client)[0] == 403  # read whole, and refused for its missing guard


def test_requests_that_were_sent_together_are_answered_in_turn(server):
    form = request("/accounts/login/", "POST", b"login=a", **FORM)
    with server.connect() as client:
        client.sendall(request("/help/") + form + request("/healthz") + request("/no/such/", Connection="close"))
        answers = b"".join(iter(lambda: client.recv(65536), b""))
    assert re.findall(rb"HTTP/1.1 (\d+) ", answers) == [b"200", b"403", b"200", b"404"]


SESSION = {"Cookie": "csrf=a; session=b"}
PHOTOS = "/course/3/photos/"
PHOTO_OF_API = f"/api/v1/treatments/{'a' * 8}-aaaa-aaaa-aaaa-{'a' * 12}/photos/{'b' * 8}-bbbb-bbbb-bbbb-{'b' * 12}/"


@pytest.mark.parametrize(
    ("path", "sender", "longest"),
    [
        ("/accounts/login/", SESSION, 262_144),
        ("/log/", SESSION, 262_144),
        (PHOTOS, {}, 262_144),
        (PHOTOS, {"Cookie": "csrf=session"}, 262_144),
        (PHOTOS, {"Authorization": ""}, 262_144),
        (PHOTOS, SESSION, 210_000_000),
        (PHOTO_OF_API, {}, 262_144),
        (PHOTO_OF_API, {"Authorization": "Token a"}, 21_000_000),
    ],
)
def test_a_body_that_is_too_long_is_refused_before_it_is_sent(server, path, sender, longest):
    """By the loop and by the application; what is not too long is waited for."""
    with server.connect() as client:
        client.sendall(request(path, "POST", Content_Length=str(longest + 1), **FORM, **sender))
        status, headers, body = answer(client)
        assert (status, headers["connection"]) == (413, "close")
        assert path == PHOTO_OF_API or b"Nothing was saved" in body
    with server.connect() as client:
        client.sendall(request(path, "POST", Content_Length=str(longest), Expect="100-continue", **FORM, **sender))
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")


def test_those_who_announce_much_and_send_it_slowly_keep_nobody_elses_photo_out(server):
    """Six senders, who announce so much that no other upload would fit beside it."""
    announced = str((MOST_ARRIVING - 262_144) // 6)
    photo = request(PHOTOS, "POST", bytes(4_000_000), Cookie="session=other", **FORM)
    with ExitStack() as opened:
        slow = [opened.enter_context(server.connect(f"127.0.4.{number + 1}")) for number in range(6)]
        for number, client in enumerate(slow):
            cookie = f"session={number}"
            client.sendall(
                request(PHOTOS, "POST", Content_Length=announced, Expect="100-continue", Cookie=cookie, **FORM)
            )
            assert client.recv(100).startswith(b"HTTP/1.1 100 ")  # it is being waited for
            client.sendall(bytes(4_400))
        with server.connect(ELSEWHERE) as client:
            client.sendall(photo)
            assert answer(client)[0] == 403  # read whole, and refused for its missing guard


def test_whoever_has_sent_most_is_turned_away_when_too_much_has_arrived(monkeypatch):
    monkeypatch.setattr(workers, "MOST_ARRIVING", 1_000)
    turned_away = []

    def turn_away(conn):
        turned_away.append(conn.name)
        conn.arrived, conn.is_arriving = 0, False

    def connection(name, group, arrived, is_arriving=True):
        return SimpleNamespace(
            name=name, group=group, arrived=arrived, is_arriving=is_arriving, take_body=lambda data, now: False
        )

    worker = Worker.__new__(Worker)
    worker._turn_away = turn_away
    whole, small = connection("whole", "", 500, is_arriving=False), connection("small", "", 100)
    worker._all = [whole, small, connection("large", "", 400)]
    worker._take_body(small, b"")
    assert turned_away == []
    small.arrived += 1
    worker._take_body(small, b"")
    assert turned_away == ["large"]
    of_one_address = connection("one address", "a", 301)
    worker._all = [of_one_address, connection("same address", "a", 200), connection("other", "b", 400)]
    worker._take_body(of_one_address, b"")
    assert turned_away == ["large", "one address"]


def test_clients_who_are_gone_before_they_are_answered_do_not_stop_the_process(server):
    before = server.processes()
    os.kill(before[0], signal.SIGSTOP)  # so that both the request and its end are there when it looks
    try:
        for sent in (
            request("/log/", "POST", Content_Length="3", Expect="100-continue"),
            b"GET / HTTP/1.1\r\nX-Long: " + b"a" * 70_000,
        ):
            with server.connect() as client:
                client.sendall(sent)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    finally:
        os.kill(before[0], signal.SIGCONT)
    assert server.ask("/healthz")[0] == 200
    assert server.processes() == before


def test_who_waits_to_be_asked_for_the_body_is_asked(server):
    with server.connect() as client:
        client.sendall(request("/accounts/login/", "POST", Content_Length="3", Expect="100-continue", **FORM))
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"a=b")
        assert answer(client)[0] == 403


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (request("/help/", "POST", Content_Length="+3"), 400),
        (request("/help/", "POST", Content_Length="3") .replace(b"\r\n\r\n", b"\r\nContent-Length: 4\r\n\r\n"), 400),
        (b"GET /help/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"a" * 70_000, 431),
        (request("/help/", Transfer_Encoding="chunked", Connection="close") + b"0\r\n\r\n", 200),
    ],
)  # fmt: skip
def test_what_is_no_clear_request_is_answered_and_the_connection_ends(server, sent, status):
    with server.connect() as client:
        client.sendall(sent)
        assert answer(client)[0] == status
        assert is_closed(client, within=20)


def test_when_too_many_wait_the_others_are_told_at_once_and_probes_are_answered(server):
    """A writer holds the database, so that whoever signs in waits."""
    guard = "a" * 32
    form = request(
        "/accounts/login/",
        "POST",
        f"csrfmiddlewaretoken={guard}".encode() + b"&login=a@b.example&password=c",
        Cookie=f"csrf={guard}",
        **FORM,
    )
    with closing(sqlite3.connect(server.data / "mendline.sqlite3")) as holder, ExitStack() as opened:
        holder.execute("BEGIN IMMEDIATE")
        addresses = [f"127.0.0.{10 + number // 40}" for number in range(200)]
        clients = [opened.enter_context(server.connect(address)) for address in addresses]
        for client in clients:
            client.sendall(form)
        assert server.ask("/healthz")[0] == 200
        refusals = [answer(client)[:2] for client in clients[-20:]]
        assert {status for status, _ in refusals} == {503}
        assert all(int(headers["retry-after"]) for _, headers in refusals)
        assert {answer(client)[0] for client in clients[20:40]} == {503}  # in line for some seconds, then told as well
        assert server.ask("/healthz")[0] == 200
        holder.rollback()
        assert {answer(client)[0] for client in clients[:8]} <= {200, 429, 503}
    assert server.ask("/help/")[0] == 200


@pytest.mark.parametrize(
    ("trusted", "client", "group"),
    [
        (False, ("127.0.0.1", 1), "127.0.0.1/32"),
        (True, ("127.0.0.1", 1), ""),
        (True, ("203.0.113.7", 1), "203.0.113.7/32"),
        (False, ("2001:db8:1:2:3::4", 1, 0, 0), "2001:db8:1:2::/64"),
        (False, "", ""),
    ],
)
def test_connections_are_counted_by_address_but_for_those_of_a_trusted_proxy(trusted, client, group):
    worker = Worker.__new__(Worker)
    worker.__dict__ |= {"_trusts_proxy": trusted, "cfg": SimpleNamespace(forwarded_allow_ips=["127.0.0.1", "::1"])}
    assert worker._group_of(client) == group
