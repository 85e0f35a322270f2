// Without a mouse, on a small screen: the library, the family tree, signing in and signing up.

import { PASSWORD } from "./school.js";
import { check, Visitor } from "./visitor.js";

/** `script`: whether the browser runs JavaScript. */
export async function keyboard(browser, school, seen, script, folder) {
  const how = script ? "by keyboard" : "by keyboard, without JavaScript";
  const visitor = await Visitor.come(browser, school, { script });
  await library(visitor, how);
  await tree(visitor, seen, how);
  await signUp(visitor, script ? "dina" : "eli", how);
  // axe is a script.
  if (script) await mistaken(visitor, folder);
  await decides(visitor, seen, how);
  await settings(visitor, how);
  await visitor.leave();
}

async function library(visitor, how) {
  await visitor.goes("/practice");
  await visitor.press("Tab");
  check(await visitor.page.evaluate(() => document.activeElement.matches(".skip")), `${how}: the first place leads to the content`);
  await visitor.press("Enter");
  await visitor.press("Tab");
  const inside = await visitor.page.evaluate(() => document.activeElement.closest("main") !== null);
  check(inside, `${how}: whoever skips to the content is there`);

  await visitor.goes("/practice");
  await visitor.tabsTo("input[name=q]");
  await visitor.types("tracker");
  await visitor.follows();
  const titles = await visitor.texts("article h2");
  check(titles.length > 3 && titles.every((title) => /tracker/i.test(title)), `${how}: a search for a tracker finds ${titles}`);

  await visitor.goes("/practice");
  await visitor.tabsTo("select[name=stage]");
  await chooses(visitor, "ks2");
  await visitor.tabsTo("select[name=order]");
  await chooses(visitor, "title");
  await visitor.tabsTo("main button");
  await visitor.follows("Space");
  const found = await visitor.texts("article h2");
  check(found.length > 3 && found.every((title) => /^Lesson/.test(title)), `${how}: Key Stage 2 finds ${found}`);
  check(found.join() === [...found].sort().join(), `${how}: by title the order is ${found}`);

  await visitor.tabsTo('article a[href^="/practice?subject="]');
  const subject = await visitor.page.evaluate(() => document.activeElement.textContent);
  await visitor.follows();
  const terms = await visitor.texts("article");
  check(terms.length > 0 && terms.every((words) => words.includes(subject)), `${how}: all that is found is ${subject}`);

  await visitor.goes("/practice");
  await visitor.tabsTo("article summary");
  const isOpen = () => visitor.page.$eval("article details", (details) => details.open);
  await visitor.press("Enter");
  check(await isOpen(), `${how}: Enter opens a post of the library`);
  await visitor.press("Space");
  check(!(await isOpen()), `${how}: Space shuts a post of the library`);
  const before = await visitor.texts("article h2");
  await visitor.tabsTo('main > p a[href*="max_id="]');
  await visitor.follows();
  const older = await visitor.texts("article h2");
  check(older.length > 0 && !older.some((title) => before.includes(title)), `${how}: older ones are ${older}`);
}

/** In a list that has the focus. */
export async function chooses(visitor, value) {
  for (let pressed = 0; pressed < 300; pressed++) {
    if (await visitor.page.evaluate((wanted) => document.activeElement.value === wanted, value)) return;
    await visitor.press("ArrowDown");
  }
  throw new Error(`the arrow keys never come to ${value}`);
}

async function tree(visitor, seen, how) {
  await visitor.goes(seen.source);
  await visitor.tabsTo('a[href$="/tree"]');
  await visitor.follows();
  check(visitor.page.url() === seen.tree, `${how}: from a post one comes to its tree`);
  const focus = await visitor.texts("[aria-current] .what");
  check(focus.join() === "Five-tick writing tracker", `${how}: the post one came from is marked: ${focus}`);
  // Read line by line, it says what comes from what.
  const lines = await visitor.texts("ul.tree li > .post");
  check(lines.length === 14, `${how}: the tree has ${lines.length} posts`);
  check(lines.slice(1).every((line) => /(Adapted from|Tried) “/.test(line)), `${how}: each line says where it comes from`);
  check(lines.some((line) => line.includes("A post that was deleted")), `${how}: what is deleted holds its place`);
  check(lines.some((line) => line.includes("Traciwr ysgrifennu") && line.includes("in Welsh")), `${how}: the language is said`);
  await visitor.tabsTo("ul.tree ul .what a");
  const title = await visitor.page.evaluate(() => document.activeElement.textContent);
  await visitor.follows();
  check(await visitor.says(title), `${how}: from the tree one comes to “${title}”`);
}

/** Ada says what comes from her post, and what does not. */
async function decides(visitor, seen, how) {
  const asked = seen.asked.pop();
  await visitor.signsIn("ada");
  check(await visitor.page.$('header a[href="/@ada"]'), `${how}: one signs in`);
  await visitor.goes(asked);
  const claims = async () => (await visitor.texts("ul.tree .post")).filter((line) => line.includes("claimed, not confirmed")).length;
  check((await claims()) === 2, `${how}: two claims wait`);
  await visitor.tabsTo("button[value=confirm]");
  await visitor.follows();
  check((await claims()) === 1, `${how}: one claim is confirmed by Enter`);
  await visitor.tabsTo("button[value=refuse]");
  await visitor.follows("Space");
  const left = await visitor.texts("ul.tree .post .what");
  check((await claims()) === 0 && left.length === 2, `${how}: one claim is refused by Space: ${left}`);
}

async function settings(visitor, how) {
  await visitor.goes("/settings");
  await visitor.tabsTo('a[href="/settings/practice"]');
  await visitor.follows();
  await visitor.tabsTo("select[name=licence]");
  await chooses(visitor, "cc-by");
  await visitor.press("Tab");
  await visitor.press("Space");
  const wished = await visitor.page.$eval("input[name=reminders]", (input) => input.checked);
  await visitor.tabsTo("main button");
  await visitor.follows();
  await visitor.goes("/settings/practice");
  const kept = await visitor.page.$eval("form.stacked", (form) => [form.licence.value, form.reminders.checked]);
  check(kept.join() === `cc-by,${wished}`, `${how}: what is set is kept: ${kept}`);
  await visitor.signsOut();
  check(await visitor.page.$('header a[href="/sign-in"]'), `${how}: one signs out`);
}

/** A form that says what is wrong with what is in it. */
async function mistaken(visitor, folder) {
  await visitor.goes("/sign-up");
  await fillsIn(visitor, "ada", "ada");
  await visitor.looks("sign-up-mistake", folder);
  await visitor.goes("/sign-in");
  await visitor.types("ada");
  await visitor.press("Tab");
  await visitor.types("a guess");
  await visitor.follows();
  check(await visitor.page.$("#mistakes[role=alert]"), "by keyboard: a wrong password is said");
  await visitor.looks("sign-in-mistake", folder);
}

async function signUp(visitor, name, how) {
  await visitor.goes("/sign-up");
  await fillsIn(visitor, "ada", name);
  check(await visitor.page.$("#mistakes[role=alert]"), `${how}: a name that is taken is said`);
  await visitor.tabsTo("#mistakes a");
  await visitor.press("Enter");
  check(await visitor.page.evaluate(() => location.hash === "#username"), `${how}: what is wrong leads to its field`);
  await fillsIn(visitor, name, name);
  check(await visitor.says("Your sign-up is waiting"), `${how}: one signs up, and is told what comes next`);
}

/** The form to sign up, with what is not there yet. */
async function fillsIn(visitor, username, name) {
  await visitor.tabsTo("input[name=username]");
  await visitor.page.keyboard.down("Control");
  await visitor.press("a");
  await visitor.page.keyboard.up("Control");
  await visitor.types(username);
  for (const [field, text] of [["email", `${name}@riverside.example`], ["password", PASSWORD], ["reason", "I teach here."]]) {
    await visitor.tabsTo(`[name=${field}]`);
    if (!(await visitor.page.$eval(`[name=${field}]`, (input) => input.value))) await visitor.types(text);
  }
  await visitor.tabsTo("input[name=date_of_birth]");
  await visitor.types("02021980");
  await visitor.tabsTo("input[name=agreement]");
  if (!(await visitor.page.$eval("[name=agreement]", (input) => input.checked))) await visitor.press("Space");
  await visitor.tabsTo("main button");
  await visitor.follows();
}
