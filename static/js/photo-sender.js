/* <photo-sender> sends each photo as soon as it is chosen, one after the other, made small first; without it the form
   below sends them as files.

   Markup: <photo-sender data-address="…/photos/" data-day data-page="…/00000000-…/…" data-removal="…" data-…><form>… patient/shots.html …
   <p data-said role="status"></p></form></photo-sender>; all words are the server's, in the other data: {view} in them is the
   outline's title, {percent}, {sent} and {all} are numbers. It listens to photo-picker.js. Where this phone keeps it
   (outbox.js), a photo is there until it is sent, by whichever page; where not, one is asked before its page is left while photos wait. */

import { newId, small } from "./small-photo.js";

const WAITS = ["waiting", "sending", "failed"]; // what would be lost with the page; "sent" and "refused" are settled
const COMES_AGAIN = [408, 429]; // what of 4xx may go well the next time
const SIGNED_OUT = [401, 403]; // also where somebody signed in anew in another window: the form's token is old then

class PhotoSender extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    if (!this.form) return;
    this.photos = []; // {picker, view, title, file, line, id, state, refusal, isSignedOut, request, isUploaded, isKept}
    this.unwanted = []; // taken away while they were being sent: the server may have them
    this.form.querySelector("button:not([type=button])")?.setAttribute("hidden", "");
    this.addEventListener("photo-chosen", (event) => this.take(event.target, event.detail));
    this.addEventListener("photo-removed", (event) => this.forget(event.target));
    window.addEventListener("online", () => this.sendAgain());
    window.addEventListener("beforeunload", (event) => this.askToStay(event));
    for (const picker of this.querySelectorAll("photo-picker")) if (picker.chosen) this.take(picker, picker.chosen);
  }

  take(picker, { file, title }) {
    this.forget(picker);
    const line = document.createElement("p");
    line.className = "quiet";
    line.setAttribute("role", "status");
    picker.append(line);
    const view = picker.querySelector("input[type=file]").name;
    this.photos.push({ picker, view, title, file, line, id: newId(), state: "waiting" });
    this.say();
    this.send();
  }

  /* A photo that is not sent yet is on this page alone. Nobody who calls or looks for help is asked. */
  askToStay(event) {
    const isForHelp = document.activeElement?.matches('a[href^="tel:"], a[href*="/help/"]');
    if (!isForHelp && (this.waits() || this.unwanted.length)) event.preventDefault();
  }

  waits() {
    return this.photos.some((photo) => WAITS.includes(photo.state) && !photo.isKept);
  }

  /* Whether a photo, made small, is kept on this phone until it is sent. */
  async keptHere({ id, view, title }, picture) {
    const [treatment] = this.dataset.address.match(/[0-9a-f-]{36}/) ?? [];
    const item = { id, kind: "photo", treatment, day: Number(this.dataset.day), view, title, at: Date.now(), isTrying: true };
    try {
      await import("./outbox.js");
      await self.outbox.put(item, picture);
      return true;
    } catch {
      return false; // no room, or nothing is kept on this phone
    }
  }

  /* What was sent, refused or taken away waits no more; what failed is sent by whichever page is there. */
  async settle({ id, state, isSignedOut }) {
    if (state === "failed" || isSignedOut) await self.outbox.change(id, { isTrying: false });
    else await self.outbox.drop(id);
  }

  /* Another photo takes the place of one that was chosen; one that is sent already stays. */
  forget(picker) {
    const forgotten = this.photos.filter((one) => one.picker === picker && one.state !== "sent");
    this.photos = this.photos.filter((one) => !forgotten.includes(one));
    for (const photo of forgotten) {
      photo.line.remove();
      if (photo.isKept) self.outbox.drop(photo.id);
      if (photo.state === "failed" && photo.request) this.unwanted.push(photo); // perhaps only the answer was lost
      // The server finishes what it has whole: then its answer is waited for, since only afterwards can it be deleted.
      if (photo.state === "sending" && !photo.isUploaded) photo.request?.abort();
    }
    this.say();
    this.send();
  }

  sendAgain() {
    for (const photo of this.photos) if (photo.state === "failed") photo.state = "waiting";
    this.send();
  }

  async send() {
    if (this.isSending) return;
    this.isSending = true;
    for (let photo; (photo = this.photos.find((one) => one.state === "waiting")); ) {
      photo.state = "sending";
      this.say();
      await this.put(photo);
      if (!this.photos.includes(photo)) { // taken away meanwhile
        if (photo.request) this.unwanted.push(photo);
        continue;
      }
      if (photo.isKept) await this.settle(photo);
      if (photo.state === "sent") this.seal(photo);
      this.say();
    }
    const left = []; // for when there is a signal again
    for (let photo; (photo = this.unwanted[0]); this.unwanted.shift()) if (!(await this.erased(photo))) left.push(photo);
    this.unwanted = left;
    this.isSending = false;
    if (this.photos.some((one) => one.state === "waiting")) this.send(); // chosen while something was deleted
  }

  async erased(photo) {
    try {
      const headers = { Accept: "application/json", "X-CSRFToken": this.form.elements.csrfmiddlewaretoken.value };
      const { status } = await fetch(this.addressOf(photo), { method: "DELETE", headers });
      return status < 300 || status === 404; // 404: it never arrived
    } catch {
      return false;
    }
  }

  addressOf(photo) {
    return `${this.dataset.address}${photo.id}/`;
  }

  /* What is sent is kept: it is looked at, moved to another view and deleted on pages of its own. Of two of one view the
     newest is shown here, and both among the photos of the day. */
  seal({ picker, id, title }) {
    for (const button of picker.querySelectorAll("button.link")) button.remove();
    for (const link of picker.querySelectorAll("a.link")) link.remove();
    for (const photo of this.photos) if (photo.picker === picker && photo.id !== id) photo.line.remove();
    const given = this.dataset;
    const links = [[given.page, given.open, given.openOf], [given.removal, given.delete, given.deleteOf]];
    for (const [address, word, wordOf] of links) {
      const link = document.createElement("a");
      link.className = "link";
      link.href = address.replace(/0{8}[-0]*/, id);
      link.textContent = word;
      link.setAttribute("aria-label", wordOf.replace("{view}", title));
      picker.append(link);
    }
  }

  /* Send a photo that is still wanted once it is small, and note what became of it. The same id is the same photo. */
  async put(photo) {
    const picture = await small(photo.file);
    if (!this.photos.includes(photo)) return;
    photo.isKept ||= await this.keptHere(photo, picture);
    this.say();
    if (!this.photos.includes(photo)) return photo.isKept && self.outbox.drop(photo.id);
    photo.isUploaded = false;
    const request = (photo.request = new XMLHttpRequest());
    await new Promise((resolve) => {
      request.open("PUT", `${this.addressOf(photo)}?day=${this.dataset.day}&view=${photo.view}`);
      request.setRequestHeader("Content-Type", picture.type || "image/jpeg");
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRFToken", this.form.elements.csrfmiddlewaretoken.value);
      request.upload.addEventListener("progress", ({ loaded, total }) => this.sayHow(photo, loaded / total));
      request.upload.addEventListener("load", () => (photo.isUploaded = true));
      request.addEventListener("loadend", resolve);
      request.send(picture);
    });
    const { status } = request; // 0 where there was no answer
    const isRefused = status >= 400 && status < 500 && !COMES_AGAIN.includes(status);
    photo.isSignedOut = SIGNED_OUT.includes(status);
    const { failed, failedKept, signedOut, signedOutKept } = this.dataset;
    const [later, outside] = photo.isKept ? [failedKept, signedOutKept] : [failed, signedOut];
    photo.refusal = photo.isSignedOut ? outside : detail(request) || later;
    photo.state = status >= 200 && status < 300 ? "sent" : isRefused ? "refused" : "failed";
  }

  sayHow(photo, share) {
    if (photo.state !== "sending" || !Number.isFinite(share)) return;
    photo.line.textContent = this.dataset.sending.replace("{percent}", Math.floor(share * 100));
  }

  say() {
    for (const photo of this.photos) {
      const { waiting, sending, sent } = this.dataset;
      const words = { waiting, sending: sending.replace("{percent}", 0), sent };
      photo.line.className = words[photo.state] ? "quiet" : "error";
      photo.line.replaceChildren(words[photo.state] ?? photo.refusal);
      if (photo.state === "failed") photo.line.append(" ", this.again(photo));
      if (photo.isSignedOut) photo.line.append(" ", this.wayIn());
    }
    const sent = this.photos.filter((photo) => photo.state === "sent").length;
    const count = this.waits() ? this.dataset.stay : this.dataset.count;
    const said = this.photos.length ? count.replace("{sent}", sent).replace("{all}", this.photos.length) : "";
    this.querySelector("[data-said]").textContent = said;
  }

  again(photo) {
    const again = document.createElement("button");
    again.type = "button";
    again.className = "link";
    again.textContent = this.dataset.again.replace("{view}", photo.title);
    again.addEventListener("click", () => {
      photo.state = "waiting";
      this.send();
    });
    return again;
  }

  wayIn() {
    const link = document.createElement("a");
    link.href = this.dataset.login;
    link.textContent = this.dataset.signIn;
    return link;
  }
}

function detail(request) {
  try {
    return JSON.parse(request.responseText).detail;
  } catch {
    return "";
  }
}

customElements.define("photo-sender", PhotoSender);
