// A browser on all pages of a school.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually, fill, PASSWORD, School } from "./school.js";
import { appeals } from "./appeals.js";
import { keyboard } from "./keyboard.js";
import { passkeys } from "./passkeys.js";
import { share } from "./share.js";
import { check, launch, mistakes, Visitor } from "./visitor.js";

const folder = process.env.SCREENSHOTS;
/** Minutes after which a browser that hangs is given up. */
const MINUTES = 20;

/** What anybody may open. */
const OPEN = {
  front: "/",
  about: "/about",
  library: "/practice",
  "library-filtered": "/practice?q=tracker&subject=english&order=title",
  "library-empty": "/practice?q=nothingofthiskind",
  "library-with-documents": "/practice?q=seating+plans+for+wet+days",
  "library-of-network": "/practice?network=english",
  vocabulary: "/vocab",
  stages: "/vocab/phase",
  stage: "/vocab/phase/ks3",
  tag: "/tags/fractions",
  "sign-in": "/sign-in",
  "sign-up": "/sign-up",
  "password-forgotten": "/password/forgotten",
  profile: "/@ada",
  network: "/@english",
  networks: "/networks",
  "not-found": "/nowhere",
};

const DESK = "/networks/english";

/** What is one's own. */
const OWN = {
  settings: "/settings",
  "settings-account": "/settings/account",
  "settings-two-factor": "/settings/two-factor",
  "settings-passkeys": "/settings/passkeys",
  "settings-sessions": "/settings/sessions",
  "settings-practice": "/settings/practice",
  "settings-invites": "/settings/invites",
  "settings-move": "/settings/move",
  "settings-transfer": "/settings/transfer",
  "settings-delete": "/settings/delete",
  following: "/authorize_interaction?uri=english",
  "strikes-none": "/disputes/strikes",
  "severed-none": "/severed_relationships",
  "network-signed-in": "/@english",
  "network-desk": DESK,
  share: "/share",
  "share-passed-on": "/share?title=Folded+paper&url=https%3A%2F%2Friverside.example%2Fa%2Frather%2Flong%2Faddress&practice=yes",
  welcome: "/welcome",
};

async function lookAt(visitor, pages) {
  for (const [name, path] of Object.entries(pages)) {
    const status = await visitor.goes(path);
    check(status === (name === "not-found" ? 404 : 200), `${name}: ${path} answers ${status}`);
    await visitor.walks(name);
    await visitor.goes(path);
    await visitor.looks(name, folder);
  }
}

async function anybody(browser, school, seen) {
  const visitor = await Visitor.come(browser, school);
  await lookAt(visitor, {
    ...OPEN, status: seen.folded, "status-practice": seen.source, "status-with-documents": seen.withFiles, tree: seen.tree,
    "network-similar": seen.like,
  });
  await visitor.goes(`${seen.tree}.svg`);
  await visitor.isPictured(folder, "tree-picture");
  // Of the page to try the API: shut, and with one operation open.
  await visitor.goes("/api/docs");
  await visitor.page.waitForSelector("#operations summary");
  await visitor.walks("api-docs");
  await visitor.tabsTo("#operations summary");
  await visitor.press("Enter");
  await visitor.page.waitForSelector("#operations form");
  await visitor.looks("api-docs", folder);
  await visitor.leave();
}

async function ownPages(browser, school, seen) {
  const visitor = await Visitor.come(browser, school);
  await visitor.signsIn("ada");
  await visitor.goes("/settings/invites");
  await visitor.tabsTo("button[value=create]");
  await visitor.follows();
  await lookAt(visitor, { ...OWN, consent: seen.consent, "tree-asked": seen.asked[0] });
  await visitor.goes(seen.consent);
  await visitor.tabsTo("button[value=allow]");
  await visitor.follows();
  check((await visitor.texts("#authorization-code"))[0]?.length > 10, "an app that is let in gets a code");
  await visitor.looks("consent-code", folder);
  await visitor.goes("/settings/sessions");
  await visitor.looks("settings-sessions-with-app", folder);
  await visitor.goes("/settings/two-factor");
  await visitor.tabsTo("input[type=password]");
  await visitor.types(PASSWORD);
  await visitor.follows();
  check(await visitor.says("Read this picture"), "two-factor authentication is set up with a picture");
  await visitor.looks("settings-two-factor-picture", folder);
  await brings(visitor, school);
  await looksAfter(visitor);
  await visitor.leave();
  const member = await Visitor.come(browser, school);
  await member.signsIn("cy");
  await lookAt(member, { "network-desk-of-member": DESK });
  await member.leave();
}

/** A steward at the page of her network: what is done, what is only proposed, and what cannot be done is said there. */
async function looksAfter(visitor) {
  await visitor.goes(DESK);
  await visitor.tabsTo("button[value=unpin]");
  await visitor.follows();
  check(await visitor.says("at the top of the network no more"), "network-desk: what was done is said");
  for (const [name, words] of [["bo", "This is proposal"], ["nobody", "There is no such post, person"]]) {
    await visitor.goes(DESK);
    await visitor.tabsTo("form:has(button[value=remove_steward]) input[name=who]");
    await visitor.types(name);
    await visitor.tabsTo("button[value=remove_steward]");
    await visitor.follows("Space");
    check(await visitor.says(words), `network-desk: ${name} leads to ${words}`);
    await visitor.looks(`network-desk-${name}`, folder);
  }
}

/** A file with a line for each thing that can become of one. */
async function brings(visitor, school) {
  const file = join(school.folder, "following_accounts.csv");
  writeFileSync(file, `Account address\nbo@${school.host}\nbo@${school.host}\nnobody.of.a.rather.long.name@${school.host}\nno address\n`);
  await visitor.goes("/settings/transfer");
  await (await visitor.page.$('input[accept*=csv]')).uploadFile(file);
  await visitor.tabsTo('form[action="/settings/transfer"] button');
  await visitor.follows();
  await eventually("the lines to be worked off", async () => {
    await visitor.page.reload();
    return await visitor.says("All lines are worked off.");
  });
  await visitor.looks("settings-import", folder);
}

const begun = Date.now();
setTimeout(() => {
  console.error(`browser: not done after ${MINUTES} minutes`);
  process.exit(1);
}, MINUTES * 60_000).unref();
if (folder) mkdirSync(folder, { recursive: true });
const school = await School.open(process.argv[2]);
const browser = await launch();
try {
  const seen = await fill(school);
  for (const script of [true, false]) await keyboard(browser, school, seen, script, folder);
  await passkeys(browser, school, folder);
  await anybody(browser, school, seen);
  await ownPages(browser, school, seen);
  await appeals(browser, school, folder);
  await share(browser, school, folder);
} finally {
  await browser.close();
  await school.close();
}
if (mistakes.length) {
  console.error(`browser: ${mistakes.length} things are not as they should be:\n- ${mistakes.join("\n- ")}`);
  process.exit(1);
}
console.log(`browser: all pages are good to see and to use, in ${((Date.now() - begun) / 1000).toFixed(0)} s`);
