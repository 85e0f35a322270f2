// A post with files is written on its page: with a mistake first, and files that are attached before it is sent.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { chooses } from "./keyboard.js";
import { PICTURE } from "./school.js";
import { check, Visitor } from "./visitor.js";

export async function share(browser, school, folder) {
  const plan = join(school.folder, "A plan for the reading corner with a rather long name (second_version_of_it_all).txt");
  writeFileSync(plan, "Two cushions, one lamp.");
  for (const script of [true, false]) {
    const visitor = await Visitor.come(browser, school, { script });
    await visitor.signsIn("bo");
    await writes(visitor, plan, script ? "share" : "share, without JavaScript", script, folder);
    await visitor.leave();
  }
}

async function writes(visitor, plan, how, script, folder) {
  await visitor.goes("/practice");
  await visitor.tabsTo('main a[href^="/share"]');
  await visitor.follows();
  check(await visitor.page.$eval("input[name=practice]", (box) => box.checked), `${how}: from the library, it is practice`);
  await visitor.tabsTo("input[name=source]");
  await visitor.types("a book");
  await visitor.tabsTo("button[value=post]");
  await visitor.follows();
  check((await visitor.texts("#mistakes li")).length === 2, `${how}: what is wrong is said`);
  // axe is a script.
  if (script) await visitor.looks("share-mistaken", folder);
  await visitor.tabsTo('#mistakes a[href="#text"]');
  await visitor.press("Enter");
  check(await visitor.page.evaluate(() => location.hash === "#text"), `${how}: what is wrong leads to its field`);

  await visitor.tabsTo("textarea[name=text]");
  await visitor.types("Reading corners\nTwo cushions.");
  for (const [list, value] of [["stage", "ks1"], ["subject", "english"], ["licence", "cc-by"]]) {
    await visitor.tabsTo(`select[name=${list}]`);
    await chooses(visitor, value);
  }
  await visitor.tabsTo("input[name=source]");
  await visitor.page.keyboard.down("Control");
  await visitor.press("a");
  await visitor.page.keyboard.up("Control");
  await visitor.press("Delete");
  await visitor.tabsTo("select[name=network]");
  await chooses(visitor, "english");
  await (await visitor.page.$("input[name=file1]")).uploadFile(plan);
  await (await visitor.page.$("input[name=file2]")).uploadFile(PICTURE);
  await visitor.tabsTo("button[value=attach]");
  await visitor.follows("Space");
  check((await visitor.texts("legend")).filter((words) => words.startsWith("Attached:")).length === 2, `${how}: both files are attached`);
  if (script) await visitor.looks("share-attached", folder);
  await visitor.tabsTo('textarea[name^="about-"]');
  await visitor.types("A lamp over two cushions");
  await visitor.tabsTo("button[value=post]");
  await visitor.follows();
  check(/^\/@bo\/\d+$/.test(visitor.path), `${how}: whoever posted sees the post, and not ${visitor.path}`);
  check(await visitor.says("Two cushions."), `${how}: the words are there`);
  check(await visitor.page.$('a[href$=".txt"]'), `${how}: the document is there`);
  check(await visitor.page.$('img[alt="A lamp over two cushions"]'), `${how}: the picture is described`);
}
