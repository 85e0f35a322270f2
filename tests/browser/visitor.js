// Somebody with a browser: what they press, where they are, and what is wrong with what they see.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import { eventually, PASSWORD } from "./school.js";

const AXE = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** CSS pixels of a small phone, and of a window of 1,280 at 400 %. */
const NARROW = 320;
const WIDE = 1024;
/** CSS pixels: where a browser has letters of 16 by default, they are twice as large. */
const LARGE_LETTERS = 32;
/** Milliseconds for whatever the browser is asked to do. */
const PATIENCE = 60_000;
/** More than any page has places to stop at. */
const STOPS = 600;

/** Sentences, one for each thing that is not as it should be. */
export const mistakes = [];

export function check(good, sentence) {
  if (good) return;
  mistakes.push(sentence);
  console.error(`  not so: ${sentence}`);
}

export async function launch() {
  if (!process.env.CHROMIUM) throw new Error("there is no Chromium; CHROMIUM may say where one is");
  // The pages are those of this machine; in a container there is no sandbox to be had, and little shared memory.
  const args = ["--no-sandbox", "--disable-dev-shm-usage", "--lang=en"];
  return await puppeteer.launch({ executablePath: process.env.CHROMIUM, args, protocolTimeout: PATIENCE });
}

export class Visitor {
  /** With a browser that remembers nothing. */
  static async come(browser, school, { script = true } = {}) {
    const context = await browser.createBrowserContext();
    const visitor = new Visitor();
    Object.assign(visitor, { context, school, page: await context.newPage() });
    visitor.devtools = await visitor.page.createCDPSession();
    // Behind the last place comes the frame of the browser, which takes the focus from the page.
    await visitor.devtools.send("Emulation.setFocusEmulationEnabled", { enabled: true });
    await visitor.page.setJavaScriptEnabled(script);
    await visitor.narrows(NARROW);
    return visitor;
  }

  async leave() {
    await this.context.close();
  }

  async narrows(width) {
    await this.page.setViewport({ width, height: 800 });
  }

  async goes(address) {
    const answer = await this.page.goto(new URL(address, this.school.base).href);
    // The browser puts the focus there when it first draws the page.
    await eventually("the focus to be where the page wishes it", () => this.page.evaluate(() => {
      const wished = document.querySelector("[autofocus]");
      return !wished || wished.matches(":focus-visible");
    }));
    return answer.status();
  }

  get path() {
    const { pathname, search } = new URL(this.page.url());
    return pathname + search;
  }

  async press(key) {
    await this.page.keyboard.press(key);
  }

  async types(text) {
    await this.page.keyboard.type(text);
  }

  /** Presses a key that leads to another page, and waits for that. */
  async follows(key = "Enter") {
    await Promise.all([this.page.waitForNavigation(), this.press(key)]);
  }

  /** Presses Tab until the focus is on the first place of a kind. */
  async tabsTo(selector) {
    const isThere = () => this.page.evaluate((wanted) => document.activeElement.matches(wanted), selector);
    for (let pressed = 0; pressed < STOPS; pressed++) {
      await this.press("Tab");
      if (await isThere()) return;
    }
    throw new Error(`on ${this.path} nobody comes to ${selector} by Tab`);
  }

  async texts(selector) {
    return await this.page.$$eval(selector, (all) => all.map((each) => each.textContent.trim()));
  }

  async says(words) {
    return (await this.page.$eval("body", (body) => body.innerText)).includes(words);
  }

  /** With the keyboard, as everything here. */
  async signsIn(name) {
    await this.goes("/sign-in");
    await this.types(name);
    await this.press("Tab");
    await this.types(PASSWORD);
    await this.follows();
  }

  async signsOut() {
    await this.goes("/");
    await this.tabsTo("header button");
    await this.follows();
  }

  /** Whether the page is good for everybody: small and large, light and dark, and for machines that read it. */
  async looks(name, folder) {
    for (const scheme of ["light", "dark"]) {
      await this.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await this.narrows(NARROW);
      await this.isNarrow(`${name}, ${scheme}`);
      await this.passesAxe(`${name}, ${scheme}`);
      await this.isPictured(folder, `${name}-${NARROW}-${scheme}`);
    }
    await this.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
    await this.hasLetters(LARGE_LETTERS);
    await this.isNarrow(`${name}, with letters twice as large`);
    await this.isPictured(folder, `${name}-${NARROW}-large`);
    await this.hasLetters(LARGE_LETTERS / 2);
    await this.narrows(WIDE);
    await this.passesAxe(`${name}, wide`);
    await this.isPictured(folder, `${name}-${WIDE}-light`);
    await this.narrows(NARROW);
  }

  async hasLetters(size) {
    await this.devtools.send("Page.setFontSizes", { fontSizes: { standard: size, fixed: (size * 13) / 16 } });
  }

  async isNarrow(name) {
    const { width, widest } = await this.page.evaluate((limit) => {
      const tooWide = [...document.body.querySelectorAll("*")].filter((each) => each.getBoundingClientRect().right > limit + 1);
      const last = tooWide.at(-1);
      return { width: document.scrollingElement.scrollWidth, widest: last?.outerHTML.slice(0, 120) };
    }, NARROW);
    check(width <= NARROW, `${name}: ${width} pixels wide where there are ${NARROW}, by ${widest}`);
  }

  async passesAxe(name) {
    await this.page.evaluate(AXE);
    const violations = await this.page.evaluate(async (values) => {
      const options = { runOnly: { type: "tag", values }, rules: { "target-size": { enabled: true } }, resultTypes: ["violations"] };
      const found = await axe.run(document, options);
      return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)} (${node.failureSummary})`));
    }, RULES);
    check(violations.length === 0, `${name}: axe finds ${violations.join("; ").replace(/\s+/g, " ")}`);
  }

  async isPictured(folder, name) {
    // What is beyond the window is only drawn with letters of the usual size.
    const whole = { fullPage: true, captureBeyondViewport: false };
    if (folder) await this.page.screenshot({ path: join(folder, `${name}.png`), ...whole });
  }

  /** Walks a page by Tab: every place in its order, each once, each with a focus that is seen. */
  async walks(name) {
    const names = await this.page.evaluate(marked);
    const places = [];
    // A field for a date is several places within one.
    for (let pressed = 0; pressed < names.length + 10 && places.length < names.length; pressed++) {
      const at = await this.page.evaluate(focused);
      if (at && at.place !== places.at(-1)) {
        places.push(at.place);
        for (const flaw of at.flaws) check(false, `${name}: ${names[at.place] ?? at.what} ${flaw}`);
      }
      await this.press("Tab");
    }
    const missed = names.filter((_, place) => !places.includes(place));
    check(missed.length === 0, `${name}: Tab never comes to ${missed.join(", ")}`);
    const inOrder = places.every((place, turn) => place === (places[0] + turn) % names.length);
    check(inOrder, `${name}: Tab comes to places in the order ${places}`);
  }
}

/** Run in the page: notes the places where Tab should stop, and says what they are. */
function marked() {
  const may = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const isFirstOfGroup = (input) => {
    if (input.type !== "radio") return true;
    const group = [...document.querySelectorAll(`input[type=radio][name="${input.name}"]`)].filter((each) => each.form === input.form);
    return input === (group.find((each) => each.checked) ?? group[0]);
  };
  const stops = [...document.querySelectorAll(may)].filter((each) => each.checkVisibility() && !each.disabled && isFirstOfGroup(each));
  window.stops = stops;
  return stops.map((each) => `<${each.localName}> “${(each.innerText || each.name || each.type || "").trim().slice(0, 40)}”`);
}

/** Run in the page: which place has the focus, and what is wrong with how that is seen. */
function focused() {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return null;
  const flaws = [];
  const style = getComputedStyle(at);
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [red, green, blue] = numbers(colour).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (numbers(colour)[3] !== 0) return colour;
    }
    return matchMedia("(prefers-color-scheme: dark)").matches ? "rgb(0, 0, 0)" : "rgb(255, 255, 255)";
  };
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
  if (!at.matches(":focus-visible") || !outlined) flaws.push("has a focus that is not seen");
  // Browsers draw their own outline, which they name “auto”, in two colours.
  if (outlined && style.outlineStyle !== "auto") {
    const [one, other] = [light(style.outlineColor), light(behind(at.parentElement))].sort((a, b) => b - a);
    if ((one + 0.05) / (other + 0.05) < 3) flaws.push(`has a focus of ${style.outlineColor} on ${behind(at.parentElement)}`);
  }
  const box = at.getClientRects()[0];
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const there = document.elementFromPoint(x, y);
  const isSeen = there && (at.contains(there) || there.contains(at) || [...(at.labels ?? [])].some((label) => label.contains(there)));
  if (!isSeen) flaws.push(`has the focus where nobody sees it, at ${Math.round(x)}, ${Math.round(y)}`);
  return { place: window.stops.indexOf(at), what: at.outerHTML.slice(0, 80), flaws };
}
