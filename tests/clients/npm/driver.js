// Drives a client's operations, looks whether each answer has the type that the client declares, and keeps count.
import { createReadStream, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { differences } from "./shapes.js";

export class Driver {
  /** `operations`: name -> types of what it may give; `call` does one. */
  constructor(name, checker, operations, call) {
    Object.assign(this, { name, checker, operations, call, found: new Map(), broken: [], met: new Set() });
    this.driven = new Set();
    const files = JSON.parse(process.argv[2]).expected;
    this.expected = new Map(
      files.map(file => readFileSync(new URL(`../expected/${file}.txt`, import.meta.url), "utf8")).join("\n")
        .split("\n").filter(line => line.trim() && !line.startsWith("#"))
        .map(line => [line.split(" ")[0], line.slice(line.indexOf(" ") + 1)]),
    );
  }

  /** Calls `operation` of `client`; gives its answer, or undefined when it failed, which the report says. */
  async go(client, operation, ...words) {
    if (!this.operations.has(operation)) throw new Error(`${this.name} offers no ${operation}`);
    this.driven.add(operation);
    try {
      const answer = await this.call(client, operation, ...words);
      const tried = this.operations.get(operation).map(type => differences(this.checker, answer, type));
      for (const { at, of, what } of tried.sort((a, b) => a.length - b.length)[0]) {
        if (this.expected.has(of)) this.met.add(of);
        else this.note(operation, `${of}: ${at}: ${what}`);
      }
      return answer;
    } catch (error) {
      this.note(operation, String(error.response?.data?.error ?? error.message ?? error).slice(0, 200));
      return undefined;
    }
  }

  note(operation, what) {
    if (!this.found.has(operation)) this.found.set(operation, what);
  }

  /** One chapter of the story; what breaks it off is reported with the rest. */
  async chapter(tell) {
    try {
      await tell();
    } catch (error) {
      this.broken.push(`${tell.name} broke off: ${error.stack.split("\n").slice(0, 3).join(" ")}`);
    }
  }

  /** Prints what was found, and ends the program with 1 when it is not what was expected. */
  finish() {
    const wrong = [...this.broken];
    for (const operation of this.operations.keys()) {
      const what = this.driven.has(operation) ? this.found.get(operation) : "was not driven";
      if (what && !this.expected.has(operation)) wrong.push(`${operation}: ${what}`);
      if (!what && this.expected.has(operation)) wrong.push(`${operation}: works, but is expected not to`);
    }
    for (const name of this.expected.keys()) {
      if (!this.operations.has(name) && !this.met.has(name)) wrong.push(`${name}: expected not to fit, but never met`);
    }
    for (const line of wrong) console.log(line);
    console.log(`${this.name}: ${this.operations.size} operations, ${this.driven.size} driven, ${this.driven.size - this.found.size} as declared, named with a reason ${this.expected.size} (${this.met.size} of them members of types), wrong ${wrong.length}`);
    process.exit(wrong.length ? 1 : 0);
  }
}

/** Asks until there is an answer; undefined after ten seconds. */
export async function eventually(ask) {
  for (let tries = 0; tries < 50; tries += 1) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  return undefined;
}

const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGMQT/AHIgYIBQAU1gMZlHSWpwAAAABJRU5ErkJggg==", "base64");

/** A picture of 2 × 2 points. */
export function picture() {
  return new File([png], "dot.png", { type: "image/png" });
}

/** The same in a file that is read, which is what megalodon uploads. */
export function pictureFile() {
  const path = join(mkdtempSync(join(tmpdir(), "dot-")), "dot.png");
  writeFileSync(path, png);
  return createReadStream(path);
}

export const pushKeys = {
  p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
};
