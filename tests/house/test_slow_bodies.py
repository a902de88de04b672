"""A body that stops on its way costs the server a thread for a while, never for good."""

import runpy
import socket
from types import SimpleNamespace

import pytest
from gunicorn.http.unreader import SocketUnreader

from tests.house.tree import ROOT


def test_a_body_that_stops_on_its_way_is_given_up():
    server = runpy.run_path(str(ROOT / "deploy" / "gunicorn.conf.py"))
    ours, phone = socket.socketpair()
    with ours, phone:
        request = SimpleNamespace(unreader=SocketUnreader(ours))
        server["pre_request"].__globals__["STALLED"] = 0.05
        server["pre_request"](None, request)
        phone.sendall(b"a")
        assert request.unreader.chunk() == b"a"
        with pytest.raises(TimeoutError):
            request.unreader.chunk()
