/* Adds this browser to the channels of whoever is signed in: asks to show notifications, subscribes, sends the form.

   Markup: practitioner/channel_add.html, a form with data-push-key and the words for what goes wrong. */

const form = document.querySelector("form[data-push-key]");
const isAble = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

const bytesOf = (text) => {
  const padded = text.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(padded), (sign) => sign.charCodeAt(0));
};

const sayOf = (words) => {
  const said = form.querySelector("[data-said]");
  said.textContent = words;
  said.hidden = false;
};

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
  try {
    form.elements.subscription.value = JSON.stringify(await subscribe());
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
