"""The page of the API works under its content security policy, and a call can be tried on it."""

import pytest

pytestmark = pytest.mark.browser


def test_the_api_can_be_read_and_tried_without_one_complaint(visitor):
    page = visitor().page
    page.goto("/api/docs/")
    page.get_by_text("List alerts").click()
    page.get_by_role("button", name="Try it out").click()
    with page.expect_response(lambda answer: "/api/v1/alerts/" in answer.url) as tried:
        page.get_by_role("button", name="Execute").click()
    assert tried.value.status == 401
    assert "about:blank#not-authenticated" in page.locator(".live-responses-table").inner_text()
