/* <pass-key data-do="create|get"> stands around a form whose button asks the browser for a passkey and sends what it says.

   Markup: templates/mfa/passkey.html beside a form with [name=credential] and a disabled button. data-options: what to ask,
   as JSON; without it the form's own address is asked for that first. A form with [name=remember] sends along what is chosen
   for that name elsewhere on the page, and is not sent before something is. */

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const named = (list) => list?.map((credential) => ({ ...credential, id: bytes(credential.id) }));

/* What is asked, as the browser takes it. Not by its own parseCreationOptionsFromJSON: phones of before 2025 have none. */
function asked({ publicKey }) {
  const { challenge, user, excludeCredentials, allowCredentials, authenticatorSelection } = publicKey;
  return {
    ...publicKey,
    challenge: bytes(challenge),
    ...(user && { user: { ...user, id: bytes(user.id) } }),
    ...(excludeCredentials && { excludeCredentials: named(excludeCredentials) }),
    ...(allowCredentials && { allowCredentials: named(allowCredentials) }),
    // A passkey that is found without an address: it signs in alone.
    ...(authenticatorSelection && {
      authenticatorSelection: {
        ...authenticatorSelection, residentKey: "required", requireResidentKey: true, userVerification: "required",
      },
    }),
  };
}

function said(credential) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const response = Object.fromEntries(
    parts.filter((part) => credential.response[part]).map((part) => [part, text(credential.response[part])]),
  );
  const { id, type, authenticatorAttachment } = credential;
  const clientExtensionResults = credential.getClientExtensionResults();
  return { id, rawId: id, type, authenticatorAttachment, clientExtensionResults, response };
}

class PassKey extends HTMLElement {
  connectedCallback() {
    if (!globalThis.PublicKeyCredential) return;
    this.form = this.querySelector("form");
    this.button = this.form.querySelector("button");
    this.button.disabled = false;
    this.querySelector("[data-without]").hidden = true;
    this.form.addEventListener("submit", (event) => this.go(event));
  }

  async go(event) {
    event.preventDefault();
    const { remember, credential } = this.form.elements;
    if (remember && !this.answered(remember)) return;
    this.button.disabled = true;
    try {
      const publicKey = asked(await this.options());
      credential.value = JSON.stringify(said(await navigator.credentials[this.dataset.do]({ publicKey })));
      this.form.submit();
    } catch (fault) {
      this.say(fault.name);
      this.button.disabled = false;
    }
  }

  /* Whether it is said, on the form above, whose phone this is; its reader is led there where it is not. */
  answered(remember) {
    const choices = [...document.querySelectorAll("[name=remember][type=radio]")];
    remember.value = choices.find((choice) => choice.checked)?.value ?? "";
    return Boolean(remember.value) || (choices[0]?.reportValidity() ?? true);
  }

  async options() {
    if (this.dataset.options) return JSON.parse(this.dataset.options);
    const answer = await fetch(this.form.action, { headers: { Accept: "application/json" } });
    return (await answer.json()).request_options;
  }

  say(name) {
    const words = this.querySelector(`[data-said="${name}"]`) ?? this.querySelector("[data-said=other]");
    const fault = this.querySelector("[data-fault]");
    fault.textContent = words.content.textContent.trim();
    fault.hidden = false;
  }
}

customElements.define("pass-key", PassKey);
