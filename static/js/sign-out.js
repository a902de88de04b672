/* <sign-out> stands around the form by which one signs out: what waits on this phone is sent first; where that cannot be done,
   its reader is asked; then nothing of theirs is left here, in any tab.

   Markup: templates/accounts/sign_out.html, with <div data-unsent hidden> and in it [data-count], how many wait, and
   <button data-anyway>; <p data-sending hidden role="status"> is shown while they are sent. */

import { forgetAll } from "./drafts.js";
import "./outbox.js";

const LONGEST_WAIT = 2000; // ms that signing out waits for a store that does not answer
const LONGEST_SENDING = 20_000; // ms, after which its reader is asked

const inTime = (asked, time) => Promise.race([asked, new Promise((resolve) => setTimeout(resolve, time))]);
const { outbox } = self;

class SignOut extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.form.addEventListener("submit", (event) => this.signOut(event));
    this.querySelector("[data-anyway]").addEventListener("click", () => {
      this.isAsked = true;
      this.form.requestSubmit();
    });
  }

  async signOut(event) {
    if (this.isDone) return;
    event.preventDefault();
    const waiting = this.isAsked ? 0 : await this.unsent();
    if (waiting) return this.ask(waiting);
    await inTime(Promise.allSettled([outbox.leave(), forgetAll()]), LONGEST_WAIT);
    this.isDone = true;
    setTimeout(() => this.form.requestSubmit()); // not while it is still being submitted
  }

  /* How many things wait after one more try to send them; "?" of a store that is too busy to say. */
  async unsent() {
    try {
      const items = await inTime(outbox.items(), LONGEST_WAIT);
      if (!items) return "?";
      if (!items.length) return 0;
      this.querySelector("[data-sending]").hidden = false;
      await inTime(outbox.send(items.map(({ id }) => id)), LONGEST_SENDING);
      this.querySelector("[data-sending]").hidden = true;
      return (await outbox.items()).length;
    } catch {
      return 0; // nothing can be kept here, so nothing is
    }
  }

  ask(waiting) {
    const unsent = this.querySelector("[data-unsent]");
    unsent.querySelector("[data-count]").textContent = waiting;
    unsent.hidden = false;
    unsent.focus();
  }
}

customElements.define("sign-out", SignOut);
