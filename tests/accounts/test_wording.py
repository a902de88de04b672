"""Times and devices as people read them."""

from datetime import timedelta

import pytest

from accounts.durations import in_words
from accounts.limits import wait_after
from accounts.templatetags.devices import device_name

ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0 Mobile Safari/537.36"
)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 Version/17.6 Mobile Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/129.0 Safari/537.36 Edg/129.0"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(minutes=1), "a minute"),
        (timedelta(minutes=5), "five minutes"),
        (timedelta(minutes=30), "30 minutes"),
        (timedelta(hours=1), "an hour"),
        (timedelta(days=14), "14 days"),
    ],
)
def test_a_duration_is_a_part_of_a_sentence(duration, words):
    assert in_words(duration) == words


def test_the_wait_is_the_time_over_which_tries_are_counted():
    assert (wait_after("5/5m/key"), wait_after("100/1h/key")) == ("five minutes", "an hour")


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (ANDROID, "Android, Chrome"),
        (IPHONE, "iPhone, Safari"),
        (EDGE, "Windows, Edge"),
        (FIREFOX, "Linux, Firefox"),
        ("", "Another device, another browser"),
    ],
)
def test_a_session_is_named_by_its_device_and_browser(user_agent, name):
    assert device_name(user_agent) == name
