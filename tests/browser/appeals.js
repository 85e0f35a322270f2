// Whoever was warned says on a page why they disagree, and a moderator looks at it again.

import { check, Visitor } from "./visitor.js";

const OWN = "/disputes/strikes";
const APPEALS = "/admin/disputes/appeals";

export async function appeals(browser, school, folder) {
  const warned = await Visitor.come(browser, school);
  await warned.signsIn("cy");
  await warned.goes("/settings");
  await warned.tabsTo(`a[href="${OWN}"]`);
  await warned.follows();
  check((await warned.texts(".lines li")).length === 2, "appeals: whoever was warned twice sees both");
  await looksAt(warned, "strikes", folder);
  for (const words of ["I asked them first.", `It was a joke: ${"ha".repeat(60)}.\n\nI take it back.`]) {
    await warned.goes(OWN);
    await warned.tabsTo(".lines li:not(:has(.soft)) a");
    await warned.follows();
    await looksAt(warned, "strike", folder);
    await warned.tabsTo("textarea[name=text]");
    await warned.types(words);
    await warned.tabsTo("main form button");
    await warned.follows("Space");
    check(await warned.says("The moderators have not looked at the appeal yet."), "appeals: what is said is kept");
  }
  await looksAt(warned, "strike-appealed", folder);

  const moderator = await Visitor.come(browser, school);
  await moderator.signsIn("ada");
  await moderator.goes("/settings");
  await moderator.tabsTo(`a[href="${APPEALS}"]`);
  await moderator.follows();
  await looksAt(moderator, "appeals", folder);
  await moderator.tabsTo("button[value=approve]");
  await moderator.follows();
  await moderator.tabsTo("button[value=reject]");
  await moderator.follows("Space");
  check(await moderator.says("None waits."), "appeals: both are decided by keyboard");
  await looksAt(moderator, "appeals-none", folder);
  await moderator.leave();

  await warned.goes(OWN);
  const told = (await warned.texts(".lines .soft")).sort();
  check(told.length === 2 && /^The appeal was right/.test(told[0]) && /the decision stays/.test(told[1]), `appeals: what became of them is told: ${told}`);
  await warned.leave();

  await school.command("user", "suspend", "cy");
  const barred = await Visitor.come(browser, school);
  await barred.signsIn("cy");
  check(barred.path === OWN, "appeals: whoever is suspended is led to what was decided");
  await looksAt(barred, "strikes-barred", folder);
  await barred.tabsTo('form[action="/settings/transfer/archives"] button');
  await barred.leave();
}

async function looksAt(visitor, name, folder) {
  await visitor.goes(visitor.path);
  await visitor.walks(name);
  await visitor.goes(visitor.path);
  await visitor.looks(name, folder);
}
