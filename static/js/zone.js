/* <zone-guess> chooses the browser's own time zone in a list, for the reader to confirm.

   Markup: <zone-guess> around components/field.html of a list of time zones, that is
     <zone-guess><div class="field"><label>…</label><select><option value="Europe/London">…</option></select></div></zone-guess>
   A zone that is not in the list changes nothing, nor does a list that came back with an error (aria-invalid): what was
   chosen there is the reader's. */

class ZoneGuess extends HTMLElement {
  connectedCallback() {
    const select = this.querySelector("select");
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const known = select && [...select.options].some((option) => option.value === zone);
    if (known && !select.hasAttribute("aria-invalid")) select.value = zone;
  }
}

customElements.define("zone-guess", ZoneGuess);
