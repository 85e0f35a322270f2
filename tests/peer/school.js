// A school: a real process with its own data, and the people in it.

import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { eventually } from "./peer.js";

/** As the tests in Rust have it. */
const POSTGRES = process.env.STAFFROOM_TEST_POSTGRES ?? "postgres://postgres@127.0.0.1:5432";

export const sqlite = { name: "SQLite", url: "sqlite:staffroom.db", remove: async () => {} };

let databases = 0;

/** A database of its own. */
export async function postgres() {
  const name = `staffroom_peer_${process.pid}_${databases++}`;
  await onServer(`CREATE DATABASE ${name}`);
  return { name: "PostgreSQL", url: `${POSTGRES}/${name}`, remove: () => onServer(`DROP DATABASE ${name} WITH (FORCE)`) };
}

async function onServer(statement) {
  const client = new pg.Client(`${POSTGRES}/postgres`);
  await client.connect();
  await client.query(statement);
  await client.end();
}

export class School {
  static async open(program, database) {
    const school = new School();
    school.database = database;
    school.program = program;
    school.folder = mkdtempSync(join(tmpdir(), "school-"));
    const port = await freePort();
    school.host = `localhost:${port}`;
    school.base = `http://${school.host}`;
    writeFileSync(join(school.folder, "staffroom.toml"), `
server.public_url = "${school.base}"
server.listen = "127.0.0.1:${port}"
database.url = "${database.url}"
media.folder = "media"
federation.allow_loopback = true
federation.allow_http = true
federation.retry_seconds = 1
federation.failure_seconds = 1
limits.rate_limits = false
logging.filter = "warn"
`);
    school.process = spawn(program, ["serve"], { cwd: school.folder, stdio: "inherit" });
    await eventually("the school to open", async () => (await fetch(`${school.base}/readyz`).catch(() => null))?.ok);
    return school;
  }

  async close() {
    const ended = new Promise((ended) => this.process.once("exit", ended));
    this.process.kill();
    await ended;
    rmSync(this.folder, { recursive: true });
    await this.database.remove();
  }

  async command(...words) {
    return (await promisify(execFile)(this.program, words, { cwd: this.folder })).stdout;
  }

  async teacher(name) {
    const token = await this.command("user", "create", name, "--email", `${name}@school.example`, "--confirmed",
      "--token", "read write follow");
    return new Teacher(this, name, token.trim());
  }
}

class Teacher {
  constructor(school, name, token) {
    Object.assign(this, { school, name, token, uri: new URL(`${school.base}/users/${name}`) });
  }

  async get(path) {
    return await this.#call("GET", path);
  }

  async post(path, body = {}) {
    return await this.#call("POST", path, body);
  }

  async put(path, body) {
    return await this.#call("PUT", path, body);
  }

  async delete(path) {
    return await this.#call("DELETE", path);
  }

  async publish(values) {
    return await this.post("/api/v1/statuses", values);
  }

  /** The account behind a handle. */
  async finds(handle) {
    const found = await this.get(`/api/v2/search?q=@${handle}&resolve=true&type=accounts`);
    if (!found.accounts.length) throw new Error(`nobody is ${handle}`);
    return found.accounts[0];
  }

  async relation(account) {
    return (await this.get(`/api/v1/accounts/relationships?id[]=${account.id}`))[0];
  }

  async follows(handle) {
    const account = await this.finds(handle);
    await this.post(`/api/v1/accounts/${account.id}/follow`);
    await eventually(`${handle} to accept`, async () => (await this.relation(account)).following,
      () => this.relation(account));
    return account;
  }

  /** The post on the home page that is as wished. */
  async reads(what, wished) {
    const home = () => this.get("/api/v1/timelines/home");
    return await eventually(`${this.name} to read ${what}`, async () => (await home()).find(wished), home);
  }

  /** The notification of a kind that came from somebody. */
  async isTold(type, by) {
    const told = () => this.get(`/api/v1/notifications?types[]=${type}`);
    return await eventually(`${this.name} to be told of a ${type}`,
      async () => (await told()).find((each) => each.account.acct === by), told);
  }

  async #call(method, path, body) {
    const answer = await fetch(`${this.school.base}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
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
