/* What was written on this phone and is not with the server yet, and the forms of the days to come; pages and the service
   worker share it as `self.outbox`, so nothing here is exported.

   It lies in IndexedDB, under the account it was written for (an opaque id that the server gives), encrypted with a key of
   that account which no script can read out and which goes when its owner signs out. An item leaves only when the server
   has said, with its id, that it has it. What is sent twice the server keeps once.

   An item: {id, kind: "entry" or "photo", treatment, day, at (when it was written), size, isTrying (a page is sending it
   itself), refused: {why, detail, day} (the server's words)}; an entry has `fields`, a photo `view`. */

(() => {
  const DATABASE = "mendline-outbox"; // beside that of drafts.js: a page of before, which stays open, blocks nothing
  const KEYS = "keys", PAGES = "pages", WAITING = "waiting"; // its stores
  const HERE = "here", LEAVING = "leaving"; // in KEYS: whose log this browser keeps, and who signed out of it
  const CLOCK = "clock", TRIED = "tried"; // and two times
  const LEFT_ALONE = 60_000; // ms for which a page that sends something itself is left to do so
  const PATIENCE = { talk: 20_000, photo: 180_000 }; // ms
  const SIGN_OUT = "/accounts/logout/";
  const LATER = [0, 408, 425, 429]; // statuses of what may go well the next time; 0 is no answer at all

  const pages = new BroadcastChannel("outbox"); // a word that something has changed
  let opened;

  const open = () =>
    new Promise((resolve, reject) => {
      const request = indexedDB.open(DATABASE, 1);
      request.addEventListener("upgradeneeded", () => {
        for (const store of [KEYS, PAGES]) request.result.createObjectStore(store);
        request.result.createObjectStore(WAITING, { keyPath: "id" });
      });
      request.addEventListener("success", () => {
        for (const event of ["close", "versionchange"]) request.result.addEventListener(event, forgetConnection);
        resolve(request.result);
      });
      for (const fault of ["error", "blocked"]) request.addEventListener(fault, () => reject(request.error));
    });

  const forgetConnection = (event) => {
    event?.target?.close?.();
    opened = undefined;
  };

  /* `act` is given the stores by name; what it gives, a request or nothing, is waited for with the whole transaction, which
     is on the disk then. */
  const ask = async (stores, mode, act) => {
    opened ??= open();
    let database;
    try {
      database = await opened;
    } catch (fault) {
      opened = undefined;
      throw fault;
    }
    const transaction = database.transaction(stores, mode, { durability: "strict" });
    const request = act(Object.fromEntries(stores.map((store) => [store, transaction.objectStore(store)])));
    await new Promise((resolve, reject) => {
      transaction.addEventListener("complete", resolve);
      for (const fault of ["abort", "error"]) transaction.addEventListener(fault, () => reject(transaction.error ?? new Error(fault)));
    });
    return request?.result;
  };

  /* Goes on with what `request` gives, in its transaction; what fails ends that. */
  const then = (request, act) =>
    request.addEventListener("success", () => {
      try {
        act(request.result);
      } catch {
        request.transaction.abort();
      }
    });

  const read = (store, key) => ask([store], "readonly", (from) => from[store].get(key));
  const note = (key, value) => ask([KEYS], "readwrite", (to) => to[KEYS].put(value, key));

  /* --- whose it is */

  const account = () => read(KEYS, HERE);

  /* For pages of somebody else, which need to do nothing where nobody's log was ever kept. */
  const say = (id) => {
    try {
      localStorage[id ? "setItem" : "removeItem"]("kept_for", id);
    } catch {
      // turned off
    }
  };

  /* From now on this browser keeps the log of `id`; of nobody where it is empty. What others left stays locked away. */
  const enter = async (id) => {
    if (((await account()) ?? "") !== id) pages.postMessage("changed");
    say(id);
    if (!id) return ask([KEYS], "readwrite", (to) => to[KEYS].delete(HERE));
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    return ask([KEYS], "readwrite", (to) => {
      then(to[KEYS].get(id), (found) => found || to[KEYS].put(key, id));
      to[KEYS].put(id, HERE);
    });
  };

  /* Forget all that is kept for whoever it is kept for now; the key goes in the same breath. That their session is to end
     is kept until the server has said that it has (`finishLeaving`). */
  const leave = async () => {
    const id = await account();
    if (!id) return;
    say("");
    await ask([KEYS, PAGES, WAITING], "readwrite", (from) => {
      from[KEYS].put(id, LEAVING);
      for (const key of [id, HERE, TRIED, CLOCK]) from[KEYS].delete(key);
      from[PAGES].delete(id);
      then(from[WAITING].openCursor(), (place) => {
        if (place?.value.account === id) place.delete();
        place?.continue();
      });
    });
    pages.postMessage("changed");
    sendLater();
  };

  /* End the session of whoever signed out here while the server could not be reached; whether nothing is left to end. */
  const finishLeaving = async () => {
    const id = await read(KEYS, LEAVING).catch(() => undefined); // where nothing can be kept, nothing is owed
    if (!id) return true;
    const session = () => talk("/offline/session/");
    const isOver = ({ status, body }) => status === 401 || status === 403 || Boolean(body.account && body.account !== id);
    const before = await session();
    if (!isOver(before)) {
      if (!before.body.token) return false; // no network
      await talk(SIGN_OUT, { method: "POST", headers: { "X-CSRFToken": before.body.token } });
      if (!isOver(await session())) return false;
    }
    await ask([KEYS], "readwrite", (from) => from[KEYS].delete(LEAVING));
    pages.postMessage("changed");
    return true;
  };

  /* --- locked away */

  const lock = async (key, name, bytes) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const additionalData = new TextEncoder().encode(name);
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, bytes) };
  };
  const unlock = (key, name, { iv, data }) =>
    crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(name) }, key, data);
  const lockValue = (key, name, value) => lock(key, name, new TextEncoder().encode(JSON.stringify(value)));
  const unlockValue = async (key, name, box) => JSON.parse(new TextDecoder().decode(await unlock(key, name, box)));

  const hexOf = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  /* --- the forms of the days to come, and what else the page without a network shows */

  const keepPages = async (value) => {
    const id = await account(), key = id && (await read(KEYS, id));
    if (!key || value.account !== id) return; // somebody else is signed in, and no page has said so yet
    const box = await lockValue(key, PAGES, value);
    await ask([KEYS, PAGES], "readwrite", (to) => onlyWhileHere(to, id, () => to[PAGES].put(box, id)));
  };

  const keptPages = async () => {
    const id = await account(), key = id && (await read(KEYS, id)), box = key && (await read(PAGES, id));
    return box ? unlockValue(key, PAGES, box) : undefined;
  };

  /* Ask the server for them anew, where they have changed; whether it has answered. */
  const refreshPages = async () => {
    const { sign } = (await keptPages()) ?? {};
    const { status, body, at } = await talk(`/offline/forms/?have=${sign ?? ""}`);
    if (at) await note(CLOCK, (body.now ?? at) - Date.now());
    if (status === 200) await keepPages(body);
    return status === 200 || status === 204;
  };

  /* Whoever signed out meanwhile, in another tab, leaves nothing behind. */
  const onlyWhileHere = (to, id, act) => {
    const here = to[KEYS].get(id);
    then(here, (key) => (key ? act() : here.transaction.abort()));
  };

  /* --- what waits */

  /* Keep an item, with the picture where it is one; it is on the disk when this is over. Fails where nothing can be kept. */
  const put = async (item, picture) => {
    const id = await account(), key = id && (await read(KEYS, id));
    if (!key) throw new Error("nobody's log is kept here");
    const bytes = picture && (await picture.arrayBuffer());
    const size = bytes?.byteLength ?? JSON.stringify(item.fields).length;
    const about = bytes ? { type: picture.type, sha256: hexOf(await crypto.subtle.digest("SHA-256", bytes)) } : {};
    const record = { id: item.id, account: id, box: await lockValue(key, item.id, { ...item, ...about, size }) };
    if (bytes) record.picture = await lock(key, `${item.id}/picture`, bytes);
    await ask([KEYS, WAITING], "readwrite", (to) => onlyWhileHere(to, id, () => to[WAITING].put(record)));
    navigator.storage?.persist?.().catch(() => undefined);
    sendLater();
    pages.postMessage("changed");
  };

  /* All that waits here for whoever is signed in, entries by their days, then photos. */
  const items = async () => {
    const id = await account(), key = id && (await read(KEYS, id));
    if (!key) return [];
    const records = (await ask([WAITING], "readonly", (from) => from[WAITING].getAll())).filter((one) => one.account === id);
    const found = await Promise.all(records.map((one) => unlockValue(key, one.id, one.box).catch(() => undefined)));
    const order = ({ kind, day, at }) => [kind === "entry" ? 0 : 1, day, at];
    return found.filter(Boolean).sort((one, other) => {
      const [a, b] = [order(one), order(other)];
      return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
    });
  };

  const picture = async ({ id, type }) => {
    const record = await read(WAITING, id), key = record && (await read(KEYS, record.account));
    return key && record.picture && new Blob([await unlock(key, `${id}/picture`, record.picture)], { type });
  };

  /* Change something about an item that is still there. */
  const change = async (id, changes) => {
    const record = await read(WAITING, id), key = record && (await read(KEYS, record.account));
    if (!key) return;
    const box = await lockValue(key, id, { ...(await unlockValue(key, id, record.box)), ...changes });
    await ask([WAITING], "readwrite", (to) => {
      then(to[WAITING].get(id), (found) => found && to[WAITING].put({ ...found, box }));
    });
    pages.postMessage("changed");
  };

  /* What was written after it for the same day takes the place of what it would have taken the place of. */
  const drop = async (id, { isDeleted } = {}) => {
    const all = isDeleted ? await items() : [];
    const before = all.find((one) => one.id === id)?.fields?.find(([name]) => name === "instead_of");
    await ask([WAITING], "readwrite", (to) => to[WAITING].delete(id));
    for (const { id: other, fields } of all) {
      const place = (fields ?? []).findIndex(([name, value]) => name === "instead_of" && value === id);
      if (place >= 0) await change(other, { fields: fields.map((one, at) => (at === place ? before : one)) });
    }
    pages.postMessage("changed");
  };

  /* --- sending */

  /* The server's answer: its status, 0 where there was none or it was not ours, what it says, and `at` what time. */
  const talk = async (path, options = {}, patience = PATIENCE.talk) => {
    const headers = { Accept: "application/json", ...options.headers };
    const signal = AbortSignal.timeout?.(patience);
    try {
      const asked = { credentials: "same-origin", cache: "no-store", redirect: "manual", signal, ...options, headers };
      const answer = await fetch(path, asked);
      const body = answer.status === 204 ? {} : await answer.json().catch(() => undefined);
      const at = Date.parse(answer.headers.get("Date"));
      return { status: answer.ok && !body ? 0 : answer.status, body: body ?? {}, at };
    } catch {
      return { status: 0, body: {} };
    }
  };

  const sendEntry = ({ id, treatment, fields }, { account: whose, token }) => {
    const own = { id, treatment, account: whose };
    const body = new URLSearchParams([...fields.filter(([name]) => !(name in own)), ...Object.entries(own)]);
    return talk("/offline/entries/", { method: "POST", body, headers: { "X-CSRFToken": token } });
  };

  const sendPhoto = async (item, { token }) => {
    const { id, treatment, day, view, sha256, type } = item;
    const known = await talk(`/offline/photos/${id}/?${new URLSearchParams({ treatment, day, sha256 })}`);
    if (known.status !== 200 || known.body.is_known) return known;
    const body = await picture(item);
    const headers = { "X-CSRFToken": token, "Content-Type": type || "image/jpeg" };
    const address = `/api/v1/treatments/${treatment}/photos/${id}/?${new URLSearchParams({ day, view })}`;
    return talk(address, { method: "PUT", body, headers }, PATIENCE.photo);
  };

  /* Try to send all that waits, or the items of these `ids`; gives how it stands: {left: how many still wait, state: "away",
     "signed-out", "other" (somebody else is signed in), "there" (the server answers), or "idle" (nothing was tried)}. One tab at a time, where a browser
     can see to that; where not, the server keeps once what comes twice. */
  const send = (ids) => (navigator.locks ? navigator.locks.request("outbox", () => sendNow(ids)) : sendNow(ids));

  const sendNow = async (ids) => {
    const state = await sendAll(ids);
    return { state, left: (await items()).length };
  };

  const sendAll = async (ids) => {
    const waiting = (await items()).filter((item) => isDue(item, ids));
    if (!waiting.length) return "idle";
    await note(TRIED, Date.now());
    const { status, body: who } = await talk("/offline/session/");
    if (status === 401 || status === 403) return "signed-out";
    if (status !== 200 || !who.account) return "away";
    await note(CLOCK, who.now - Date.now());
    if (who.account !== (await account())) {
      await enter(""); // their own page says whose it is; what waits stays locked away for its writer
      return "other";
    }
    for (const item of waiting) {
      const { status: said, body } = await (item.kind === "photo" ? sendPhoto : sendEntry)(item, who);
      if (said === 0) return "away";
      if (said === 401) return "signed-out";
      if (said < 300 && body.id === item.id) await drop(item.id);
      else if (said >= 400 && said < 500 && said !== 403 && !LATER.includes(said)) {
        await change(item.id, { isTrying: false, refused: { why: body.why, detail: body.detail ?? "", day: body.day } });
      }
    }
    return "there";
  };

  /* What was refused waits for its writer; what a page is sending itself is left to it for a while. */
  const isDue = (item, ids) => {
    if (ids) return ids.includes(item.id);
    return !item.refused && !(item.isTrying && Date.now() - item.at < LEFT_ALONE);
  };

  /* By the browser itself once there is a network, also when no page is open, where it can. */
  const sendLater = async () => {
    try {
      const registration = self.registration ?? (await navigator.serviceWorker?.getRegistration());
      await registration?.sync?.register("outbox");
    } catch {
      // not on this browser: pages do
    }
  };

  self.outbox = {
    account, enter, leave, finishLeaving, refreshPages, pages: keptPages, put, items, picture, change, drop, send, talk,
    signOutAt: SIGN_OUT,
    isLeaving: async () => Boolean(await read(KEYS, LEAVING)),
    isSafe: async () => Boolean((await navigator.storage?.persisted?.()) || navigator.standalone), // not thrown away
    tried: () => read(KEYS, TRIED),
    now: async () => Date.now() + ((await read(KEYS, CLOCK)) ?? 0), // by the server's clock, as far as is known
    listen: (act) => new BroadcastChannel("outbox").addEventListener("message", act),
  };
})();
