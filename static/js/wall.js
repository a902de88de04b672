/* <wall-screen data-live-at="…" data-every="60"> keeps a wall screen up to date, without anybody touching it.

   Markup it reads:
     <… id="…" data-live>     parts that are renewed; in id="sign" a <data>: what the server calls the state that is shown
     <… data-stale hidden>    shown, large, while the screen cannot be brought up to date
   Where the link leads nowhere any more the page is loaded again, so that no number stays. */

import { listen } from "./live.js";

const OLD_AFTER = 90000; // ms since the screen was last brought up to date; it is once a minute

class WallScreen extends HTMLElement {
  connectedCallback() {
    this.freshAt = performance.now();
    this.failures = 0;
    this.timer = setInterval(() => this.refresh(), Number(this.dataset.every) * 1000);
    this.watch = setInterval(() => this.say(), 5000);
    this.unlisten = listen(this.dataset.liveAt, {
      sign: () => this.querySelector("#sign data").value,
      changed: () => this.refresh(),
      heard: () => this.count(0),
      failed: (isSilent) => this.count(this.failures + (isSilent ? 2 : 1)),
      refused: () => location.reload(),
    });
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    clearInterval(this.watch);
    this.unlisten();
  }

  count(failures) {
    this.failures = failures;
    this.say();
  }

  say() {
    const isOld = this.failures >= 2 || performance.now() - this.freshAt > OLD_AFTER;
    this.querySelector("[data-stale]").hidden = !isOld;
  }

  async refresh() {
    try {
      const answer = await fetch(location.href, { headers: { "X-By-Itself": "1" }, cache: "no-store" });
      if (answer.status === 404) location.reload();
      if (!answer.ok) return false;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of this.querySelectorAll(":scope > [data-live]")) {
        const renewed = fresh.getElementById(part.id);
        if (renewed && renewed.innerHTML !== part.innerHTML) part.replaceChildren(...renewed.childNodes);
      }
      this.freshAt = performance.now();
      this.say();
      return true;
    } catch {
      return false;
    }
  }
}

customElements.define("wall-screen", WallScreen);
