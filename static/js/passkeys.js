// Asks the device for a passkey, or to make one. The page says so where this cannot run.
// <form data-passkey="create|get" data-options="{…}" data-failed="…" data-missing="…"> with an input "credential", a
// hidden button and a hidden .error; without data-options, the challenge is fetched from the form's own address.
(() => {
  "use strict";

  const toBytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (character) => character.charCodeAt(0));
  };
  const toText = (buffer) => {
    if (!buffer) return undefined;
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };

  const decoded = ({ publicKey }) => {
    const options = { ...publicKey, challenge: toBytes(publicKey.challenge) };
    if (options.user) options.user = { ...options.user, id: toBytes(options.user.id) };
    for (const list of ["allowCredentials", "excludeCredentials"]) {
      if (options[list]) options[list] = options[list].map((each) => ({ ...each, id: toBytes(each.id) }));
    }
    return { publicKey: options };
  };
  const encoded = (credential) => {
    const { response } = credential;
    return JSON.stringify({
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: {
        clientDataJSON: toText(response.clientDataJSON),
        attestationObject: toText(response.attestationObject),
        authenticatorData: toText(response.authenticatorData),
        signature: toText(response.signature),
        userHandle: toText(response.userHandle),
        transports: response.getTransports ? response.getTransports() : undefined,
      },
    });
  };

  const optionsOf = async (form) => {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    return (await answer.json()).request_options;
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("button");
    const error = form.querySelector(".error");
    const say = (words) => {
      error.textContent = words;
      error.hidden = !words;
    };
    form.querySelector("[data-without-script]").hidden = true;
    if (!window.PublicKeyCredential) {
      say(form.dataset.missing);
      continue;
    }
    button.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      say("");
      button.disabled = true;
      try {
        const asked = decoded(await optionsOf(form));
        const credential = await navigator.credentials[form.dataset.passkey](asked);
        form.elements.credential.value = encoded(credential);
        form.submit();
      } catch {
        say(form.dataset.failed);
      }
      button.disabled = false;
    });
  }
})();
