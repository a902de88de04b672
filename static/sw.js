/* Shows a push message, opens the page that it leads to, and says when the browser has renewed its subscription; shows
   the page without a network where the network fails; and sends what waits on this phone (outbox.js) once there is one. No
   identity: what it keeps are files that are the same for everybody. The server puts `KEPT` before this script: {digest, page, static, files, is_named, outbox}, as they are now.

   Kept files are named by their content, whole or not at all: a worker that could not fetch them all is not installed,
   and the one before goes on with what it has. Everything else comes from the network alone, and no page into a cache. */

importScripts(KEPT.outbox);

const NAMES = "kept-"; // how the names of this worker's caches begin
const CACHE = NAMES + KEPT.digest;
const ICON = "/static/icons/icon.png";
const LATER = "later"; // the button in a reminder
const SILENCE = 12_000; // ms: a network from which nothing comes is none

const fill = async () => {
  // What changes under its name is asked for anew; of the rest a page has brought some already.
  const anew = (path) => path === KEPT.page || !KEPT.is_named;
  const asked = [KEPT.page, ...KEPT.files].map(
    (path) => new Request(path, { credentials: "omit", cache: anew(path) ? "no-cache" : "default" }),
  );
  try {
    await (await caches.open(CACHE)).addAll(asked);
  } catch (fault) {
    await caches.delete(CACHE);
    throw fault;
  }
};

/* A page that is open asks for a file of its own time: what the worker before this one kept stays as well. */
const tidy = async () => {
  const others = (await caches.keys()).filter((name) => name.startsWith(NAMES) && name !== CACHE);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
};

self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));

self.addEventListener("activate", (event) => event.waitUntil(tidy().then(() => self.clients.claim())));

const kept = async (path) => (await caches.match(path, { ignoreVary: true })) ?? Response.error();

/* A file that is named by its content is there at once, also where the network takes its time or never answers. */
const file = async (request, path) =>
  (KEPT.is_named && (await caches.match(path, { ignoreVary: true }))) || fetch(request).catch(() => kept(path));

const keptPage = async () =>
  (await (await caches.open(CACHE)).match(KEPT.page, { ignoreVary: true })) ?? kept(KEPT.page);

/* A page of whoever signed out without a network is shown to nobody: first their session ends. */
const openAfterLeaving = async (request) => ((await self.outbox.finishLeaving()) ? fetch(request) : keptPage());

const isSigningOut = ({ method, url }) => method === "POST" && new URL(url).pathname === self.outbox.signOutAt;

/* A form that did not arrive is none of what waits (outbox.js sends that itself): the page says so. */
const inPlaceOf = async (request) => {
  const page = await keptPage();
  if (request.method === "GET" || isSigningOut(request) || !page.ok) return page;
  const text = (await page.text()).replace("<html", "<html data-unsent");
  return new Response(text, { headers: page.headers });
};

/* What is sent is waited for, however long it takes: only a page that is asked for gives way. */
const open = (request) => {
  const answer = isSigningOut(request) ? fetch(request) : openAfterLeaving(request);
  const isSilent = new Promise((_, fail) => request.method === "GET" && setTimeout(fail, SILENCE));
  return Promise.race([answer, isSilent]).catch(() => inPlaceOf(request));
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(open(request));
  else if (pathname.startsWith(KEPT.static)) event.respondWith(file(request, pathname));
});

/* What still waits is tried again by the browser, in its own time; so is signing out. */
const send = async () => {
  if (!(await self.outbox.finishLeaving())) throw new Error("no network yet");
  const { state } = await self.outbox.send();
  if (state === "away") throw new Error("no network yet");
};

self.addEventListener("sync", (event) => event.waitUntil(send()));

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
  const actions = data?.later ? [{ action: LATER, title: data.later.title }] : []; // Safari and Firefox show none
  const options = { lang, dir, tag, renotify: Boolean(tag), data, actions, icon: ICON };
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

/* A reminder that is put off says until when in its own place, without a sound; one that cannot be opens its page. */
const putOff = async ({ lang, dir, tag, data }) => {
  const answer = await fetch(data.later.address, { method: "POST", credentials: "omit" });
  const { title } = await answer.json();
  if (!title) throw new Error("nothing to put off");
  const { later, ...rest } = data;
  await self.registration.showNotification(title, { lang, dir, tag, data: rest, silent: true, icon: ICON });
};

const follow = ({ data }) => self.clients.openWindow(data?.navigate ?? "/");

self.addEventListener("notificationclick", (event) => {
  const { action, notification } = event;
  notification.close();
  const isLater = action === LATER && notification.data?.later;
  event.waitUntil(isLater ? putOff(notification).catch(() => follow(notification)) : follow(notification));
});
