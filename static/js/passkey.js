/** Asks the browser for a passkey when the button is pressed, and sends what it answers. */
const form = document.querySelector("form[data-passkey]");

/** Return what the server wants to know of a passkey, as JSON. */
async function askForPasskey(options, isNew) {
  if (isNew) {
    const made = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
    return { ...made.toJSON(), extensions: JSON.stringify(made.getClientExtensionResults()) };
  }
  const used = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return used.toJSON();
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = form.querySelector("[role=status]");
  said.textContent = "";
  try {
    const answer = await askForPasskey(JSON.parse(form.dataset.options), form.dataset.passkey === "create");
    form.elements.credential.value = JSON.stringify(answer);
    form.submit();
  } catch {
    said.textContent = said.dataset.refused;
  }
});
