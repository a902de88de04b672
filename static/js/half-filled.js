/* <half-filled> wraps a form that may be left before its button is pressed: what was changed is then put into a cookie of
   this browser (the server answers with it), and is there when the page is opened again. Nothing is sent to anybody.

   Markup it reads: <half-filled><form action="…" method="post">…</form></half-filled>; the address takes do=remember. */

class HalfFilled extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    if (!this.form) return;
    this.form.addEventListener("change", () => { this.isUnsent = true; });
    this.form.addEventListener("submit", () => { this.isUnsent = false; });
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") this.remember(); });
    window.addEventListener("pagehide", () => this.remember());
  }

  remember() {
    if (!this.isUnsent) return;
    const answers = new FormData(this.form);
    answers.set("do", "remember");
    if (navigator.sendBeacon(this.form.action, answers)) this.isUnsent = false;
  }
}

customElements.define("half-filled", HalfFilled);
