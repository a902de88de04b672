/* On the pages of a patient, on a phone that is said to be their own: the worker that answers without a network, the forms
   of the days to come, and what waits to be sent: by itself when a page opens, comes into view, or the network is back.
   On pages of anybody else: that this browser keeps nobody's log any longer.

   Markup: components/waiting.html, shown while something waits; on a page that shows what the server has taken, its id
   (data-entry, data-answered). */

import "./outbox.js";

const { account } = document.documentElement.dataset;
const { outbox } = self;
const AGAIN = 60_000; // ms between tries while something waits

const line = document.querySelector("[data-waits]");

/* What this page itself has sent: the server has answered with its result, or with what is to be put right on it. */
const dropAnswered = async () => {
  for (const element of document.querySelectorAll("[data-entry], [data-answered]")) {
    await outbox.drop(element.dataset.entry ?? element.dataset.answered);
  }
};

const say = async () => {
  if (!line) return;
  line.setAttribute("role", "status");
  const waiting = (await outbox.items()).filter((item) => !item.isTrying);
  line.hidden = !waiting.length;
  line.querySelector("[data-count]").textContent = waiting.length;
  line.querySelector("[data-days]").textContent = new Set(waiting.map(({ day }) => day)).size;
  line.querySelector("[data-unsafe]").hidden = await outbox.isSafe();
};

const send = async () => {
  if (document.visibilityState === "visible" && (await outbox.items()).length) await outbox.send();
  await say();
};

const start = async () => {
  // Where no worker stood before this page: it is somebody's who signed out.
  if (await outbox.isLeaving()) return (await outbox.finishLeaving()) && location.reload();
  await outbox.enter(account);
  if (!account) return;
  navigator.serviceWorker?.register("/sw.js", { scope: "/" }).catch(() => undefined);
  await dropAnswered();
  await send();
  outbox.listen(say);
  for (const event of ["online", "pageshow"]) window.addEventListener(event, send);
  document.addEventListener("visibilitychange", send);
  setInterval(send, AGAIN);
  if (!document.querySelector("daily-log")) await outbox.refreshPages(); // a log's own load brings nothing that is not needed now
};

if (self.isSecureContext && self.indexedDB) start().catch(() => undefined); // where nothing can be kept, nothing is
