/* <case-queue data-every="30"> keeps the practitioner's list fresh, every so many seconds, and lets it be walked with
   j, k and Enter.

   Markup it reads:
     <… id="queue-list">                       the lists, or what stands there while they are empty; each row's link is `.case h2 a`
     <… id="…" data-live>                      other parts to bring up to date with it (the count in the heading, the filters)
     <p data-said data-added role="status">    where it says what came, in the words of data-added; {count} is how many
     <p class="banner" data-stale hidden>      shown while the list cannot be brought up to date
     <label hidden><input type="checkbox" data-keys checked> …</label>   turns the keys off (WCAG 2.1.4); kept for this browser
   The same address is fetched, only while the page is visible; whoever was signed out meanwhile is led to sign in. Focus stays on the same patient. */

const KEYS = "queue-keys";

class CaseQueue extends HTMLElement {
  connectedCallback() {
    this.failures = 0;
    this.onKey = (event) => this.walk(event);
    this.onVisible = () => document.visibilityState === "visible" && this.refresh();
    document.addEventListener("keydown", this.onKey);
    document.addEventListener("visibilitychange", this.onVisible);
    this.timer = setInterval(this.onVisible, Number(this.dataset.every) * 1000);
    this.offerKeys();
    this.querySelector("#lists [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    document.removeEventListener("keydown", this.onKey);
    document.removeEventListener("visibilitychange", this.onVisible);
  }

  offerKeys() {
    this.keys = this.querySelector("[data-keys]");
    if (!this.keys) return;
    this.keys.checked = localStorage.getItem(KEYS) !== "off";
    this.keys.closest("[hidden]")?.removeAttribute("hidden");
    this.keys.addEventListener("change", () => localStorage.setItem(KEYS, this.keys.checked ? "on" : "off"));
  }

  get links() {
    return [...this.querySelectorAll("#queue-list .case h2 a")];
  }

  walk(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || (this.keys && !this.keys.checked)) return;
    if (event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const step = { j: 1, k: -1 }[event.key];
    if (!step) return;
    const links = this.links;
    if (!links.length) return;
    const here = links.indexOf(document.activeElement);
    const next = here < 0 ? 0 : Math.min(Math.max(here + step, 0), links.length - 1);
    event.preventDefault();
    links[next].focus();
    links[next].closest(".case").scrollIntoView({ block: "nearest" });
  }

  async refresh() {
    if (this.busy) return;
    this.busy = true;
    try {
      // The header says that nobody touched the page: asking for news must not keep somebody signed in for ever.
      const headers = { Accept: "text/html", "X-By-Itself": "1" };
      const answer = await fetch(location.href, { headers, cache: "no-store" });
      // Signed out meanwhile: no name stays on the screen, and an old list must not look fresh.
      if (answer.ok && answer.redirected) location.assign(answer.url);
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      this.swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
      this.failures = 0;
    } catch {
      this.failures += 1;
    } finally {
      this.busy = false;
      const stale = this.querySelector("[data-stale]");
      if (stale) stale.hidden = this.failures < 2;
    }
  }

  swap(fresh) {
    const before = new Set(this.links.map((link) => link.href));
    const focused = this.links.includes(document.activeElement) ? document.activeElement.href : null;
    for (const part of document.querySelectorAll("#queue-list, [data-live][id]")) {
      const renewed = fresh.getElementById(part.id);
      if (renewed && renewed.innerHTML !== part.innerHTML) part.replaceChildren(...renewed.childNodes);
    }
    document.title = fresh.title || document.title;
    if (focused) (this.links.find((link) => link.href === focused) ?? this.links[0])?.focus({ preventScroll: true });
    const added = this.links.filter((link) => !before.has(link.href)).length;
    const status = this.querySelector("[data-said]");
    if (status && added) status.textContent = status.dataset.added.replace("{count}", added);
  }
}

customElements.define("case-queue", CaseQueue);
