/* A day that is being logged is kept on this phone until it is saved, or its writer signs out: nobody loses it to a reload,
   a lost session or an empty battery. On a shared phone it goes with the browser's tab.

   It lies in IndexedDB, which has it once it says so. What localStorage took in the last seconds is gone when the phone
   ends the browser.

   <forget-drafts data-draft="account/treatment/day"> forgets one, that was saved; without data-draft it forgets all when
   the form beside it, by which one signs out, is sent. */

const DATABASE = "mendline";
const DRAFTS = "drafts"; // its one store, and how names begin in sessionStorage
const LONGEST_WAIT = 2000; // milliseconds that signing out waits for

let opened;

/* Keep `draft` (plain values) under its name; whether it is kept. */
export async function keep(name, draft, isShared) {
  if (isShared) return attempt(() => sessionStorage.setItem(DRAFTS + name, JSON.stringify(draft))).isDone;
  return (await ask("readwrite", (drafts) => drafts.put(draft, name))).isDone;
}

/* What is kept under a name, or undefined. */
export async function kept(name) {
  const inTab = attempt(() => JSON.parse(sessionStorage.getItem(DRAFTS + name))).result;
  return inTab ?? (await ask("readonly", (drafts) => drafts.get(name))).result;
}

export async function forget(name) {
  attempt(() => sessionStorage.removeItem(DRAFTS + name));
  await ask("readwrite", (drafts) => drafts.delete(name));
}

async function forgetAll() {
  attempt(() => sessionStorage.clear()); // nothing else lies there
  await ask("readwrite", (drafts) => drafts.clear());
}

function attempt(act) {
  try {
    return { isDone: true, result: act() };
  } catch {
    return { isDone: false }; // full, or turned off
  }
}

async function ask(mode, act) {
  try {
    opened ??= open();
    const transaction = (await opened).transaction(DRAFTS, mode);
    const request = act(transaction.objectStore(DRAFTS));
    await new Promise((resolve, reject) => {
      transaction.addEventListener("complete", resolve);
      for (const fault of ["abort", "error"]) transaction.addEventListener(fault, reject);
    });
    return { isDone: true, result: request.result };
  } catch {
    return { isDone: false };
  }
}

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.addEventListener("upgradeneeded", () => request.result.createObjectStore(DRAFTS));
    request.addEventListener("success", () => resolve(request.result));
    for (const fault of ["error", "blocked"]) request.addEventListener(fault, reject);
  });
}

class ForgetDrafts extends HTMLElement {
  connectedCallback() {
    if (this.dataset.draft) forget(this.dataset.draft);
    else document.addEventListener("submit", (event) => this.beforeSigningOut(event), { once: true });
  }

  /* The page goes once nothing is kept, or soon in any case. */
  async beforeSigningOut(event) {
    event.preventDefault();
    await Promise.race([forgetAll(), new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT))]);
    event.target.requestSubmit(event.submitter);
  }
}

customElements.define("forget-drafts", ForgetDrafts);
