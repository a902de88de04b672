/* Adds this browser to the channels of whoever is signed in: asks to show notifications, subscribes, sends the form.

   Markup: practitioner/channel_add.html, a form with data-push-key and the words for what goes wrong. */

const PATIENCE = 20_000; // where a network lets no push service through, a browser asks on and on, and says nothing
const form = document.querySelector("form[data-push-key]");
const isAble = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

const bytesOf = (text) => {
  const padded = text.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(padded), (sign) => sign.charCodeAt(0));
};

const sayOf = (words) => {
  const said = form.querySelector("[data-said]");
  said.textContent = words;
  said.className = words === form.dataset.asking ? "quiet" : "error";
  said.hidden = false;
  form.querySelector("[data-add]").scrollIntoView({ block: "nearest" }); // it has moved down, maybe below the bar
};

const inTime = (asked) => Promise.race([asked, new Promise((_, fail) => { setTimeout(fail, PATIENCE); })]);

const subscribe = async () => {
  await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  const { pushManager } = await navigator.serviceWorker.ready;
  const applicationServerKey = bytesOf(form.dataset.pushKey);
  try {
    return await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  } catch (fault) {
    // Subscribed with a key that this site no longer has: once more with the one of now.
    const old = await pushManager.getSubscription();
    if (!old) throw fault;
    await old.unsubscribe();
    return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  }
};

const add = async () => {
  if ((await Notification.requestPermission()) !== "granted") return sayOf(form.dataset.denied);
  sayOf(form.dataset.asking);
  try {
    form.elements.subscription.value = JSON.stringify(await inTime(subscribe()));
  } catch {
    return sayOf(form.dataset.failed);
  }
  form.submit();
};

if (form && isAble && form.dataset.pushKey) {
  form.querySelector("[data-without]").hidden = true;
  const button = form.querySelector("[data-add]");
  button.hidden = false;
  button.addEventListener("click", add);
}
