/* A day that is being logged is kept on this phone until it is saved, its writer signs out, or a week has passed: nobody
   loses it to a reload, a lost session or an empty battery. On a shared phone nothing is kept.

   It lies in IndexedDB, which has it once it says so. What localStorage took in the last seconds is gone when the phone
   ends the browser. There it is encrypted with a key of its account, which no script can read out and which goes when its
   writer signs out, as what waits to be sent is (outbox.js, which is not on every page or browser that keeps drafts).

   <forget-drafts data-draft="account/treatment/day" data-entry="…"> forgets the draft of that name if it became that entry.
   Signing out (sign-out.js) forgets all, in every tab. */

const DATABASE = "mendline";
const DRAFTS = "drafts"; // its one store, and what tabs call each other by
const KEY = "key/"; // how the names of keys begin, in the same store
const LONGEST_KEPT = 7 * 24 * 3600 * 1000; // milliseconds

let opened;
let last = Promise.resolve(); // what was typed later is kept later
const keys = new Map();
let isOver = false; // somebody signed out in another tab: what is typed here belongs to nobody who is signed in
const tabs = new BroadcastChannel(DRAFTS);
tabs.addEventListener("message", () => {
  isOver = true;
  keys.clear();
});

/* Keep `draft` (plain values, with `at`, its time in milliseconds) under its name; whether it is kept. */
export async function keep(name, draft, isShared) {
  if (isOver || isShared) return false;
  const kept = last.then(() => lockAway(name, draft)).catch(() => false);
  last = kept;
  return kept;
}

/* What is kept under a name, or undefined. What was kept here before the phone was said to be shared is given once more. */
export async function kept(name, isShared) {
  await forgetOld();
  const found = (await ask("readonly", (drafts) => drafts.get(name))).result;
  const draft = found?.fields ? found : await unlocked(name, found); // those of an earlier version lay readable
  if (draft && isShared) await forget(name);
  else if (draft?.fields && found.fields) await keep(name, draft);
  return draft;
}

export async function forget(name) {
  await last;
  await ask("readwrite", (drafts) => drafts.delete(name));
}

export async function forgetAll() {
  tabs.postMessage("over");
  keys.clear();
  await ask("readwrite", (drafts) => drafts.clear());
}

async function lockAway(name, draft) {
  const key = await keyOf(name);
  if (!key) return false;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt(about(name, iv), key, new TextEncoder().encode(JSON.stringify(draft)));
  return (await ask("readwrite", (drafts) => !isOver && drafts.put({ at: draft.at, iv, data }, name))).isDone;
}

async function unlocked(name, found) {
  try {
    const bytes = found && (await crypto.subtle.decrypt(about(name, found.iv), await keyOf(name), found.data));
    return bytes && JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined; // its key is gone: somebody signed out
  }
}

const about = (name, iv) => ({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(name) });

/* The key of the account that `name` begins with, made at first need; the one of the tab that was first stays. */
async function keyOf(name) {
  const id = KEY + name.split("/")[0];
  if (keys.has(id)) return keys.get(id);
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await ask("readwrite", (drafts) => {
    const found = drafts.get(id);
    found.addEventListener("success", () => {
      try {
        if (!found.result) drafts.put(made, id);
      } catch {
        found.transaction.abort(); // nothing is kept here: no key, and so no draft
      }
    });
    return found;
  });
  const key = (await ask("readonly", (drafts) => drafts.get(id))).result;
  if (key) keys.set(id, key);
  return key;
}

async function forgetOld() {
  await ask("readwrite", (drafts) => {
    const walk = drafts.openCursor();
    walk.addEventListener("success", () => {
      const place = walk.result;
      if (!place) return;
      const isKey = String(place.key).startsWith(KEY);
      if (!isKey && place.value.at < Date.now() - LONGEST_KEPT) place.delete();
      place.continue();
    });
    return walk;
  });
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
