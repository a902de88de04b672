"""A list left open after its reader was signed out shows no names any longer."""

import pytest

from symptoms.demo.cast import NOOR, PASSWORD

pytestmark = pytest.mark.browser


def test_an_open_list_gives_way_to_the_sign_in_page(visitor):
    guest = visitor()
    guest.sign_in(NOOR, PASSWORD)
    guest.page.goto("/practice/")
    guest.context.clear_cookies()  # as when the session has ended meanwhile
    guest.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    guest.page.wait_for_url("**/accounts/login/?next=/practice/**")
    assert "Julia" not in guest.page.content()
