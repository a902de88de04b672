/* <install-offer> offers to put the site on the home screen, where the browser can; says how, where only its reader can
   (iOS); and stays hidden where it is there already, or was declined.

   Markup: templates/patient/install_offer.html, with [data-install], a button, [data-by-hand], how one does it oneself,
   and [data-later], a button. clock.js keeps browsers from offering it by themselves. */

const DECLINED = "install_declined";
const isIos = /iPhone|iPad/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);

class InstallOffer extends HTMLElement {
  connectedCallback() {
    const isInstalled = navigator.standalone || matchMedia("(display-mode: standalone)").matches;
    if (isInstalled || this.isDeclined()) return;
    window.addEventListener("beforeinstallprompt", (event) => this.offer(event));
    window.addEventListener("appinstalled", () => this.remove());
    this.querySelector("[data-later]").addEventListener("click", () => this.decline());
    if (isIos) this.show("[data-by-hand]");
  }

  offer(event) {
    this.querySelector("[data-install]").onclick = async () => {
      event.prompt();
      if ((await event.userChoice).outcome === "accepted") this.remove();
    };
    this.show("[data-install]");
  }

  show(how) {
    this.querySelector(how).hidden = this.hidden = false;
  }

  isDeclined() {
    try {
      return Boolean(localStorage.getItem(DECLINED));
    } catch {
      return false;
    }
  }

  decline() {
    try {
      localStorage.setItem(DECLINED, "1");
    } catch {
      // full, or turned off: it is offered again
    }
    this.remove();
  }
}

customElements.define("install-offer", InstallOffer);
