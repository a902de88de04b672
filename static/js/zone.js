// Chooses the browser's own time zone in the list, for the reader to confirm; without script the list stands as it is.
class ZoneGuess extends HTMLElement {
  connectedCallback() {
    const select = this.querySelector("select");
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const known = select && [...select.options].some((option) => option.value === zone);
    if (known && !select.hasAttribute("aria-invalid")) select.value = zone;
  }
}

customElements.define("zone-guess", ZoneGuess);
