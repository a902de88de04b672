/* <copy-button data-of="link"> copies the text of the element with that id; the button inside it is hidden until a script can. */

class CopyButton extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    if (!button || !navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = document.getElementById(this.dataset.of);
      await navigator.clipboard.writeText((source.value ?? source.textContent).trim());
      this.querySelector("[role=status]").textContent = "Copied";
    });
  }
}

customElements.define("copy-button", CopyButton);
