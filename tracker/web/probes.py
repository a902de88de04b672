"""Answers for whatever watches over the process, before anything asks by which name it was reached."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PATHS = ("/healthz", "/readyz")


class Probes:
    """Answers the probes' addresses by any host name: what they say is the same for all, and holds no address.

    Everywhere else a name that is not ours is refused, and a session is looked up; a probe inside the machine asks by
    number, and must be answered while the database is away.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path not in PATHS:
            return self.get_response(request)
        from tracker.views import alive, ready  # the views need the apps, which are not there yet at the start

        answer = {"/healthz": alive, "/readyz": ready}[request.path](request)
        answer.headers["Content-Length"] = str(len(answer.content))  # as Django's middleware, further in, would
        return answer
