"""A push message that is delivered to Chromium is shown, and its browser says that it arrived."""

import json
import time

import pytest

from symptoms.demo.cast import NOOR, PASSWORD

pytestmark = pytest.mark.browser

# A test that was handed over, and what its push service would hand to the browser.
HANDED_OVER = f"""
from django.utils import timezone
from accounts.contact_methods import add_browser
from accounts.models import User
from symptoms.messages.channel_tests import send_test
from symptoms.messages.channels.push import Push
from symptoms.models import Delivery
user = User.objects.get(email="{NOOR}")
method = add_browser(user.membership, {{"endpoint": "https://fcm.googleapis.com/x", "keys": {{}}}}, "Linux, Chrome")
test = send_test(method, user.membership.practice, timezone.now())
Delivery.objects.filter(pk=test.pk).update(sent_at=timezone.now())
print(Push().write(test).browsers[0].payload.decode())
method.is_on = False  # nothing else is to be sent to it
method.save()
"""
REGISTER = "async () => { await navigator.serviceWorker.register('/sw.js'); await navigator.serviceWorker.ready; }"
IS_ACTIVE = "async () => (await navigator.serviceWorker.ready).active?.state === 'activated'"
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.ready;
  return (await registration.getNotifications()).map(({ title, tag }) => ({ title, tag }));
}"""


def until(look, what: str):
    """What `look` gives once it gives anything."""
    ends = time.monotonic() + 60
    while not (seen := look()):
        assert time.monotonic() < ends, what
        time.sleep(0.1)
    return seen


def test_a_delivered_push_message_is_shown_and_reported(visitor, site):
    payload = site.python(HANDED_OVER).strip().splitlines()[-1]
    guest = visitor()
    guest.context.grant_permissions(["notifications"], origin=site.url)
    guest.sign_in(NOOR, PASSWORD)
    page = guest.page
    page.goto("/account/channels/")
    wire = guest.context.new_cdp_session(page)
    seen: list[dict] = []
    wire.on("ServiceWorker.workerRegistrationUpdated", lambda event: seen.extend(event["registrations"]))
    wire.send("ServiceWorker.enable")
    page.evaluate(REGISTER)
    until(lambda: page.evaluate("1") and seen, "no registration")
    until(lambda: page.evaluate(IS_ACTIVE), "the worker is not active")
    to = {"origin": site.url, "registrationId": seen[-1]["registrationId"]}

    def deliver(data: str) -> None:
        wire.send("ServiceWorker.deliverPushMessage", {**to, "data": data})

    # Chromium drops a message, and says nothing, when its worker is too slow to start: it is handed over until one is
    # shown.
    (shown,) = until(lambda: deliver(payload) or page.evaluate(SHOWN), "nothing is shown")
    said = json.loads(payload)["notification"]
    assert said["title"] == "A test message from Mendline"
    assert (shown["title"], shown["tag"]) == (said["title"], said["tag"])
    until(lambda: page.goto("/account/channels/") and "arrived on" in page.content(), "nobody said that it arrived")
    # A repeat takes the place of the first; what cannot be read is shown all the same.
    deliver(payload)
    titles: list[str] = []

    def is_shown() -> bool:
        deliver("")
        titles[:] = [row["title"] for row in page.evaluate(SHOWN)]
        return "Mendline" in titles

    until(is_shown, "what cannot be read is not shown")
    assert set(titles) == {said["title"], "Mendline"} and titles.count(said["title"]) == 1


def test_a_renewed_subscription_is_reported(visitor, site):
    guest = visitor()
    guest.sign_in(NOOR, PASSWORD)
    guest.page.goto("/account/channels/")
    guest.page.evaluate(REGISTER)
    (worker,) = until(lambda: guest.context.service_workers, "no worker")
    asked: list[str] = []
    guest.context.on("request", lambda request: asked.append(f"{request.url} {request.post_data}"))
    worker.evaluate(
        """() => {
          const event = new ExtendableEvent("pushsubscriptionchange");
          self.dispatchEvent(Object.assign(event, { oldSubscription: { a: 1 }, newSubscription: { b: 2 } }));
        }"""
    )
    until(lambda: guest.page.evaluate("1") and asked, "nothing was said")
    assert asked == [f"{site.url}/push/renewed/ old=%7B%22a%22%3A1%7D&new=%7B%22b%22%3A2%7D"]


# A reminder whose button is pressed, and what its script asked, opened and shows.
PRESSED = """async ({ answer, action }) => {
  const asked = [], opened = [];
  self.fetch = async (address, { method, credentials }) => {
    asked.push([address, method, credentials]);
    return new Response(JSON.stringify(answer));
  };
  Object.defineProperty(self.clients, "openWindow", { value: async (page) => opened.push(page), configurable: true });
  const later = { title: "In two hours", address: "/push/1/2/later/" };
  const notification = { title: "Your diary is waiting.", tag: "remind", data: { navigate: "/log/?reminded", later } };
  const all = () => self.registration.getNotifications();
  const shown = async () => (await all()).map(({ title, actions }) => [title, actions.length]);
  const until = async (is, what) => {
    for (let turn = 0; !(await is(turn)); turn++) {
      if (turn === 3000) throw new Error(what);
      await new Promise((go) => { setTimeout(go, 20); });
    }
  };
  // Where Chromium has not heard yet that it may show something, it is told again. What is on its way then is waited
  // for: under the same tag it would take the place of what comes of the button.
  const showing = [], show = self.registration.showNotification.bind(self.registration);
  self.registration.showNotification = (...given) => {
    const shows = show(...given);
    showing.push(shows);
    return shows;
  };
  const push = () => self.dispatchEvent(new PushEvent("push", { data: JSON.stringify({ notification }) }));
  await until(async (turn) => (turn % 100 || push(), (await shown()).length), "nothing is shown");
  await Promise.allSettled(showing);
  const first = await shown();
  const [reminder] = await all();
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification: reminder, action }));
  const isAnswered = async () => opened.length || (await shown()).some(([title]) => title === answer.title);
  await until(isAnswered, "nothing came of the button");
  const last = await shown();
  self.registration.showNotification = show;
  (await all()).forEach((row) => row.close());
  return { first, asked, opened, last };
}"""


def test_a_reminder_is_put_off_by_its_own_button_or_else_opens_its_page(visitor, site):
    guest = visitor()
    guest.context.grant_permissions(["notifications"], origin=site.url)
    guest.sign_in(NOOR, PASSWORD)
    guest.page.goto("/account/channels/")
    guest.page.evaluate(REGISTER)
    (worker,) = until(lambda: guest.context.service_workers, "no worker")
    said = worker.evaluate(PRESSED, {"answer": {"title": "We remind you at 21:30."}, "action": "later"})
    assert said["first"] == [["Your diary is waiting.", 1]] and said["last"] == [["We remind you at 21:30.", 0]]
    assert said["asked"] == [["/push/1/2/later/", "POST", "omit"]] and said["opened"] == []
    for answer, action in (({"title": ""}, "later"), ({"title": "x"}, "")):
        said = worker.evaluate(PRESSED, {"answer": answer, "action": action})
        assert said["opened"] == ["/log/?reminded"]
