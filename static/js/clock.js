/* What every page does: what the browser's clock is asked, and that no browser offers by itself to install the site.

   Its zone goes to the server as the cookie zone_here, from which the server guesses a country, shows the guess as one and
   asks. Read on the next page; nothing else is sent.

   <day-over data-seconds="…" role="status"><template>…</template></day-over> shows what is in the template once so many
   seconds have passed since the page was made: then the day that the page is of is over. How far the clock has moved is
   asked, not what it shows: it may be a day off. */

const zone = encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone ?? "");
const isSecure = location.protocol === "https:" ? "; Secure" : "";
if (zone) document.cookie = `zone_here=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${isSecure}`;

class DayOver extends HTMLElement {
  connectedCallback() {
    this.over = Date.now() + Number(this.dataset.seconds) * 1000;
    setTimeout(() => this.look(), this.over - Date.now());
    // A phone that slept, or a page from the browser's memory: timers stood still.
    for (const event of ["visibilitychange", "pageshow", "focus"]) window.addEventListener(event, () => this.look(), true);
  }

  look() {
    const words = this.querySelector("template");
    if (words && Date.now() >= this.over) words.replaceWith(words.content.cloneNode(true));
  }
}

customElements.define("day-over", DayOver);

// Only install-offer.js offers to install, and not before the second logged day.
window.addEventListener("beforeinstallprompt", (event) => event.preventDefault());

/* Pages of whoever is signed in say whose log this browser may keep (data-account), or that it may keep none. What another
   account left here is put out of sight at once; else what a page is for comes first, and on a log what is typed. */
const SOON = 2000; // ms
const { account } = document.documentElement.dataset;
const keptFor = () => {
  try {
    return localStorage.getItem("kept_for");
  } catch {
    return null;
  }
};
const keepOffline = () => import("./offline.js").catch(() => undefined);
const log = document.querySelector("daily-log:not([data-answered])");
if (account !== undefined && keptFor() && keptFor() !== account) keepOffline();
else if (account && log) for (const kind of ["change", "focusin"]) log.addEventListener(kind, keepOffline, { once: true });
else if (account) window.addEventListener("load", () => setTimeout(keepOffline, SOON));
