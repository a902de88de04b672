/* <save-text data-name> saves the lines of [data-text] in it as a file, by a button [data-save] that is hidden without this. */

class SaveText extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("[data-save]");
    button.hidden = false;
    button.addEventListener("click", () => this.save());
  }

  save() {
    const lines = [...this.querySelectorAll("[data-text] > *")].map((line) => line.textContent.trim());
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${lines.join("\n")}\n`], { type: "text/plain" }));
    link.download = this.dataset.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }
}

customElements.define("save-text", SaveText);
