/* On the pages of a patient, on a phone that is said to be their own: the worker that answers without a network. */

navigator.serviceWorker?.register("/sw.js", { scope: "/" }).catch(() => undefined);
