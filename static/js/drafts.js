/* A day that is being logged is kept on this phone until it is saved, or its writer signs out: nobody loses it to a reload,
   a lost session or an empty battery.

   <forget-drafts data-draft="account/treatment/day"> forgets one, that was saved; without data-draft it forgets all when
   the form beside it, by which one signs out, is sent. Where a browser keeps nothing, nothing is kept. */

const PREFIX = "draft:";

export function keep(name, fields) {
  attempt(() => localStorage.setItem(PREFIX + name, JSON.stringify({ at: Date.now(), fields })));
}

/* {at (milliseconds), fields ([name, value] pairs)}, or undefined. */
export function kept(name) {
  return attempt(() => JSON.parse(localStorage.getItem(PREFIX + name))) ?? undefined;
}

export function forget(name) {
  attempt(() => localStorage.removeItem(PREFIX + name));
}

function forgetAll() {
  attempt(() => {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  });
}

function attempt(act) {
  try {
    return act();
  } catch {
    return undefined; // full, or turned off
  }
}

class ForgetDrafts extends HTMLElement {
  connectedCallback() {
    if (this.dataset.draft) forget(this.dataset.draft);
    else document.addEventListener("submit", forgetAll);
  }
}

customElements.define("forget-drafts", ForgetDrafts);
