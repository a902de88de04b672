/* <photo-picker> shows the chosen file in place of its outline, and lets it be taken away again.

   Markup: components/shot.html, that is
     <photo-picker><label class="shot"><input type="file"><span>icon and title</span></label></photo-picker>
   A file that the server would refuse for its size or kind is said so at once; the server decides all the same. */

const LARGEST = 20 * 1024 * 1024;
const KINDS = ["image/jpeg", "image/png", "image/webp"];

class PhotoPicker extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=file]");
    if (!this.input) return;
    this.named = this.querySelector(".shot > span")?.textContent.trim() ?? "";
    this.input.addEventListener("change", () => this.show());
    if (this.input.files.length) this.show(); // browsers keep the chosen file over a reload
  }

  disconnectedCallback() {
    this.clear();
  }

  show() {
    this.clear();
    const file = this.input.files[0];
    if (!file) return;
    const refused = this.refusal(file);
    if (refused) {
      this.input.value = "";
      this.say(refused, "error");
      return;
    }
    this.url = URL.createObjectURL(file);
    const picture = document.createElement("img");
    picture.className = "shot-preview";
    picture.alt = `${this.named}, chosen`;
    picture.addEventListener("error", () => {
      picture.remove();
      this.say("Your phone cannot show this file. Is it a photo?", "error");
    });
    picture.src = this.url;
    this.querySelector(".shot").append(picture);
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "link";
    remove.textContent = `Remove ${this.named.toLowerCase()}`;
    remove.addEventListener("click", () => {
      this.input.value = "";
      this.clear();
      this.input.focus();
    });
    this.append(remove);
  }

  refusal(file) {
    if (file.size > LARGEST) return "This photo is larger than 20 MB. Choose a smaller one.";
    if (file.type && !KINDS.includes(file.type)) return "Choose a JPEG, PNG or WebP photo.";
    return "";
  }

  say(text, kind) {
    const line = document.createElement("p");
    line.className = kind;
    line.setAttribute("role", "alert");
    line.textContent = text;
    this.append(line);
  }

  clear() {
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = null;
    for (const part of this.querySelectorAll(".shot-preview, .shot ~ *")) part.remove();
  }
}

customElements.define("photo-picker", PhotoPicker);
