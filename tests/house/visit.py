"""Visits pages as production serves them, in a process of its own, and prints what came back as JSON.

python -m tests.house.visit PATH...        (settings from the environment, as an operator sets them)

"gzip:PATH" is fetched by a browser that takes gzip, "http:PATH" without TLS.
"""

import json
import os
import sys


def main(paths: list[str]) -> None:
    """Fetch each path as a stranger."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tracker.settings"
    import django
    from django.test import Client

    django.setup()
    stranger = Client(headers={"host": "mendline.example"}, raise_request_exception=False)
    answers = {}
    for path in paths:
        encoding, _, plain = path.rpartition(":")
        answer = stranger.get(plain, secure=encoding != "http", headers={"Accept-Encoding": encoding})
        answers[path] = {
            "status": answer.status_code,
            "headers": {name.lower(): value for name, value in answer.headers.items()},
            "cookies": {name: dict(morsel) for name, morsel in answer.cookies.items()},
            "body": b"".join(answer).decode(errors="replace"),
        }
    print(json.dumps(answers))


if __name__ == "__main__":
    main(sys.argv[1:])
