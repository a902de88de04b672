/* <daily-log> wraps the form of one day and makes it quicker. Everything it does the server does too.

   Markup it reads, all of it optional:
     <button data-fill="last" name="fill">  fills the scales that are still empty from label[data-last-time], with "none" the
                                                        least; marks what is left with data-left; saves nothing
     <p data-said role="status" data-filled data-unanswered data-nothing data-look-over></p>
                                                        where it says what it filled in, in the words of these attributes;
                                                        {count} in them is how many scales
     <… data-if="pain>=2 spreading_redness temperature_c>=37.5" data-to="signs">  a question under "Something else" that
                                                        stands in <… data-asked="signs"> while any of these holds
     <fieldset data-one-or-none="…"> with <input data-none> "None of these" unticks the others, and they it; with neither
                                                        the browser says "…" beside it instead of sending
       data-look-again="…" and <p data-said-again hidden>   said where an answer elsewhere brought up another of its questions:
                                                        "None of these" was not said of that, and it must be seen
     <input name="shown" disabled> in what is brought up  on once it is: the server takes no answer to what was not shown
     <section class="box"> with <input data-box> and <div class="box-advice" aria-live="assertive">
                                                        the emergency advice; CSS shows it with the tick, this brings it into view
   <daily-log data-draft="…" data-found="…{time}…" data-clear="…"> keeps what is typed on this phone under that name, fills
   it in again (drafts.js) and opens where one was; not on a page with data-as-sent, which holds what was just sent. With
   data-shared it is a shared phone's, and nothing is kept. Where nothing can be kept, [data-not-kept] says so.
   The submit button is held while the answers are on their way, so that a double tap is one save. Where outbox.js is there,
   they are kept on this phone before they are sent, so that a network that fails on the way loses nothing; with data-offline
   they are kept alone, and "log-kept" says so (its detail: the item, and the fault where it could not be kept).

   <asking-form> stands around a part of any other form in which an answer brings up questions, and does nothing but that. */

import { forget, keep, kept } from "./drafts.js";

const WHEN = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" };
const HOLDS = /^([a-z_]+)(?:>=(\d+(?:\.\d+)?))?$/;

// What the page itself brings along. "instead_of" is kept with what was typed: the server asks before that replaces what
// was saved since.
const NOT_TYPED = ["csrfmiddlewaretoken", "id", "day", "shown"];
const LONGEST_KEEPING = 2000; // ms: sending does not wait longer for a phone that is slow to keep

class AskingForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form") ?? this.closest("form");
    if (!this.form) return;
    this.homes = new Map(); // where a question that was brought up came from
    this.form.addEventListener("change", (event) => this.answered(event.target));
    this.form.addEventListener("input", (event) => this.ask(event.target));
    this.ask();
  }

  answered(input) {
    this.ask(input);
  }

  /* A question was brought up by an answer: for whoever wants to know. */
  broughtUp() {}

  /* One answer can bring up a question whose own answer brings up another. What was answered stays where it is seen. */
  ask(input) {
    for (let round = 0; round < 3; round += 1) {
      for (const block of this.form.querySelectorAll("[data-if]")) {
        const asked = this.form.querySelector(`[data-asked="${block.dataset.to}"]`);
        const isUp = block.parentElement === asked;
        const isWanted = block.dataset.if.split(/\s+/).some((condition) => this.holds(condition));
        if (isWanted && !isUp) {
          this.homes.set(block, block.parentElement.insertBefore(document.createComment(""), block));
          asked.append(block);
          // What an answer brings up is seen: neither it nor the part that it has come to stays folded.
          for (const fold of [block, asked.closest("details")]) if (fold instanceof HTMLDetailsElement) fold.open = true;
          this.show(block, true);
          if (input) this.broughtUp(asked, input);
        } else if (!isWanted && isUp && !block.querySelector(":checked")) {
          this.homes.get(block).replaceWith(block);
          this.show(block, false);
        }
      }
    }
  }

  show(block, isShown) {
    const mark = block.querySelector("input[name=shown]");
    if (mark) mark.disabled = !isShown;
  }

  holds(condition) {
    const [, word, least] = HOLDS.exec(condition) ?? [];
    if (!word) return false;
    if (least === undefined) return Boolean(this.form.querySelector(`input[value="${word}"]:checked:enabled`));
    const control = this.chosen(word) ?? this.form.querySelector(`input[name="${word}"]:not([type=radio]):enabled`);
    const number = Number.parseFloat(plain(control?.value ?? ""));
    const isFahrenheit = word === "temperature_c" && this.chosen("unit")?.value === "f";
    return (isFahrenheit ? ((number - 32) * 5) / 9 : number) >= Number(least);
  }

  chosen(name) {
    return this.form.querySelector(`input[type=radio][name="${CSS.escape(name)}"]:checked:enabled`);
  }
}

class DailyLog extends AskingForm {
  connectedCallback() {
    super.connectedCallback();
    if (!this.form) return;
    this.form.addEventListener("submit", (event) => this.hold(event));
    // A page that comes back from the browser's memory is not on its way any more.
    window.addEventListener("pageshow", () => this.letGo());
    if (this.dataset.draft) this.resume();
    this.wantOneOrNone();
    this.prepare();
    for (const button of this.form.querySelectorAll("[data-fill]")) {
      button.addEventListener("click", (event) => this.fill(event));
    }
  }

  /* What the answers ask for can be said here while sending takes long (meanwhile.js): fetched once somebody begins, while
     there is a network. */
  prepare() {
    if (!document.querySelector("phone-advice[data-facts]")) return;
    const fetch = () => import("./meanwhile.js").catch(() => undefined);
    for (const kind of ["change", "focusin", "pointerdown"]) this.form.addEventListener(kind, fetch, { once: true });
  }

  /* What was typed and not saved is there again, unless the page has come back with what was sent. */
  async resume() {
    for (const kind of ["change", "input"]) this.form.addEventListener(kind, ({ target }) => this.keep(target.name));
    const draft = "asSent" in this.dataset ? undefined : await kept(this.dataset.draft, "shared" in this.dataset);
    if (draft && !isSame(draft.fields, this.fields())) this.fillIn(draft);
  }

  /* `name` is that of the field that was changed, if one was. A draft is forgotten once the entry of its id is saved. */
  async keep(name, at = Date.now()) {
    this.last = name || this.last;
    const draft = { at, entry: this.form.elements.id.value, fields: this.fields(), last: this.last, id: this.ownId };
    const isKept = await keep(this.dataset.draft, draft, "shared" in this.dataset);
    this.querySelector("[data-not-kept]").hidden = isKept;
  }

  fields() {
    return [...new FormData(this.form)].filter(([field]) => !NOT_TYPED.includes(field));
  }

  /* A draft with an id of its own is what waited to be sent and was refused: it is sent as the same. */
  fillIn({ at, fields, last, id }) {
    if (id) this.form.elements.id.value = this.ownId = id;
    this.put(fields);
    this.keep(last, at);
    const line = document.createElement("p");
    line.className = "banner";
    line.setAttribute("role", "status");
    const time = new Date(at).toLocaleString(document.documentElement.lang, WHEN);
    const clear = document.createElement("button");
    clear.type = "button";
    clear.className = "link";
    clear.textContent = this.dataset.clear;
    clear.addEventListener("click", async () => {
      await forget(this.dataset.draft);
      location.reload();
    });
    const words = document.createElement("span");
    words.append(this.dataset.found.replace("{time}", time), " ", clear);
    line.append(words);
    this.form.querySelector(".box").after(line);
    this.openAt(last);
  }

  put(fields) {
    const typed = new Map();
    for (const [field, value] of fields) typed.set(field, [...(typed.get(field) ?? []), value]);
    for (const control of this.form.elements) {
      if (!control.name || NOT_TYPED.includes(control.name)) continue;
      if (["radio", "checkbox"].includes(control.type)) control.checked = (typed.get(control.name) ?? []).includes(control.value);
      else if (typed.has(control.name)) [control.value] = typed.get(control.name);
    }
    this.ask();
    this.wantOneOrNone();
  }

  /* Where one was when one left. */
  openAt(name) {
    const control = [...this.form.elements].find((one) => one.name && one.name === name && one.type !== "hidden");
    const fold = control?.closest("details");
    if (fold) fold.open = true;
    (control?.closest("fieldset.symptom") ?? control?.parentElement)?.scrollIntoView({ block: "center" });
  }

  /* What is still empty takes last time's answer, or "none"; what then is left is marked, and the first of it comes
     into view. Where nothing is left, the next key may save. */
  fill(event) {
    event.preventDefault();
    const level = event.currentTarget.dataset.fill === "last" ? "label[data-last-time] > input" : 'input[value="0"]';
    let filled = 0;
    for (const scale of this.scales()) {
      const input = scale.querySelector(".scale :checked") ? null : scale.querySelector(`.scale ${level}`);
      if (!input) continue;
      input.checked = true;
      filled += 1;
    }
    this.last = this.scales().at(-1)?.querySelector("input").name;
    this.form.dispatchEvent(new Event("change"));
    const left = this.scales().filter((scale) => !scale.querySelector(".scale :checked"));
    for (const scale of left) scale.setAttribute("data-left", "");
    const status = this.form.querySelector("[data-said]");
    if (status) status.textContent = this.filledInWords(filled, left.length, status.dataset);
    left[0]?.scrollIntoView({ block: "center" });
    const next = left[0]?.querySelector("input") ?? this.form.querySelector(".dock .button");
    next.focus({ preventScroll: true });
  }

  scales() {
    return [...this.form.querySelectorAll("[data-asked] fieldset.symptom")];
  }

  /* What was not asked last time has nothing to copy: it is said, so that an empty scale is no puzzle. */
  filledInWords(filled, empty, words) {
    const rest = empty ? words.unanswered.replace("{count}", empty) : "";
    if (!filled) return rest || words.nothing;
    return [words.filled.replace("{count}", filled), rest, words.lookOver].filter(Boolean).join(" ");
  }

  answered(input) {
    input.closest("[data-left]")?.removeAttribute("data-left");
    const group = input.closest("[data-one-or-none]");
    if (group) this.lookedAt(group);
    if (group && input.type === "checkbox" && input.checked) {
      for (const other of group.querySelectorAll("input[type=checkbox]")) {
        if (other !== input && other.hasAttribute("data-none") !== input.hasAttribute("data-none")) other.checked = false;
      }
    }
    this.wantOneOrNone();
    if (input.hasAttribute("data-box") && input.checked) {
      input.closest(".box")?.querySelector(".box-advice")?.scrollIntoView({ block: "nearest" });
    }
    this.ask(input);
  }

  /* What an answer elsewhere brings up among the signs may be out of sight, and nobody has said "None of these" of it. */
  broughtUp(asked, input) {
    const group = asked.closest("[data-look-again]");
    if (!group || group.contains(input)) return;
    group.querySelector("[data-none]").checked = false;
    group.setAttribute("data-more", "");
    this.wantOneOrNone();
  }

  lookedAt(group) {
    group.removeAttribute("data-more");
    group.querySelector("[data-said-again]")?.setAttribute("hidden", "");
  }

  wantOneOrNone() {
    for (const group of this.form.querySelectorAll("[data-one-or-none]")) {
      const isAnswered = group.querySelector("input[type=checkbox]:checked");
      const wanted = "more" in group.dataset ? group.dataset.lookAgain : group.dataset.oneOrNone;
      group.querySelector("[data-none]")?.setCustomValidity(isAnswered ? "" : wanted);
    }
  }

  hold(event) {
    const isKept = this.isKept;
    this.isKept = false;
    if (isKept) return; // it goes now
    if (this.sending) {
      event.preventDefault();
      return;
    }
    const notSeen = this.form.querySelector("[data-more]");
    if (notSeen) {
      event.preventDefault();
      this.lookedAt(notSeen);
      notSeen.querySelector("[data-said-again]").hidden = false;
      notSeen.querySelector("[data-none]").focus();
      return;
    }
    this.sending = true;
    event.submitter?.setAttribute("aria-disabled", "true");
    const isForOutbox = self.outbox && this.dataset.draft && !("shared" in this.dataset) && event.submitter?.name !== "fill";
    if (!isForOutbox) return;
    event.preventDefault();
    this.keepThenSend(event.submitter);
  }

  async keepThenSend(submitter) {
    const item = this.item();
    const slow = new Promise((_, fail) => setTimeout(() => fail(new Error("slow")), LONGEST_KEEPING));
    const fault = await Promise.race([self.outbox.put(item), slow]).catch((reason) => reason);
    if ("offline" in this.dataset) {
      this.letGo();
      this.dispatchEvent(new CustomEvent("log-kept", { bubbles: true, detail: { item, fault } }));
    } else {
      this.isKept = true;
      setTimeout(() => this.form.requestSubmit(submitter)); // not while it is still being submitted
    }
  }

  /* The day as it waits to be sent (outbox.js). */
  item() {
    const [, treatment] = this.dataset.draft.split("/");
    const fields = [...new FormData(this.form)].filter(([name]) => !["csrfmiddlewaretoken", "id"].includes(name));
    const day = Number(fields.find(([name]) => name === "day")?.[1]);
    const { id } = this.form.elements;
    const { draft } = this.dataset;
    const isTrying = !("offline" in this.dataset);
    return { id: id.value, kind: "entry", treatment, day, at: Date.now(), fields, draft, isTrying };
  }

  letGo() {
    this.sending = this.isKept = false;
    for (const button of this.form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
  }
}

/* Whether two drafts hold the same answers. */
function isSame(...drafts) {
  const [one, other] = drafts.map((fields) => JSON.stringify(fields.filter(([name]) => name !== "instead_of")));
  return one === other;
}

// Arabic, Persian and full-width digits and the decimal marks that go with them, as the server reads them too.
function plain(typed) {
  const digits = typed.normalize("NFKC").replace(/[\u0660-\u0669\u06F0-\u06F9]/g, (digit) => digit.charCodeAt(0) & 15);
  return digits.replace(/[,·٫]/, ".");
}

/* <find-a-word> shows, of the .word parts in it, those that hold what is typed into its search field; that field is there
   only with a script. */
class FindAWord extends HTMLElement {
  connectedCallback() {
    const search = this.querySelector("input[type=search]");
    if (!search) return;
    search.closest("[hidden]").hidden = false;
    search.addEventListener("input", () => {
      this.find(search.value.trim().toLocaleLowerCase());
      search.closest(".field").scrollIntoView({ block: "start" }); // what is found stands beneath, not under the bar
    });
    search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault(); // it would save the day
    });
  }

  find(sought) {
    const words = [...this.querySelectorAll(".word")];
    for (const word of words) word.hidden = !word.textContent.toLocaleLowerCase().includes(sought);
    for (const group of this.querySelectorAll("fieldset:has(> legend ~ .two)")) {
      group.hidden = !group.querySelector(".word:not([hidden])");
    }
    const status = this.querySelector("[data-nothing]");
    status.textContent = words.every((word) => word.hidden) ? status.dataset.nothing : "";
  }
}

customElements.define("find-a-word", FindAWord);
customElements.define("asking-form", AskingForm);
customElements.define("daily-log", DailyLog);
