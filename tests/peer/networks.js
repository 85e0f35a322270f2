// A network of ours, followed from three schools and from two servers on Fedify: one that reads boosts, as Mastodon does, and one
// that reads what groups pass on, as Lemmy does.

import assert from "node:assert/strict";
import { Accept, Announce, Follow, Group } from "@fedify/vocab";
import { eventually, Peer } from "./peer.js";
import { postgres, School, sqlite } from "./school.js";

const isBoost = (activity) => activity.type === "Announce" && typeof activity.object === "string";
const isPassedOn = (activity) => activity.type === "Announce" && activity.object?.type === "Create";
const count = (peer, wished) => peer.written.filter(wished).length;

/** Somebody on Fedify follows the network, which says yes. */
async function joins(peer, name, uri) {
  await peer.person(name);
  const network = await peer.context.lookupObject(uri);
  assert.ok(network instanceof Group);
  await peer.does(name, Follow, { object: network.id }, network);
  await peer.receives("an Accept", Accept, (accept) => accept.actorId.href === uri);
}

/** Waits until somebody has a post, and answers it. */
async function answers(teacher, uri, words) {
  const found = async () => (await teacher.get(`/api/v2/search?type=statuses&q=${encodeURIComponent(uri)}`)).statuses[0];
  const { id } = await eventually(`${teacher.name} to have the post`, found);
  return await teacher.publish({ status: words, in_reply_to_id: id });
}

const isPassedOnTo = (teacher, uri) => teacher.reads("what the network passed on", (row) => row.reblog?.uri === uri);

/** A post to the network, and how long it took until it was everywhere. */
async function reachesAll(author, readers, [boosted, grouped], words) {
  const begun = Date.now();
  const post = await author.publish({ status: words });
  const toBoosted = boosted.receives("the boost", Announce, (activity) => activity.objectId?.href === post.uri);
  const toGrouped = eventually("the post to come to the groups", () => grouped.written.some((activity) =>
    isPassedOn(activity) && activity.object.object.id === post.uri));
  await Promise.all([toBoosted, toGrouped, ...readers.map((reader) => isPassedOnTo(reader, post.uri))]);
  return { post, took: Date.now() - begun };
}

async function thread(schools, peers) {
  const [hub, second, third] = schools;
  const [ada, dan, bo, cy] = [await hub.teacher("ada"), await hub.teacher("dan"), await second.teacher("bo"), await third.teacher("cy")];
  await hub.command("network", "create", "english", "--title", "All of English", "--steward", "ada");
  const handle = `english@${hub.host}`;
  for (const member of [dan, bo, cy]) await member.follows(handle);
  const uri = `${hub.base}/users/english`;
  const [boosted, grouped] = peers;
  await joins(boosted, "mo", uri);
  await joins(grouped, "lee", uri);

  const { post, took } = await reachesAll(cy, [dan, bo], peers, `@${handle} How do you begin with sonnets?`);
  for (const [teacher, word] of [[ada, "One"], [ada, "Two"], [dan, "Three"], [bo, "Four"], [cy, "Five"]]) {
    await answers(teacher, post.uri, `@cy@${third.host} @${handle} ${word}`);
  }
  await eventually("all to be passed on to groups", () => count(grouped, isPassedOn) === 6, () => grouped.written);
  // Another post is passed on after all that came before it.
  const next = await reachesAll(cy, [dan, bo], peers, `@${handle} And how do you end?`);

  const boosts = boosted.written.filter(isBoost).map((activity) => activity.object);
  assert.deepEqual(boosts, [post.uri, next.post.uri]);
  assert.equal(count(boosted, (activity) => activity.type === "Announce"), 2);
  assert.equal(count(grouped, isBoost), 0);
  const passedOn = grouped.written.filter(isPassedOn);
  assert.equal(passedOn.length, 7);
  assert.equal(new Set(passedOn.map((activity) => activity.object.object.id)).size, 7);
  for (const activity of passedOn) {
    assert.equal(activity.actor, uri);
    assert.equal(typeof activity.object.object.content, "string");
  }
  const replies = passedOn.map((activity) => activity.object.object).filter((note) => note.inReplyTo === post.uri);
  const words = replies.map((note) => note.content.match(/One|Two|Three|Four|Five/)?.[0]);
  assert.deepEqual(words.sort(), ["Five", "Four", "One", "Three", "Two"]);
  return [took, next.took];
}

async function story(program, databases) {
  const peers = [await Peer.open("mastodon"), await Peer.open("lemmy")];
  const schools = [];
  try {
    for (const database of databases) schools.push(await School.open(program, database));
    const took = await thread(schools, peers);
    console.log(`networks: on ${databases[0].name}, two posts came to all followers in ${took.join(" and ")} ms`);
  } finally {
    for (const peer of peers) peer.close();
    for (const school of schools) await school.close();
  }
}

await story(process.argv[2], [sqlite, sqlite, sqlite]);
await story(process.argv[2], [await postgres(), await postgres(), await postgres()]);
