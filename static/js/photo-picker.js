/* <photo-picker> shows the chosen file in place of its outline, and lets it be taken away again.

   Markup: components/shot.html inside patient/shots.html, that is
     <div class="shots" data-…><photo-picker><label class="shot"><input type="file"><span>icon and title</span></label></photo-picker></div>
   It says "photo-chosen" and "photo-removed" to whoever listens (photo-sender.js).
   The limits and all words are the server's, in the data of .shots; {view} in them is the outline's title. A file that
   the server would certainly refuse is said so before it is sent; in doubt, the server decides. */

// Some phones give good photos one of these types, or none.
const LOOSE_TYPES = ["", "image/jpg", "image/pjpeg", "application/octet-stream"];
const HEIC_TYPE = /^image\/hei[cf]/;
const JPEG_START = "\u00ff\u00d8\u00ff";

class PhotoPicker extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=file]");
    if (!this.input) return;
    this.given = this.closest(".shots").dataset;
    this.title = this.querySelector(".shot > span")?.textContent.trim() ?? "";
    this.parts = [];
    this.input.addEventListener("change", () => this.show());
    // On Android the system's own picker opens, which shows no camera.
    if (/Android/.test(navigator.userAgent)) this.offerCamera();
    if (this.input.files.length) this.show(); // browsers keep the chosen file over a reload
  }

  disconnectedCallback() {
    this.clear();
  }

  async show() {
    this.clear();
    const file = this.input.files[0];
    if (!file) return;
    const start = new TextDecoder("latin1").decode(await file.slice(0, 12).arrayBuffer());
    if (file !== this.input.files[0]) return; // another was chosen meanwhile
    const isHeic = this.isHeic(file, start);
    const refused = this.refusal(file, start, isHeic);
    if (refused) {
      this.input.value = "";
      this.say(refused, "error");
      return;
    }
    this.url = URL.createObjectURL(file);
    const picture = document.createElement("img");
    picture.className = "shot-preview";
    picture.alt = this.given.chosen.replace("{view}", this.title);
    picture.addEventListener("error", () => {
      picture.remove();
      if (isHeic) this.say(this.given.notShown, "quiet");
      else this.say(this.given.notAPhoto, "error");
    });
    picture.src = this.url;
    this.querySelector(".shot").append(picture);
    this.parts.push(picture);
    this.add(this.button(this.given.remove.replace("{view}", this.title), () => {
      this.input.value = "";
      this.clear();
      this.input.focus();
      this.dispatchEvent(new CustomEvent("photo-removed", { bubbles: true }));
    }));
    this.chosen = { file, title: this.title }; // for who begins to listen later
    this.dispatchEvent(new CustomEvent("photo-chosen", { bubbles: true, detail: this.chosen }));
  }

  isHeic(file, start) {
    const brands = this.given.heicBrands.split(" ");
    if (start.slice(4, 8) === "ftyp" && brands.includes(start.slice(8))) return true;
    return HEIC_TYPE.test(file.type) && !start.startsWith(JPEG_START);
  }

  refusal(file, start, isHeic) {
    if (file.size > Number(this.given.mostBytes)) return this.given.tooLarge;
    if (isHeic) return this.given.heic ?? "";
    const types = [...LOOSE_TYPES, ...this.input.accept.split(",")];
    return types.includes(file.type) || start.startsWith(JPEG_START) ? "" : this.given.format;
  }

  offerCamera() {
    const camera = this.button(this.given.camera, () => {
      this.input.setAttribute("capture", this.input.name === "close_up" ? "environment" : "user");
      this.input.click();
      this.input.removeAttribute("capture"); // the next tap on the outline is for the gallery again
    });
    camera.setAttribute("aria-label", this.given.cameraOf.replace("{view}", this.title));
    this.append(camera);
  }

  button(text, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = text;
    button.addEventListener("click", act);
    return button;
  }

  say(text, kind) {
    const line = document.createElement("p");
    line.className = kind;
    line.setAttribute("role", "alert");
    line.textContent = text;
    this.add(line);
  }

  add(part) {
    this.append(part);
    this.parts.push(part);
  }

  clear() {
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = this.chosen = null;
    for (const part of this.parts.splice(0)) part.remove();
  }
}

customElements.define("photo-picker", PhotoPicker);
