/* <offline-page> is what a phone shows where the network fails, at whichever address, and what waits to be sent. The page
   itself is the same for everybody; from what outbox.js keeps for whoever uses this phone it adds the log of the day that
   the address asks for, the days that can be written down, what waits, and whom they would call.

   Markup: templates/public/offline.html; all words are the server's. */

import "./log.js";
import "./outbox.js";
import "./photo-picker.js";
import { forget, forgetAll, keep, kept } from "./drafts.js";
import { newId, small } from "./small-photo.js";

const { outbox } = self;
const WHEN = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
const DATE = { weekday: "long", day: "numeric", month: "long" };
const CLOCK = { hour: "2-digit", minute: "2-digit" };
const AGAIN = 15_000; // ms between looks whether there is a network
const A_LOG = /^\/log\/(?:(\d+)\/)?$/;
const HELP = "/help/";
const COMES_FIRST = ["contact", "urgent", "emergency"];
const LANGUAGE = document.documentElement.lang;

class OfflinePage extends HTMLElement {
  async connectedCallback() {
    this.addEventListener("log-kept", (event) => this.logKept(event.detail));
    this.addEventListener("photo-chosen", (event) => this.keepPhoto(event.target, event.detail));
    this.addEventListener("photo-removed", (event) => outbox.drop(event.target.waits));
    this.part("all").addEventListener("click", () => this.send((this.items ?? []).map(({ id }) => id)));
    // Nobody who uses this phone next finds it by the back button.
    window.addEventListener("pagehide", () => this.replaceChildren());
    window.addEventListener("pageshow", (event) => event.persisted && location.reload());
    try {
      await this.open();
    } catch {
      // This browser keeps nothing: the page is still that of when to get help.
    }
    this.look();
  }

  part(name) {
    return this.querySelector(`[data-${name}]`);
  }

  async open() {
    this.account = await outbox.account();
    this.kept = await outbox.pages();
    if (this.kept) this.part("help").replaceChildren(this.fragment(this.kept.help));
    const { pathname } = location;
    this.isHelp = pathname === HELP;
    if (this.isHelp) return this.head(this.dataset.helpTitle);
    const interrupted = (await outbox.items()).filter((item) => item.isTrying && pathname !== "/offline/");
    for (const { id } of interrupted) await outbox.change(id, { isTrying: false }); // its page is gone, and this came instead
    await this.list();
    const [isLog, day] = A_LOG.exec(pathname) ?? [];
    const sent = interrupted.findLast(({ kind }) => kind === "entry");
    if (pathname === outbox.signOutAt && this.account) await this.askToLeave();
    else if (sent) await this.showKept(sent);
    else if ("unsent" in document.documentElement.dataset) this.sayUnsent();
    else if (isLog) await this.openLog(day);
    outbox.listen(() => this.changed());
    for (const event of ["online", "focus"]) window.addEventListener(event, () => this.look());
    setInterval(() => this.look(), AGAIN);
  }

  /* To load the page again is to send the form again: the browser has it. */
  sayUnsent() {
    this.isUnsent = true;
    this.part("unsent").hidden = false;
    this.part("try").hidden = true; // by it, what was typed would be gone
    this.part("send-again").addEventListener("click", () => location.reload());
  }

  /* Somebody signed out or in, in another tab; or something was kept or sent. */
  async changed() {
    if ((await outbox.account()) !== this.account) location.reload();
    else await this.list();
  }

  fragment(numbers) {
    const template = document.createElement("template");
    template.innerHTML = numbers.map((number) => this.kept.lines[number]).join("\n");
    return template.content;
  }

  /* The page is of what is open on it; else of what waits, else of how it stands with the network. */
  async head(title, eyebrow) {
    this.openedAs = title ?? this.openedAs;
    const { waitsTitle, leftTitle, awayTitle, thereTitle } = this.dataset;
    const isWaiting = !this.openedAs && this.items?.some((item) => !item.isTrying);
    const ofState = { away: awayTitle, leaving: leftTitle, left: leftTitle }[this.state ?? "away"] ?? thereTitle;
    const heading = this.openedAs ?? (isWaiting ? waitsTitle : ofState);
    document.querySelector("[data-heading]").textContent = heading;
    document.title = `${heading} · Mendline`;
    const above = eyebrow ?? (isWaiting ? new Date(await outbox.now()).toLocaleDateString(LANGUAGE, DATE) : "");
    if (above) document.querySelector("[data-eyebrow]").textContent = above;
  }

  /* --- the network */

  async look() {
    if (await outbox.isLeaving().catch(() => false)) this.hasLeft = await outbox.finishLeaving();
    if (this.hasLeft !== undefined) return this.say(this.hasLeft ? "left" : "leaving");
    const { state } = this.account ? await this.send() : { state: "idle" };
    if (state === "idle") {
      const { status, body } = await outbox.talk("/offline/session/");
      if (this.account && (body.account ?? this.account) !== this.account) return outbox.enter(""); // this page opens anew
      this.say(status ? "there" : "away");
    }
    if (!this.account || state === "away" || !(await outbox.refreshPages())) return;
    this.kept = await outbox.pages();
    await this.list();
  }

  async send(ids) {
    const sent = await outbox.send(ids).catch(() => ({ state: "idle" }));
    await this.list();
    if (sent.state !== "idle") this.say(sent.state);
    return sent;
  }

  say(state) {
    const isLeaving = !this.part("leave").hidden; // which says itself that there is no signal
    if (isLeaving && state === "there") location.reload(); // the server's own page
    for (const banner of this.querySelectorAll("[data-state]")) banner.hidden = isLeaving || banner.dataset.state !== state;
    this.part("somebody").hidden = !this.account || this.isUnsent;
    this.part("nobody").hidden = Boolean(this.account);
    this.part("all-sent").hidden = !this.account || Boolean(this.items?.length);
    this.state = state;
    this.head();
    if (state !== "away") this.part("days").hidden = true; // one logs on the server's pages
  }

  /* Signing out where the server cannot be reached; what waits is lost only to whoever says so. */
  async askToLeave() {
    const waiting = this.items.length;
    this.part("leave").hidden = false;
    [this.part("lost").hidden, this.part("count-lost").textContent] = [!waiting, waiting];
    this.part("go").hidden = Boolean(waiting);
    for (const name of ["go", "go-anyway"]) this.part(name).addEventListener("click", () => this.signOut());
    this.head(this.dataset.leaveTitle);
    await this.list();
  }

  /* Every page is told, this one too: it opens anew. */
  async signOut() {
    await Promise.allSettled([forgetAll(), outbox.leave()]);
  }

  /* --- the log of a day */

  async today() {
    const options = { timeZone: this.kept.zone, year: "numeric", month: "2-digit", day: "2-digit" };
    return new Intl.DateTimeFormat("en-CA", options).format(new Date(await outbox.now())); // 2026-11-29
  }

  async openLog(asked) {
    const today = await this.today();
    const day = this.kept?.days.find((one) => (asked ? String(one.day) === asked : one.date === today) && one.date <= today);
    if (!day) return;
    const log = this.fragment(day.form);
    log.querySelector("daily-log").dataset.offline = "";
    log.querySelector("[name=id]").value = newId();
    // A day that waits already is changed: the server takes both, in their order.
    const { draft } = log.querySelector("daily-log").dataset;
    const before = this.items.findLast((item) => item.kind === "entry" && item.draft === draft);
    if (before) await this.follow(before);
    for (const drawing of log.querySelectorAll("figure.drawing")) { // no picture is kept
      const around = drawing.parentElement;
      (around.matches("details:not(.ask)") ? around : drawing).remove();
    }
    this.part("log").replaceChildren(log);
    this.part("log").hidden = false;
    if (before) this.querySelector("daily-log").put(this.inPlaceOf(before, before.fields));
    this.head(day.title, day.on);
    document.querySelector("[data-back]").hidden = false;
    for (const name of ["days", "waiting", "keeping", "help"]) this.part(name).hidden = true;
    document.querySelector("[data-get-help]").href = HELP;
  }

  inPlaceOf({ id }, fields) {
    return fields.map(([name, value]) => [name, name === "instead_of" ? id : value]);
  }

  /* What was typed before it was kept is in it; what was typed since takes its place as well. */
  async follow(before) {
    const draft = await kept(before.draft);
    if (draft && draft.at <= before.at) await forget(before.draft);
    else if (draft) await keep(before.draft, { ...draft, fields: this.inPlaceOf(before, draft.fields) }, false);
  }

  async logKept({ item, fault }) {
    this.part("not-kept-at-all").hidden = !fault;
    if (fault) return this.part("not-kept-at-all").focus();
    await forget(item.draft);
    await this.showKept(item);
    await this.list();
    await this.look();
  }

  /* What is kept, and what its answers ask for as far as this phone can tell: where it cannot, the emergency advice of what
     was ticked; and whom to call. */
  async showKept(item) {
    const section = this.part("kept"), heading = section.querySelector("h2");
    const advice = this.querySelector("daily-log .box:has([data-box]:checked) .box-advice > .stack");
    heading.textContent = heading.dataset.day.replace("{day}", item.day);
    section.querySelector("[data-time]").textContent = new Date(item.at).toLocaleTimeString(LANGUAGE, CLOCK);
    section.querySelector("[data-advice]").replaceChildren(...(advice ? [advice] : []));
    if (advice) section.dataset.urgency = "emergency";
    const calls = (this.kept?.calls ?? []).map(([label, number]) => {
      const link = document.createElement("a");
      [link.href, link.textContent] = [`tel:${number}`, label];
      return [link, " "];
    });
    section.querySelector("[data-calls]").replaceChildren(...calls.flat());
    section.hidden = false;
    this.part("log").replaceChildren();
    this.part("help").hidden = false;
    section.focus();
    section.scrollIntoView({ block: "start" });
    const urgency = await this.judge(item);
    [section.querySelector("[data-compared]").hidden, section.querySelector("[data-not-compared]").hidden] = [!urgency, Boolean(urgency)];
    if (urgency) section.querySelector("[data-advice]").replaceChildren();
    if (urgency) section.dataset.urgency = "unjudged";
    // What asks for something stands first; else that it is kept.
    const said = this.querySelector("phone-advice");
    if (COMES_FIRST.includes(urgency)) said.after(section);
    if (COMES_FIRST.includes(urgency)) said.scrollIntoView({ block: "start" });
    if (urgency !== "emergency" && !advice && this.kept) {
      this.part("photos").hidden = false;
      this.part("shots").replaceChildren(this.fragment(this.kept.shots));
      this.of = item;
    }
  }

  /* Says what can be said of a day without the server; gives its urgency, nothing where the rules are not there. */
  async judge({ day, fields }) {
    if (!this.kept?.facts) return null;
    await import("./advice.js");
    return this.querySelector("phone-advice").show(this.kept.facts, day, fields);
  }

  async keepPhoto(picker, { file, title }) {
    if (picker.waits) await outbox.drop(picker.waits);
    const picture = await small(file);
    const { treatment, day } = this.of;
    const view = picker.querySelector("input[type=file]").name;
    const item = { id: newId(), kind: "photo", treatment, day, view, title, at: Date.now() };
    const fault = await outbox.put(item, picture).catch((reason) => reason ?? "unknown");
    this.part("not-kept-at-all").hidden = !fault;
    if (fault) return this.part("not-kept-at-all").focus();
    picker.waits = item.id;
    const said = this.part("photo-said");
    said.textContent = said.dataset.done.replace("{view}", title);
    this.look();
  }

  /* --- what waits */

  async list() {
    this.items = await outbox.items();
    if (this.isHelp) return;
    const waiting = this.items.filter((item) => !item.isTrying);
    const isLog = this.querySelector("daily-log, [data-leave]:not([hidden])"); // or something else that is done alone
    this.part("waiting").hidden = this.part("keeping").hidden = !waiting.length || Boolean(isLog);
    this.part("count").textContent = waiting.length;
    const open = this.querySelector("[data-sure]:not([hidden])")?.closest("li").dataset.id; // is being asked: it stays
    if (!open) this.part("list").replaceChildren(...waiting.map((item) => this.row(item)));
    this.head();
    const tried = await outbox.tried(), words = this.part("tried");
    words.textContent = tried ? words.dataset.tried.replace("{time}", new Date(tried).toLocaleTimeString(LANGUAGE, CLOCK)) : "";
    const isSafe = await outbox.isSafe();
    [this.part("safe").hidden, this.part("unsafe").hidden] = [!isSafe, isSafe];
    this.part("days-waiting").textContent = new Set(waiting.map(({ day }) => day)).size;
    await this.listDays(Boolean(isLog));
  }

  row(item) {
    const row = this.querySelector("template[data-row]").content.cloneNode(true).firstElementChild;
    const at = (name) => row.querySelector(`[data-${name}]`);
    row.dataset.id = item.id;
    row.querySelector(`[data-icon]:not([data-icon=${item.kind}])`).remove();
    const words = item.kind === "photo" ? this.dataset.photo.replace("{view}", item.title) : this.dataset.answers;
    at("what").textContent = words.replace("{day}", item.day);
    const unit = { style: "unit", unit: "kilobyte" };
    const size = new Intl.NumberFormat(LANGUAGE, unit).format(Math.max(1, Math.round(item.size / 1000)));
    const time = new Date(item.at).toLocaleString(LANGUAGE, WHEN);
    at("at").textContent = this.dataset.when.replace("{time}", time).replace("{size}", size);
    at("refused").hidden = !item.refused;
    at("why").textContent = item.refused?.detail || at("why").dataset.why;
    at("open").hidden = !item.refused || item.kind === "photo";
    at("open").addEventListener("click", () => this.lookAgain(item));
    at("send").addEventListener("click", () => this.send([item.id]));
    const ask = (isAsked) => {
      [at("acts").hidden, at("sure").hidden] = [isAsked, !isAsked];
      at(isAsked ? "no" : "delete").focus();
    };
    at("delete").addEventListener("click", () => ask(true));
    at("no").addEventListener("click", () => ask(false));
    at("yes").addEventListener("click", () => this.deleted(item, row));
    return row;
  }

  async deleted({ id }, row) {
    row.remove();
    await outbox.drop(id, { isDeleted: true });
    this.part("said").textContent = this.dataset.deleted;
    await this.list();
  }

  /* The day's log, filled with what was refused: it waits here until that log is saved under the same id. */
  async lookAgain({ id, at, treatment, day, fields, refused }) {
    const meant = refused.day ?? day;
    const typed = fields.filter(([name]) => !["day", "shown"].includes(name));
    await keep(`${this.account}/${treatment}/${meant}`, { at, entry: id, fields: typed, id }, false);
    location.href = `/log/${meant}/`;
  }

  /* Days that have come and are not written down, today's in any case. */
  async listDays(isLog) {
    const today = this.kept && (await this.today());
    const written = (day) => day.is_logged || this.items.some((item) => item.kind === "entry" && item.day === day.day);
    const open = (this.kept?.days ?? []).filter((day) => day.date <= today && (day.date === today || !written(day)));
    const links = open.reverse().map((day) => {
      const link = document.createElement("a");
      link.href = `/log/${day.day}/`;
      link.className = day.date === today && !written(day) ? "button block" : "button plain block";
      const words = written(day) ? this.dataset.again : this.dataset.write;
      link.textContent = words.replace("{day}", day.day);
      return link;
    });
    this.part("day-list").replaceChildren(...links);
    const isOver = Boolean(this.kept?.days.length) && today > this.kept.days.at(-1).date;
    this.part("ended").hidden = !isOver;
    const isHere = (this.state ?? "away") === "away" && !isLog && this.part("kept").hidden;
    this.part("days").hidden = !isHere || !(links.length || isOver);
  }
}

customElements.define("offline-page", OfflinePage);
