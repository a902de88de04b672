/* <keep-pressing> counts the minutes for which the advice says to press, without a sound: what is left is said by the screen
   reader every five minutes, and the end at once. A reload or another page does not stop it.

   Markup: templates/patient/timers.html; data-minutes, data-name (under which the tab keeps when it ends), and the words
   data-left ("{count}"), data-last, data-over. */

const SAID_EVERY = 5; // minutes
const KEPT = "timer/";

class KeepPressing extends HTMLElement {
  connectedCallback() {
    this.hidden = false;
    this.part("start").addEventListener("click", () => this.start(Date.now() + this.dataset.minutes * 60_000));
    this.part("stop").addEventListener("click", () => this.stop());
    const ends = Number(this.kept());
    if (ends) this.start(ends);
  }

  disconnectedCallback() {
    clearInterval(this.ticking);
  }

  part(name) {
    return this.querySelector(`[data-${name}]`);
  }

  start(ends) {
    this.keep(ends);
    this.ends = ends;
    this.saidOf = undefined;
    this.show(true);
    clearInterval(this.ticking);
    this.ticking = setInterval(() => this.tick(), 1000);
    this.tick();
  }

  stop() {
    clearInterval(this.ticking);
    this.keep("");
    this.show(false);
    this.part("said").textContent = "";
  }

  tick() {
    const left = Math.max(0, Math.ceil((this.ends - Date.now()) / 1000));
    const minutes = Math.ceil(left / 60);
    this.part("clock").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    // Said when it begins, every five minutes, in the last one, and at the end.
    const of = left === 0 || left < 60 ? -Math.sign(left) : Math.ceil(minutes / SAID_EVERY) * SAID_EVERY;
    if (this.saidOf !== of) this.say(left, minutes);
    this.saidOf = of;
    if (left === 0) this.end();
  }

  say(left, minutes) {
    const words = left === 0 ? this.dataset.over : left < 60 ? this.dataset.last : this.dataset.left;
    this.part("said").textContent = words.replace("{count}", minutes);
  }

  end() {
    clearInterval(this.ticking);
    this.keep("");
    this.show(false);
  }

  show(isRunning) {
    this.part("clock").hidden = !isRunning;
    this.part("stop").hidden = !isRunning;
    this.part("start").hidden = isRunning;
  }

  keep(ends) {
    try {
      if (ends) sessionStorage.setItem(KEPT + this.dataset.name, ends);
      else sessionStorage.removeItem(KEPT + this.dataset.name);
    } catch {
      // It counts all the same, until the page is left.
    }
  }

  kept() {
    try {
      return sessionStorage.getItem(KEPT + this.dataset.name);
    } catch {
      return "";
    }
  }
}

customElements.define("keep-pressing", KeepPressing);
