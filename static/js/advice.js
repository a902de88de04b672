/* <phone-advice> says at once what one day's answers ask for, without a server: the page of the result says it again, and
   more, once the entry is there.

     await element.show(about, day, fields, { onlyUrgent })
   `about` is what the server gave of the treatment with the form (symptoms/journal/verdicts.py, phone_facts), `fields` the
   form's [name, value] pairs. It fills the page's <template> (templates/patient/phone_advice.html), brings into view what asks
   for something, and gives the urgency, "on_track" to "emergency"; null where the rules could not be read, which it says. Rules that are older
   or newer than the form say what cannot wait, and nothing else. With `onlyUrgent` it stays hidden unless something cannot
   wait.

   In the template: data-text="key" takes a text, data-href="key" an address, data-each="key" repeats the element in it for
   each of a list; these and data-if="key" stay only where there is something. */

import { advised } from "./advice-words.js";
import { answersOf } from "./answers.js";
import { judged } from "./red-flags.js";

const URGENT = ["urgent", "emergency"];

const isThere = (value) => (Array.isArray(value) ? value.length > 0 : Boolean(value));

/* Fills a part of the template and all in it; a list first, since what is repeated takes keys of its own. */
function fill(part, data) {
  const own = (name) => [part, ...part.querySelectorAll(`[${name}]`)].filter((element) => element.hasAttribute?.(name));
  const take = (element, name) => {
    const value = data[element.getAttribute(name)];
    element.removeAttribute(name); // filled: whoever fills the part around it leaves it alone
    if (!isThere(value)) element.remove();
    return value;
  };
  for (const list of own("data-each")) {
    const item = list.firstElementChild;
    const values = (part.contains(list) && take(list, "data-each")) || [];
    list.replaceChildren(...values.map((value) => fill(item.cloneNode(true), typeof value === "string" ? { text: value } : value)));
  }
  for (const element of own("data-if")) take(element, "data-if");
  for (const link of own("data-href")) link.href = take(link, "data-href");
  for (const element of own("data-text")) element.textContent = take(element, "data-text");
  return part;
}

class PhoneAdvice extends HTMLElement {
  async show(about, day, fields, { onlyUrgent = false } = {}) {
    const known = await this.read(), isOld = Boolean(known) && about.version !== known.rules.version;
    this.querySelector("[data-not-read]").hidden = Boolean(known);
    this.querySelector("[data-shown]").replaceChildren();
    this.hidden = onlyUrgent;
    if (!known) return null;
    const [[, unit = about.unit] = []] = fields.filter(([name]) => name === "unit");
    const answers = answersOf(fields, known.rules.symptoms, unit);
    const judgement = judged(known.rules, about.patient, day, answers);
    const said = advised(known.words, { ...about, unit }, judgement, day, answers);
    const isUrgent = URGENT.includes(said.urgency);
    if (isOld && !isUrgent) {
      this.querySelector("[data-not-read]").hidden = false;
      return null;
    }
    if (!onlyUrgent || isUrgent) this.fillIn(said);
    return judgement.urgency;
  }

  /* The rules and their words, fetched once; null where they cannot be had now. */
  async read() {
    if (this.known) return this.known;
    try {
      const response = await fetch(this.dataset.file);
      if (response.ok) this.known = await response.json();
    } catch {
      // no network, and none kept
    }
    return this.known ?? null;
  }

  fillIn(said) {
    const isUrgent = URGENT.includes(said.urgency);
    this.hidden = false;
    const asLinks = (calls = []) =>
      calls.map((call) => ({
        ...call,
        href: `tel:${call.tel}`,
        beside: call.label.includes(call.number) ? "" : call.number,
      }));
    const [calls, emergencyCalls] = [asLinks(said.calls), asLinks(said.emergencyCalls)];
    // In the head as well, where first aid pushes the button out of sight.
    const [above] = isUrgent && said.first.length ? calls : [];
    const shown = { ...said, calls, emergencyCalls, above: above?.number, aboveAddress: above?.href };
    const filled = fill(this.querySelector("template").content.cloneNode(true), shown);
    filled.querySelector(".verdict").dataset.urgency = said.urgency;
    const shape = filled.querySelector(".shape use");
    shape.setAttribute("href", `${shape.getAttribute("href")}#u-${said.urgency}`);
    if (isUrgent) filled.querySelector(".button")?.classList.replace("plain", "act");
    this.querySelector("[data-shown]").append(filled);
    if (said.urgency === "unjudged") return; // it asks for nothing, so it takes neither sight nor focus
    this.scrollIntoView({ block: "start" });
    this.querySelector("[data-heading]").focus({ preventScroll: true });
  }
}

customElements.define("phone-advice", PhoneAdvice);
