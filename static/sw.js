/* Shows a push message, opens the page that it leads to, and says when the browser has renewed its subscription. Nothing
   else passes through here: no request of a page, no cache, no identity. */

self.addEventListener("install", () => self.skipWaiting());

/* A browser that is handed nothing to show ends the subscription, so something is shown whatever has come. */
const read = (event) => {
  try {
    return event.data.json().notification ?? {};
  } catch {
    return event.notification ?? {};
  }
};

const report = (address) => address && fetch(address, { method: "POST", credentials: "omit", keepalive: true });

self.addEventListener("push", (event) => {
  const { title, lang, dir, tag, data } = read(event);
  const options = { lang, dir, tag, renotify: Boolean(tag), data, icon: "/static/icons/icon.png" };
  const shown = self.registration.showNotification(title || "Mendline", options);
  event.waitUntil(shown.then(() => report(data?.arrived)).catch(() => undefined));
});

/* A browser may renew its subscription by itself: unless it says so, nothing reaches it any more. The old one shows
   whose it is. */
const renew = async ({ oldSubscription: old, newSubscription }) => {
  if (!old) return;
  const fresh = newSubscription ?? (await self.registration.pushManager.subscribe(old.options));
  const body = new URLSearchParams({ old: JSON.stringify(old), new: JSON.stringify(fresh) });
  await fetch("/push/renewed/", { method: "POST", body, credentials: "same-origin" });
};

self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event).catch(() => undefined)));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data?.navigate ?? "/"));
});
