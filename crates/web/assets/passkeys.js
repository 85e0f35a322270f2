// Passkeys: asks the server for a question, the device for an answer, and sends the form with it.
// Without this file the forms that it looks after do nothing, and all others work.
"use strict";

(() => {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");

  // The bytes of the question, which came as text.
  const asBytes = ({ publicKey }) => {
    publicKey.challenge = bytes(publicKey.challenge);
    if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id);
    for (const list of ["excludeCredentials", "allowCredentials"]) {
      for (const known of publicKey[list] || []) known.id = bytes(known.id);
    }
    return { publicKey };
  };

  // The answer as text.
  const asText = ({ id, rawId, type, response }) => {
    const said = {};
    for (const name of ["attestationObject", "authenticatorData", "clientDataJSON", "signature", "userHandle"]) {
      if (response[name]) said[name] = text(response[name]);
    }
    return JSON.stringify({ id, rawId: text(rawId), type, response: said });
  };

  const question = async (form) => {
    const answer = await fetch(form.dataset.question, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    if (answer.status === 429) throw new Error("That was too often. Please wait a quarter of an hour.");
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(body.error || "Please load this page anew, and try again.");
    return body;
  };

  const run = async (form) => {
    const says = form.querySelector("[data-says]");
    const button = form.querySelector("button");
    says.textContent = "";
    if (!window.PublicKeyCredential) {
      says.textContent = "This browser knows no passkeys, or the page is not loaded by https.";
      return;
    }
    button.disabled = true;
    try {
      const { token, options } = await question(form);
      const credential = await navigator.credentials[form.dataset.passkey](asBytes(options));
      form.elements.token.value = token;
      form.elements.credential.value = asText(credential);
      form.submit();
    } catch (error) {
      says.textContent =
        error.name === "NotAllowedError"
          ? "The device gave no passkey."
          : error.name === "InvalidStateError"
            ? "This device has a passkey for you already."
            : error.message;
      button.disabled = false;
    }
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      run(form);
    });
  }
})();
