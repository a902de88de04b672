"""Answers for whatever watches over the process, before anything asks by which name it was reached."""

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

PATHS = ("/healthz", "/readyz", "/workerz", "/metrics")


class Probes(MiddlewareMixin):
    """Answers the probes' addresses by any host name: what they say is the same for all, and holds no address.

    Everywhere else a name that is not ours is refused, and a session is looked up; a probe inside the machine asks by
    number, and must be answered while the database is away.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if request.path not in PATHS:
            return None
        from tracker import metrics, views  # these need the apps, which are not there yet at the start

        asked = {
            "/healthz": views.alive, "/readyz": views.ready, "/workerz": views.worker_lives,
            "/metrics": metrics.answer,
        }  # fmt: skip
        answer = asked[request.path](request)
        answer.headers["Content-Length"] = str(len(answer.content))  # as Django's middleware, further in, would
        return answer
