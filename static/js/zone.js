/* <zone-guess> chooses the browser's own time zone in a list, for the reader to confirm, and says the choice in words.

   Markup: <zone-guess> around components/zone.html, that is
     <zone-guess><p data-place hidden>Time zone: <b>…</b></p><details open>
       <select><option value="Europe/London">London</option></select></details></zone-guess>
   A zone that is not in the list changes nothing, nor does a list that came back with an error (aria-invalid): what was
   chosen there is the reader's. The list folds away once a zone is guessed. */

class ZoneGuess extends HTMLElement {
  connectedCallback() {
    const select = this.querySelector("select");
    if (!select) return;
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const known = [...select.options].some((option) => option.value === zone);
    if (known && !select.hasAttribute("aria-invalid")) {
      select.value = zone;
      this.querySelector("details").open = false;
    }
    this.#say(select);
    select.addEventListener("change", () => this.#say(select));
  }

  #say(select) {
    const place = this.querySelector("[data-place]");
    place.hidden = !select.value;
    if (select.value) place.querySelector("b").textContent = select.selectedOptions[0].textContent;
  }
}

customElements.define("zone-guess", ZoneGuess);
