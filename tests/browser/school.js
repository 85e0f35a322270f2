// A school with something on every page: a real process with its own data, filled as apps fill it.

import { execFile, spawn } from "node:child_process";
import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export const PASSWORD = "chalk and cheese";
export const PICTURE = new URL("../../crates/web/assets/thumbnail.png", import.meta.url).pathname;
/** So many fill more than one page of the library. */
const LESSONS = 22;

export class School {
  static async open(program) {
    const school = new School();
    school.program = program;
    school.folder = mkdtempSync(join(tmpdir(), "school-"));
    const port = await freePort();
    school.host = `localhost:${port}`;
    school.base = `http://${school.host}`;
    writeFileSync(join(school.folder, "staffroom.toml"), `
server.public_url = "${school.base}"
server.listen = "127.0.0.1:${port}"
server.title = "Riverside"
server.description = "A school of people who do not exist."
server.contact_account = "ada"
server.contact_email = "office@riverside.example"
instance.rules = ["Be kind.", "Name no child."]
database.url = "sqlite:staffroom.db"
media.folder = "media"
registrations.mode = "approval"
registrations.minimum_age = 16
federation.allow_loopback = true
federation.allow_http = true
federation.retry_seconds = 1
federation.failure_seconds = 1
limits.rate_limits = false
logging.filter = "warn"
`);
    school.process = spawn(program, ["--config", "staffroom.toml", "serve"], { cwd: school.folder, stdio: "inherit" });
    process.once("exit", () => school.process.kill());
    await eventually("the school to open", async () => (await fetch(`${school.base}/readyz`).catch(() => null))?.ok);
    return school;
  }

  async close() {
    const ended = new Promise((ended) => this.process.once("exit", ended));
    if (this.process.kill()) await ended;
    rmSync(this.folder, { recursive: true });
  }

  async command(...words) {
    const run = promisify(execFile);
    return (await run(this.program, ["--config", "staffroom.toml", ...words], { cwd: this.folder })).stdout;
  }

  async teacher(name, role = "user", scopes = "read write follow") {
    const token = await this.command("user", "create", name, "--email", `${name}@riverside.example`, "--confirmed",
      "--password", PASSWORD, "--role", role, "--token", scopes);
    return new Teacher(this, name, token.trim());
  }
}

class Teacher {
  constructor(school, name, token) {
    Object.assign(this, { school, name, token });
  }

  async call(method, path, body) {
    const headers = { authorization: `Bearer ${this.token}` };
    if (body && !(body instanceof FormData)) headers["content-type"] = "application/json";
    const sent = body instanceof FormData ? body : body && JSON.stringify(body);
    const answer = await fetch(`${this.school.base}${path}`, { method, headers, body: sent });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }

  async publish(status, more = {}) {
    return await this.call("POST", "/api/v1/statuses", { status, language: "en", ...more });
  }

  async follows(handle) {
    const found = await this.call("GET", `/api/v2/search?q=${encodeURIComponent(handle)}&resolve=true&type=accounts`);
    await this.call("POST", `/api/v1/accounts/${found.accounts[0].id}/follow`);
  }

  async picture(description) {
    const form = new FormData();
    form.append("file", await openAsBlob(PICTURE), "board.png");
    form.append("description", description);
    return (await this.call("POST", "/api/v1/media", form)).id;
  }

  async document(name, words) {
    const form = new FormData();
    form.append("file", new Blob([words]), name);
    return (await this.call("POST", "/api/staffroom/v1/documents", form)).id;
  }
}

/** Posts, practice, a tree, a network, warnings and an app that asks to be let in; the addresses of what is looked at. */
export async function fill(school) {
  const ada = await school.teacher("ada", "owner", "read write follow admin:write");
  const [bo, cy] = [await school.teacher("bo"), await school.teacher("cy")];
  await ada.call("PATCH", "/api/v1/accounts/update_credentials", {
    display_name: "Ada Lightbody",
    note: "Year 5, maths lead. I collect ways of folding paper: https://riverside.example/a/rather/long/address/of/folded/paper",
    discoverable: true,
    indexable: true,
    fields_attributes: [{ name: "Subject", value: "Mathematics" }, { name: "Website", value: "https://ada.riverside.example" }],
  });
  await bo.call("PATCH", "/api/v1/accounts/update_credentials", { display_name: "Bo Tandy", discoverable: true });
  const posts = await everyKind(ada, bo, school);
  await lessons(ada);
  const withFiles = await files(ada);
  const tree = await family(ada, bo, cy);
  const like = await subject(school, ada, bo, cy);
  await warnings(ada, cy);
  const app = await ada.call("POST", "/api/v1/apps", {
    client_name: "Chalkboard", redirect_uris: "urn:ietf:wg:oauth:2.0:oob", scopes: "read write follow",
    website: "https://chalkboard.example",
  });
  const asks = new URLSearchParams({
    client_id: app.client_id, redirect_uri: app.redirect_uri, response_type: "code", scope: "read write follow",
  });
  return { ada, bo, cy, ...posts, withFiles, ...tree, like, consent: `/oauth/authorize?${asks}` };
}

/** What a page of posts may have to show. */
async function everyKind(ada, bo, school) {
  const folded = await ada.publish("Fold it twice, and the fractions are there to be seen. #Fractions", {
    media_ids: [await ada.picture("A square of paper with three folds in it")],
  });
  await bo.publish("@ada Mine tore. Has anybody a trick?", { in_reply_to_id: folded.id });
  await ada.publish("What we saw in the book, and who dies in it.", { spoiler_text: "The last chapter" });
  await ada.publish("When do we meet?", { poll: { options: ["Monday after school", "Tuesday at lunch"], expires_in: 3600 } });
  await ada.publish("Plygu papur, a chyfrif y darnau.", { language: "cy" });
  await ada.publish(`Read this:\n\n${school.base}/about#${"averylongfragmentofanaddress".repeat(6)}`);
  await ada.publish("With a picture for few", {
    media_ids: [await ada.picture("A photograph of a worksheet")], sensitive: true,
  });
  return { folded: folded.url };
}

async function lessons(ada) {
  const subjects = ["Maths #KS2", "English #KS3", "Science #Year8"];
  for (let number = 1; number <= LESSONS; number++) {
    const tags = subjects[number % subjects.length];
    await ada.publish(`Lesson ${String.fromCharCode(64 + number)} in a box\nTen minutes, no copies.\n\n#Practice #${tags} #LessonPlan #CCBY`);
  }
  await ada.publish("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft\nA very long word to spell.\n\n#Practice #German #KS3 #Worksheet #CCBYSA",
    { spoiler_text: "Long words" });
}

/** A tree with everything that one can have: deep, wide, in Welsh, tried, deleted, and claims that wait for Ada. */
async function family(ada, bo, cy) {
  const practice = "#Practice #KS3 #English #CCBY";
  const source = await ada.publish(`Five-tick writing tracker\nOne page per class.\n${practice}`);
  const adapts = (who, title, from, more = {}) =>
    who.publish(`${title}\nAdapted from ${from.url}. Changed: the colours, and who may write on it\n${practice}`, more);
  let last = source;
  for (const [who, title] of [
    [bo, "Three-tick tracker"], [cy, "Traciwr ysgrifennu"], [bo, "Tracker for geography"], [cy, "Tracker for history"],
    [bo, "Tracker for music"], [cy, "Tracker for the hall"], [bo, "Tracker for assemblies"], [cy, "Tracker for trips"],
    [bo, "Tracker for the bus"], [cy, "Trackerforeverythingthatcanbetrackedinaschoolwithoutanyspaceinitsname"],
  ]) {
    last = await adapts(who, title, last, title.startsWith("Traciwr") ? { language: "cy" } : {});
  }
  await bo.publish("@ada #Tried Year 9, mixed, kept it", { in_reply_to_id: source.id });
  const gone = await adapts(bo, "Tracker in pencil", source);
  await adapts(cy, "Tracker in ink", gone);
  await bo.call("DELETE", `/api/v1/statuses/${gone.id}`);
  // Without a licence Ada is asked.
  const asked = [];
  for (const title of ["Seating plans", "Fire drill plans", "Wet play plans"]) {
    const plan = await ada.publish(title);
    await bo.publish(`${title}, but better\nAdapted from ${plan.url}`);
    await cy.publish(`${title}, but worse\nAdapted from ${plan.url}`);
    asked.push(`${plan.url}/tree`);
  }
  return { source: source.url, tree: `${source.url}/tree`, asked };
}

/** Practice that is documents. */
async function files(ada) {
  const documents = [
    await ada.document("A seating plan with a rather long name, for the hall and for rain (second_version_of_it_all).txt", "Two by two."),
    await ada.document("groups.csv", "table,names\n1,four\n"),
  ];
  return (await ada.publish("Seating plans for wet days\nTwo files, to be printed.\n\n#Practice #KS1 #PSHE #Template #CC0", {
    document_ids: documents,
  })).url;
}

/** What moderators said to Cy. */
async function warnings(ada, cy) {
  const { id } = await cy.call("GET", "/api/v1/accounts/verify_credentials");
  for (const text of ["Please name no child.\n\nYou did, twice.", `Please: ${"averylongwordinawarning".repeat(4)}`]) {
    await ada.call("POST", `/api/v1/admin/accounts/${id}/action`, { type: "none", text });
  }
}

/** The address of older threads that resemble a question. */
async function subject(school, ada, bo, cy) {
  await school.command("network", "create", "english", "--title", "All of English", "--steward", "ada", "--steward", "bo", "--description",
    "For all who teach English.", "--rules", "Say which year it is for.\nLink to what you quote.", "--posts-are-practice");
  for (const who of [bo, cy]) await who.follows(`@english@${school.host}`);
  const first = await bo.publish(`@english How do you begin with sonnets about autumn?`);
  await cy.publish(`@english With one that is bad.`);
  const later = await cy.publish(`@english Has anybody sonnets about autumn that are short?`);
  await cy.publish("#Answered Yes: mine.", { in_reply_to_id: later.id });
  const [network] = await ada.call("GET", "/api/staffroom/v1/networks");
  await eventually("the network to pass posts on", async () =>
    (await ada.call("GET", `/api/staffroom/v1/networks/${network.id}/posts`)).length === 3);
  await ada.call("POST", `/api/staffroom/v1/networks/${network.id}/posts/${first.id}/pin`);
  await eventually("an older thread to be found", async () =>
    (await ada.call("GET", `/api/staffroom/v1/statuses/${later.id}/similar`)).length === 1);
  const dee = await school.teacher("dee");
  await dee.publish("@english May I, though I am no member?");
  await bo.publish("@english add steward cy", { visibility: "direct" });
  return `/@english?like=${later.id}`;
}

/** Asks until there is an answer. */
export async function eventually(what, ask) {
  const end = Date.now() + 30_000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((later) => setTimeout(later, 100));
  }
}

function freePort() {
  return new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}
