/* <copy-button data-of="link"> copies the text or value of the element with that id.

   Markup: <copy-button data-of="link"><button type="button" class="button plain" hidden>Copy</button> <span role="status"></span></copy-button>
   The button stays hidden where nothing can be copied. */

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
