/* A day that is being logged is kept on this phone until it is saved, its writer signs out, or a week has passed: nobody
   loses it to a reload, a lost session or an empty battery. On a shared phone it goes with the browser's tab.

   It lies in IndexedDB, which has it once it says so. What localStorage took in the last seconds is gone when the phone
   ends the browser.

   <forget-drafts data-draft="account/treatment/day" data-entry="…"> forgets the draft of that name if it became that entry.
   Signing out (sign-out.js) forgets all, in every tab. */

const DATABASE = "mendline";
const DRAFTS = "drafts"; // its one store, how names begin in sessionStorage, and what tabs call each other by
const LONGEST_KEPT = 7 * 24 * 3600 * 1000; // milliseconds

let opened;
let isOver = false; // somebody signed out in another tab: what is typed here belongs to nobody who is signed in
const tabs = new BroadcastChannel(DRAFTS);
tabs.addEventListener("message", () => {
  isOver = true;
  attempt(() => sessionStorage.clear());
});

/* Keep `draft` (plain values, with `at`, its time in milliseconds) under its name; whether it is kept. */
export async function keep(name, draft, isShared) {
  if (isOver) return false;
  if (isShared) return attempt(() => sessionStorage.setItem(DRAFTS + name, JSON.stringify(draft))).isDone;
  return (await ask("readwrite", (drafts) => drafts.put(draft, name))).isDone;
}

/* What is kept under a name, or undefined. What was kept here before the phone was said to be shared moves to the tab. */
export async function kept(name, isShared) {
  await forgetOld();
  const inTab = attempt(() => JSON.parse(sessionStorage.getItem(DRAFTS + name))).result;
  const draft = inTab ?? (await ask("readonly", (drafts) => drafts.get(name))).result;
  if (draft && isShared) {
    await forget(name);
    await keep(name, draft, isShared);
  }
  return draft;
}

export async function forget(name) {
  attempt(() => sessionStorage.removeItem(DRAFTS + name));
  await ask("readwrite", (drafts) => drafts.delete(name));
}

export async function forgetAll() {
  tabs.postMessage("over");
  attempt(() => sessionStorage.clear()); // nothing else lies there
  await ask("readwrite", (drafts) => drafts.clear());
}

async function forgetOld() {
  await ask("readwrite", (drafts) => {
    const walk = drafts.openCursor();
    walk.addEventListener("success", () => {
      const place = walk.result;
      if (!place) return;
      if (place.value.at < Date.now() - LONGEST_KEPT) place.delete();
      place.continue();
    });
    return walk;
  });
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
  async connectedCallback() {
    const { draft: name, entry } = this.dataset;
    const draft = await kept(name);
    if (draft?.entry === entry) forget(name);
  }
}

customElements.define("forget-drafts", ForgetDrafts);
