// Passkeys, with a device that Chromium plays.

import { PASSWORD } from "./school.js";
import { check, Visitor } from "./visitor.js";

const HERE = "/settings/passkeys";

export async function passkeys(browser, school, folder) {
  const visitor = await Visitor.come(browser, school);
  await visitor.devtools.send("WebAuthn.enable");
  const { authenticatorId } = await visitor.devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await visitor.signsIn("bo");
  await adds(visitor, "My laptop");
  const codes = await visitor.texts("main code");
  check(codes.length === 10, `passkeys: with the first one come ten recovery codes, not ${codes.length}`);
  await visitor.looks("recovery-codes", folder);
  const { credentials } = await visitor.devtools.send("WebAuthn.getCredentials", { authenticatorId });
  check(credentials.length === 1 && credentials[0].rpId === "localhost", "passkeys: the device keeps one, for this server");
  await visitor.goes(HERE);
  check(await visitor.says("My laptop"), "passkeys: it is listed by its name");
  await visitor.walks("settings-passkeys-one");
  await visitor.looks("settings-passkeys-one", folder);
  await adds(visitor, "Once more", false);
  await isTold(visitor, "This device has a passkey for you already.");

  // Without a name and a password.
  await visitor.signsOut();
  await visitor.goes("/sign-in");
  await visitor.tabsTo("form[data-passkey] button");
  await visitor.follows();
  await visitor.goes("/settings");
  check(await visitor.page.$('header a[href="/@bo"]'), "passkeys: one signs in with nothing else");

  // After the password.
  await visitor.signsOut();
  await visitor.signsIn("bo");
  check(visitor.path.startsWith("/sign-in/code"), `passkeys: after the password a passkey is asked for: ${visitor.path}`);
  await visitor.walks("sign-in-code");
  await visitor.looks("sign-in-code", folder);
  await visitor.tabsTo("form[data-passkey] button");
  await visitor.follows();
  await visitor.goes("/settings");
  check(await visitor.page.$('header a[href="/@bo"]'), "passkeys: one signs in after the password");

  // A device on which nobody is who they should be.
  await visitor.signsOut();
  await visitor.goes("/sign-in");
  await visitor.devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
  await visitor.tabsTo("form[data-passkey] button");
  await visitor.press("Enter");
  await isTold(visitor, "The device gave no passkey.");
  await visitor.devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
  await visitor.press("Tab");
  await visitor.goes("/sign-in");
  await visitor.tabsTo("form[data-passkey] button");
  await visitor.follows();

  await visitor.goes(HERE);
  await visitor.tabsTo("input[type=radio]");
  await visitor.press("Space");
  await visitor.tabsTo("input[type=password]");
  await visitor.types(PASSWORD);
  await visitor.tabsTo("button");
  await visitor.follows();
  check(await visitor.says("You have none yet."), "passkeys: it can be removed");
  await visitor.leave();
  await withoutScript(browser, school);
}

async function adds(visitor, name, isNew = true) {
  await visitor.goes(HERE);
  await visitor.tabsTo("form[data-passkey] input[name=name]");
  await visitor.types(name);
  await visitor.press("Tab");
  await visitor.types(PASSWORD);
  await (isNew ? visitor.follows() : visitor.press("Enter"));
}

async function isTold(visitor, words) {
  const told = await visitor.page
    .waitForFunction((wanted) => document.querySelector("[data-says]").textContent === wanted, { timeout: 10_000 }, words)
    .catch(() => null);
  check(told, `passkeys: the page says “${words}”, and not “${await visitor.texts("[data-says]")}”`);
}

async function withoutScript(browser, school) {
  const visitor = await Visitor.come(browser, school, { script: false });
  await visitor.goes("/sign-in");
  check(await visitor.says("A passkey needs JavaScript"), "passkeys: without JavaScript the page says what they need");
  await visitor.leave();
}
