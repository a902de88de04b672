/* <photo-sender> sends each photo as soon as it is chosen, one after the other, made small first; without it the form
   below sends them as files.

   Markup: <photo-sender data-address="…/photos/" data-day data-page="…/00000000-…/…" data-removal="…" data-…><form>… patient/shots.html …
   <p data-said role="status"></p></form></photo-sender>; all words are the server's, in the other data: {view} in them is the
   outline's title, {percent}, {sent} and {all} are numbers. It listens to photo-picker.js. */

const LONGEST = 2000; // pixels of the long edge: the server keeps no more, and need not shrink it once again
const MOST_BYTES = 500_000;
const QUALITIES = [0.85, 0.75, 0.65, 0.5];
const NEVER_KEPT = [400, 413, 415, 422]; // the file itself is refused: the same again would be, too

class PhotoSender extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    if (!this.form) return;
    this.photos = []; // {picker, view, title, file, line, id, state, refusal, isRefused, request}
    this.form.querySelector("button:not([type=button])")?.setAttribute("hidden", "");
    this.addEventListener("photo-chosen", (event) => this.take(event.target, event.detail));
    this.addEventListener("photo-removed", (event) => this.forget(event.target));
    window.addEventListener("online", () => this.sendAgain());
    window.addEventListener("beforeunload", (event) => this.askToStay(event));
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

  /* Another photo takes the place of one that was chosen; one that is sent already stays. */
  forget(picker) {
    for (const photo of this.photos.filter((one) => one.picker === picker)) {
      photo.line.remove();
      photo.request?.abort();
    }
    this.photos = this.photos.filter((one) => one.picker !== picker || one.state === "sent");
    this.say();
  }

  /* A photo that is not sent yet is on this page alone. Nobody who calls or looks for help is asked. */
  askToStay(event) {
    const isOnItsWay = this.photos.some(({ state, isRefused }) => state !== "sent" && !isRefused);
    if (isOnItsWay && !document.activeElement?.matches('a[href^="tel:"], a[href*="/help/"]')) event.preventDefault();
  }

  sendAgain() {
    for (const photo of this.photos) if (photo.state === "failed" && !photo.isRefused) photo.state = "waiting";
    this.send();
  }

  async send() {
    if (this.isSending) return;
    this.isSending = true;
    for (let photo; (photo = this.photos.find((one) => one.state === "waiting")); ) {
      photo.state = "sending";
      this.say();
      const refusal = await this.put(photo);
      if (!this.photos.includes(photo)) continue; // taken away meanwhile
      photo.state = refusal === "" ? "sent" : "failed";
      if (photo.state === "sent") this.seal(photo);
      photo.refusal = refusal;
      this.say();
    }
    this.isSending = false;
  }

  /* What is sent is kept: it is looked at, moved to another view and deleted on pages of its own. */
  seal({ picker, id, title }) {
    for (const button of picker.querySelectorAll("button.link")) button.remove();
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

  /* What is wrong, empty when it was kept. The same id again is the same photo. */
  async put(photo) {
    const picture = await small(photo.file);
    const address = `${this.dataset.address}${photo.id}/?day=${this.dataset.day}&view=${photo.view}`;
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      photo.request = request;
      request.open("PUT", address);
      request.setRequestHeader("Content-Type", picture.type || "image/jpeg");
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRFToken", this.form.elements.csrfmiddlewaretoken.value);
      request.upload.addEventListener("progress", ({ loaded, total }) => this.sayHow(photo, loaded / total));
      request.addEventListener("load", () => {
        photo.isRefused = NEVER_KEPT.includes(request.status);
        resolve(request.status < 300 ? "" : detail(request) || this.dataset.failed);
      });
      for (const fault of ["error", "abort"]) request.addEventListener(fault, () => resolve(this.dataset.failed));
      request.send(picture);
    });
  }

  sayHow(photo, share) {
    if (photo.state !== "sending" || !Number.isFinite(share)) return;
    photo.line.textContent = this.dataset.sending.replace("{percent}", Math.floor(share * 100));
  }

  say() {
    for (const photo of this.photos) {
      const { waiting, sending, sent } = this.dataset;
      const words = { waiting, sending: sending.replace("{percent}", 0), sent };
      photo.line.className = photo.state === "failed" ? "error" : "quiet";
      photo.line.replaceChildren(photo.state === "failed" ? photo.refusal : words[photo.state]);
      if (photo.state !== "failed" || photo.isRefused) continue;
      const again = document.createElement("button");
      again.type = "button";
      again.className = "link";
      again.textContent = this.dataset.again.replace("{view}", photo.title);
      again.addEventListener("click", () => {
        photo.state = "waiting";
        this.send();
      });
      photo.line.append(" ", again);
    }
    const sent = this.photos.filter((photo) => photo.state === "sent").length;
    const said = this.photos.length ? this.dataset.count.replace("{sent}", sent).replace("{all}", this.photos.length) : "";
    this.querySelector("[data-said]").textContent = said;
  }
}

// As crypto.randomUUID, which a page without HTTPS has not.
function newId() {
  const random = (most) => crypto.getRandomValues(new Uint8Array(1))[0] & most;
  const hex = (digit) => (digit ^ random(15 >> (digit / 4))).toString(16);
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, hex);
}

function detail(request) {
  try {
    return JSON.parse(request.responseText).detail;
  } catch {
    return "";
  }
}

/* Upright, without what the file says of place and phone, at most LONGEST and about MOST_BYTES; the file itself where the
   browser cannot: the server decides. */
async function small(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    let blob = null;
    for (const quality of QUALITIES) {
      blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
      if (!blob?.size) return file;
      if (blob.size <= MOST_BYTES) break;
    }
    return blob;
  } catch {
    return file;
  }
}

customElements.define("photo-sender", PhotoSender);
