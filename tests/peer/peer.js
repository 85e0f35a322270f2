// A server elsewhere that is not ours: the vocabulary, signatures, proofs and WebFinger of Fedify, and people in memory.

import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { createFederation, generateCryptoKeyPair, MemoryKvStore, verifyObject } from "@fedify/fedify";
import {
  Accept, Activity, Create, Delete, Endpoints, Follow, Note, Person, PUBLIC_COLLECTION, Question, Reject, Tombstone, Undo,
  Update,
} from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

const HOUR = 3_600_000;

export class Peer {
  people = new Map();
  posts = new Map();
  /** What arrived, as Fedify understood it. */
  received = [];
  /** What was taken in, as it was written. */
  written = [];
  /** What arrived without a proof that Fedify finds right. */
  unproven = [];

  /** `software` is what it says that it runs. */
  static async open(software = "fedify") {
    const peer = new Peer();
    peer.software = software;
    peer.server = createServer((request, response) => peer.#answer(request, response));
    await new Promise((ready) => peer.server.listen(0, "127.0.0.1", ready));
    peer.host = `localhost:${peer.server.address().port}`;
    peer.base = `http://${peer.host}`;
    peer.#federate();
    peer.context = peer.federation.createContext(new URL(peer.base), undefined);
    return peer;
  }

  close() {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** Somebody who lives here. */
  async person(name, known = {}) {
    const keys = [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), await generateCryptoKeyPair("Ed25519")];
    this.people.set(name, { keys, followers: new Map(), known });
    return this.context.getActorUri(name);
  }

  /** What somebody's document says from now on. */
  knows(name, known) {
    this.people.get(name).known = known;
  }

  /** Sends an activity of somebody's, to their followers and those named, and waits until it is taken. */
  async says(name, activity, to = []) {
    const followers = [...this.people.get(name).followers.values()];
    await this.context.sendActivity({ identifier: name }, [...followers, ...to], activity, { preferSharedInbox: true });
    return activity;
  }

  /** Does something of which no more is to be said than what it is. */
  async does(name, Kind, values, to) {
    const id = this.#newId(name, Kind.name.toLowerCase());
    return await this.says(name, new Kind({ id, actor: this.context.getActorUri(name), ...values }), [to]);
  }

  async undoes(name, activity, to) {
    return await this.does(name, Undo, { object: activity }, to);
  }

  /** Writes a post, for everybody if nothing else is said. */
  async writes(name, values, to = [], Kind = Note) {
    const object = this.#post(name, Kind, values);
    await this.#tells(Create, name, object, to);
    return object;
  }

  async asks(name, content, options, to = []) {
    const exclusiveOptions = options.map((title) => new Note({ name: title }));
    const endTime = Temporal.Instant.fromEpochMilliseconds(Date.now() + HOUR);
    return await this.writes(name, { content, exclusiveOptions, endTime, voters: 0 }, to, Question);
  }

  async edits(name, post, values, to = []) {
    const object = post.clone({ ...values, updated: Temporal.Now.instant() });
    this.posts.set(object.id.href, object);
    await this.#tells(Update, name, object, to);
    return object;
  }

  async deletes(name, post, to = []) {
    this.posts.delete(post.id.href);
    await this.#tells(Delete, name, new Tombstone({ id: post.id }), to);
  }

  /** The first of what arrived of a kind that is as wished. */
  async receives(what, Kind, wished = () => true) {
    return await eventually(`Fedify to receive ${what}`, async () => {
      for (const { activity, object } of this.received) {
        if (activity instanceof Kind && (await wished(activity, object))) return { activity, object };
      }
    }, () => this.received.map(({ activity }) => `${activity.constructor.name} ${activity.id}`));
  }

  #newId(name, kind) {
    return new URL(`${this.context.getActorUri(name)}/${kind}/${crypto.randomUUID()}`);
  }

  #post(name, Kind, values) {
    const number = crypto.randomUUID();
    const id = this.context.getObjectUri(Kind, { identifier: name, number });
    const object = new Kind({
      id,
      attribution: this.context.getActorUri(name),
      to: PUBLIC_COLLECTION,
      cc: this.context.getFollowersUri(name),
      published: Temporal.Now.instant(),
      ...values,
    });
    this.posts.set(id.href, object);
    return object;
  }

  async #tells(Kind, name, object, to) {
    await this.says(name, new Kind({
      id: this.#newId(name, Kind.name.toLowerCase()),
      actor: this.context.getActorUri(name),
      object,
      to: PUBLIC_COLLECTION,
      cc: this.context.getFollowersUri(name),
    }), to);
  }

  #federate() {
    const federation = createFederation({ kv: new MemoryKvStore(), allowPrivateAddress: true });
    federation
      .setActorDispatcher("/users/{identifier}", async (context, name) => {
        const person = this.people.get(name);
        if (!person) return null;
        const keys = await context.getActorKeyPairs(name);
        return new Person({
          id: context.getActorUri(name),
          preferredUsername: name,
          name: `${name} of Fedify`,
          inbox: context.getInboxUri(name),
          endpoints: new Endpoints({ sharedInbox: context.getInboxUri() }),
          followers: context.getFollowersUri(name),
          publicKey: keys[0].cryptographicKey,
          assertionMethods: keys.map((pair) => pair.multikey),
          ...person.known,
        });
      })
      .setKeyPairsDispatcher((_, name) => this.people.get(name)?.keys ?? []);
    federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
      software: { name: this.software, version: "1.0.0" },
      protocols: ["activitypub"],
      usage: { users: {}, localPosts: 0, localComments: 0 },
    }));
    federation.setFollowersDispatcher("/users/{identifier}/followers", (_, name) => ({
      items: [...(this.people.get(name)?.followers.values() ?? [])],
    }));
    for (const Kind of [Note, Question]) {
      federation.setObjectDispatcher(Kind, `/users/{identifier}/${Kind.name.toLowerCase()}s/{number}`, (context, values) =>
        this.posts.get(context.getObjectUri(Kind, values).href) ?? null);
    }
    federation
      .setInboxListeners("/users/{identifier}/inbox", "/inbox")
      .on(Follow, (context, follow) => this.#isFollowed(context, follow))
      .on(Activity, (_, activity) => this.#keep(activity));
    this.federation = federation;
  }

  async #isFollowed(context, follow) {
    await this.#keep(follow);
    const { identifier } = context.parseUri(follow.objectId);
    const person = this.people.get(identifier);
    const follower = await follow.getActor(context);
    if (!person.known.manuallyApprovesFollowers) person.followers.set(follower.id.href, follower);
    const Answer = person.known.manuallyApprovesFollowers ? Reject : Accept;
    await this.does(identifier, Answer, { object: follow }, follower);
  }

  async #keep(activity) {
    this.received.push({ activity, object: await activity.getObject(this.context).catch(() => null) });
  }

  async #answer(request, response) {
    const body = request.method === "POST" ? await buffer(request) : undefined;
    const address = new URL(request.url, this.base);
    const asked = new Request(address, { method: request.method, headers: request.headers, body });
    const said = await this.federation.fetch(asked, { contextData: undefined });
    if (body) await this.#checkProof(body);
    if (body && said.ok) this.written.push(JSON.parse(body));
    response.writeHead(said.status, Object.fromEntries(said.headers));
    response.end(await buffer(said.body ?? []));
  }

  async #checkProof(body) {
    const { documentLoader, contextLoader } = this.context;
    const activity = JSON.parse(body);
    const proven = activity.proof && (await verifyObject(Activity, activity, { documentLoader, contextLoader }));
    if (!proven) this.unproven.push(activity);
  }
}

/** Asks until there is an answer; `seen` says what there was instead. */
export async function eventually(what, ask, seen = () => "") {
  const end = Date.now() + 30_000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}; there was ${JSON.stringify(await seen(), null, 1)}`);
    await new Promise((later) => setTimeout(later, 100));
  }
}
