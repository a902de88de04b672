/* <case-queue data-live-at="/practice/live/" data-every="300"> keeps the practitioner's list fresh, says what is new, and
   lets the list be walked with j, k and Enter.

   Markup it reads:
     <… id="queue-list">                       the lists, or what stands there while they are empty; each row's link is `.case h2 a`
     <… id="…" data-live>                      other parts to bring up to date with it (the count in the heading, the filters)
     <… id="sign" data-live><data value="…">   what the server calls the state that the page shows
     <… data-newest data-count data-title>     within a part: the bar of what is new; data-title has no name in it
     <p data-said data-added role="status">    where it says what came, in the words of data-added; {count} is how many
     <form data-opened>                        sent once the page is in sight of its reader: the list of the morning was opened
     <p id="attention" data-at="/practice/…/">    is filled from there with what else needs a hand, once the page stands
     <p class="banner" data-stale hidden>      shown while the list cannot be brought up to date
     <label hidden><input type="checkbox" data-keys checked> …</label>   turns the keys off (WCAG 2.1.4); kept for this browser
     <label hidden><input type="checkbox" data-notify> …</label>   asks to be notified while the page is in the background; kept for
                                               this browser; [data-denied] is shown where the browser refuses
   The same address is fetched when something changed, every so many seconds while the page is visible, and when somebody
   comes back to it after a minute; whoever was signed out meanwhile is led to sign in. Focus, what is ticked and unfolded,
   and the place in the list stay: what renews them is found by its id, which each row's link and each fold has. */

import { listen } from "./live.js";

const KEYS = "queue-keys";
const NOTIFY = "queue-notify";
const TOUCHES = ["pointermove", "keydown", "scroll"];
const OLD = 60000; // ms after which times of waiting are no longer right to whoever looks
const SPREAD = 500; // ms within which the open pages of a practice fetch themselves: not all at once

class CaseQueue extends HTMLElement {
  connectedCallback() {
    this.failures = { page: 0, live: 0 };
    this.plain = document.title; // without what is new
    this.onKey = (event) => this.walk(event);
    this.onVisible = () => this.seen();
    document.addEventListener("keydown", this.onKey);
    document.addEventListener("visibilitychange", this.onVisible);
    this.freshAt = performance.now();
    this.onTouch = () => performance.now() > this.freshAt + OLD && !this.running && this.refresh();
    for (const kind of TOUCHES) document.addEventListener(kind, this.onTouch, { passive: true });
    this.timer = setInterval(() => document.visibilityState === "visible" && this.refresh(), Number(this.dataset.every) * 1000);
    this.unlisten = listen(this.dataset.liveAt, {
      sign: () => this.querySelector("#sign data")?.value ?? "",
      changed: () => new Promise((resolve) => setTimeout(resolve, Math.random() * SPREAD)).then(() => this.refresh()),
      heard: () => this.say({ live: 0 }),
      failed: (isSilent) => this.say({ live: this.failures.live + (isSilent ? 2 : 1) }),
      refused: () => location.reload(), // signed out or no member any more: no name stays on the screen
    });
    this.offerKeys();
    this.offerToNotify();
    this.noteOpened();
    this.fillAttention();
    this.querySelector("#lists [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    this.unlisten();
    document.removeEventListener("keydown", this.onKey);
    document.removeEventListener("visibilitychange", this.onVisible);
    for (const kind of TOUCHES) document.removeEventListener(kind, this.onTouch);
  }

  offerKeys() {
    this.keys = this.querySelector("[data-keys]");
    if (!this.keys) return;
    this.keys.checked = localStorage.getItem(KEYS) !== "off";
    this.keys.closest("[hidden]")?.removeAttribute("hidden");
    this.keys.addEventListener("change", () => localStorage.setItem(KEYS, this.keys.checked ? "on" : "off"));
  }

  offerToNotify() {
    const box = this.querySelector("[data-notify]");
    if (!box || !("Notification" in window) || !("serviceWorker" in navigator)) return;
    box.checked = localStorage.getItem(NOTIFY) === "on" && Notification.permission === "granted";
    box.closest("[hidden]")?.removeAttribute("hidden");
    box.addEventListener("change", async () => {
      const isAllowed = box.checked && (await Notification.requestPermission()) === "granted";
      if (isAllowed) await navigator.serviceWorker.register("/sw.js", { scope: "/" });
      this.querySelector("[data-denied]").hidden = !box.checked || isAllowed;
      box.checked = isAllowed;
      localStorage.setItem(NOTIFY, isAllowed ? "on" : "off");
    });
  }

  get links() {
    return [...this.querySelectorAll("#queue-list .case h2 a")];
  }

  /* Those that can have the focus: what is folded cannot. */
  get inSight() {
    return this.links.filter((link) => !link.closest("details:not([open])"));
  }

  walk(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || (this.keys && !this.keys.checked)) return;
    if (event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    if (event.key === "/") {
      event.preventDefault();
      document.querySelector("input[type=search]")?.focus();
    }
    const step = { j: 1, k: -1 }[event.key];
    if (!step) return;
    const links = this.inSight;
    if (!links.length) return;
    const here = links.indexOf(document.activeElement);
    const next = here < 0 ? 0 : Math.min(Math.max(here + step, 0), links.length - 1);
    event.preventDefault();
    links[next].focus();
    links[next].closest(".case").scrollIntoView({ block: "nearest" });
  }

  /* Whether the page could be brought up to date; who asks while it is being fetched means what is so after that. */
  async refresh() {
    while (this.running) await this.running;
    this.running = this.fetched();
    const isFresh = await this.running;
    this.running = null;
    this.freshAt = performance.now();
    if (isFresh) this.fillAttention();
    this.say({ page: isFresh ? 0 : this.failures.page + 1 });
    return isFresh;
  }

  async fetched() {
    try {
      const answer = await byItself(location.href);
      // Signed out meanwhile: no name stays on the screen, and an old list must not look fresh.
      if (answer.ok && answer.redirected) location.assign(answer.url);
      if (!answer.ok || answer.redirected) return false;
      this.swap(parsed(await answer.text()));
      return true;
    } catch {
      return false;
    }
  }

  /* Asked for apart: to count it costs more than the list does. What is there stays while nothing comes. */
  async fillAttention() {
    const place = this.querySelector("#attention");
    try {
      const answer = await byItself(place.dataset.at);
      if (answer.ok && !answer.redirected) place.replaceChildren(...parsed(await answer.text()).body.childNodes);
    } catch {
      return; // the list itself says when it may be old
    }
  }

  say(failures) {
    Object.assign(this.failures, failures);
    const stale = this.querySelector("[data-stale]");
    if (stale) stale.hidden = Math.max(...Object.values(this.failures)) < 2;
  }

  swap(fresh) {
    const before = new Set(this.links.map((link) => link.id));
    const focus = this.focus();
    const place = this.place();
    const news = this.news;
    for (const part of document.querySelectorAll("#queue-list, [data-live][id]")) {
      const renewed = fresh.getElementById(part.id);
      if (renewed && renewed.innerHTML !== part.innerHTML && !isTypedIn(part)) {
        keep(part, renewed);
        part.replaceChildren(...renewed.childNodes);
      }
    }
    this.plain = fresh.title || this.plain;
    this.announce(news);
    this.focusAgain(focus);
    this.stay(place);
    const added = this.links.filter((link) => !before.has(link.id)).length;
    const status = this.querySelector("[data-said]");
    if (status && added && this.news?.key === news?.key) status.textContent = status.dataset.added.replace("{count}", added);
  }

  /* What has the focus in a part that is renewed: how its like is found, in which row it is, and which row that is. */
  focus() {
    const element = document.activeElement;
    if (!element?.closest("[data-live], #queue-list")) return null;
    const row = element.closest(".case")?.querySelector("h2 a");
    return { element, like: likeOf(element), row: row?.id, at: row ? this.inSight.indexOf(row) : -1 };
  }

  /* The same has the focus again; where it is gone, its row has; where that is gone, the row that took its place. */
  focusAgain(focus) {
    if (!focus || focus.element.isConnected) return;
    const row = focus.row && document.getElementById(focus.row);
    const taken = focus.at < 0 ? null : this.inSight[Math.min(focus.at, this.inSight.length - 1)];
    const like = focus.like && (row?.closest(".case") ?? this).querySelector(focus.like);
    for (const element of [like, row, taken].filter(Boolean)) {
      element.focus({ preventScroll: true });
      if (document.activeElement === element) return;
    }
  }

  /* Where the reader is: the first row in sight and those after it, and how far down each stands. */
  place() {
    const rows = this.inSight.map(({ id }) => ({ id, top: topOf(id) }));
    return scrollY ? rows.filter(({ top }) => top >= 0) : [];
  }

  /* What is still there of those rows stands where it stood. */
  stay(place) {
    const row = place.find(({ id }) => document.getElementById(id));
    if (row) scrollBy({ top: topOf(row.id) - row.top, behavior: "instant" });
  }

  get news() {
    const bar = this.querySelector("[data-newest]");
    if (!bar) return null;
    const { newest, count, title } = bar.dataset;
    return { newest: Number(newest), count: Number(count), title, key: `${newest}-${count}` };
  }

  /* In the background, what is new stands in the title, and in a notification where the reader asked for it. */
  announce(before) {
    const { news } = this;
    const isNew = news && (!before || news.newest > before.newest || news.count > before.count);
    if (document.visibilityState === "visible") this.missed = false;
    else if (isNew) {
      this.missed = true;
      this.notify(news);
    }
    document.title = this.missed && news ? `(${news.title}) ${this.plain}` : this.plain;
  }

  async notify({ title, key }) {
    if (localStorage.getItem(NOTIFY) !== "on" || Notification.permission !== "granted") return;
    const registration = await navigator.serviceWorker.getRegistration("/");
    const { lang } = document.documentElement;
    // Of several open pages the tag leaves one notification.
    const options = { lang, tag: `queue-${key}`, icon: "/static/icons/icon.png", data: { navigate: location.pathname } };
    await registration?.showNotification(title, options);
  }

  async seen() {
    if (document.visibilityState !== "visible") return;
    this.missed = false;
    document.title = this.plain;
    await this.refresh();
    this.noteOpened();
  }

  /* Says to the server that the morning's list was opened with the page; what it answers is a page, and not read. */
  async noteOpened() {
    const form = this.querySelector("form[data-opened]");
    if (!form || document.visibilityState !== "visible") return;
    try {
      await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
    } catch {
      return; // the form is there again in the next page
    }
    this.refresh();
  }
}

/* Asks for a page that nobody asked for, so that a session left alone still ends. */
const byItself = (address) => fetch(address, { headers: { Accept: "text/html", "X-By-Itself": "1" }, cache: "no-store" });

const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

const isTypedIn = (part) => part.contains(document.activeElement) && document.activeElement.matches("input:not([type=checkbox]), textarea, select");

const topOf = (id) => document.getElementById(id).getBoundingClientRect().top;

/* A selector of what renews `element`; null for what has no like. */
const likeOf = (element) => {
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (element.matches("summary")) return `#${CSS.escape(element.parentElement.id)} > summary`;
  return element.matches("a[href]") ? `a[href="${CSS.escape(element.getAttribute("href"))}"]` : null;
};

/* What the reader has ticked and unfolded in `part` is so in what takes its place. */
const keep = (part, renewed) => {
  for (const box of part.querySelectorAll("input[type=checkbox][name]")) {
    const same = renewed.querySelector(`input[name="${CSS.escape(box.name)}"][value="${CSS.escape(box.value)}"]`);
    if (same) same.checked = box.checked;
  }
  for (const fold of part.querySelectorAll("details[id]")) {
    const same = renewed.querySelector(`#${CSS.escape(fold.id)}`);
    if (same) same.open = fold.open;
  }
};

customElements.define("case-queue", CaseQueue);
