// What people on a school and on a server on Fedify do, and what of it is seen at the other side.

import assert from "node:assert/strict";
import {
  Accept, Announce, Application, Block, Collection, Create, Delete, Flag, Follow, isActor, Like, Move, Note, PUBLIC_COLLECTION,
  Question, Tombstone, Undo, Update,
} from "@fedify/vocab";
import { eventually, Peer } from "./peer.js";
import { postgres, School, sqlite } from "./school.js";

const has = (words) => (status) => status.content.includes(words);
const says = (words) => (_, object) => String(object?.content ?? "").includes(words);
const isAbout = (uri) => (activity) => activity.objectId?.href === String(uri);

/** Who everybody is, and that they follow each other. */
async function meet(school, peer) {
  const ada = await school.teacher("ada");
  const carol = await peer.person("carol");
  const known = await ada.follows(`carol@${peer.host}`);
  assert.equal(known.display_name, "carol of Fedify");
  const { activity } = await peer.receives("a Follow", Follow, isAbout(carol));
  const actor = await activity.getActor(peer.context);
  assert.ok(isActor(actor));
  assert.equal(actor.preferredUsername, "ada");
  assert.equal(actor.id.href, ada.uri.href);

  const found = await peer.context.lookupObject(`${school.base}/@ada`);
  assert.equal(found.id.href, ada.uri.href);
  const webfinger = await peer.context.lookupWebFinger(ada.uri);
  assert.equal(webfinger.subject, `acct:ada@${school.host}`);
  await peer.does("carol", Follow, { object: ada.uri }, found);
  await eventually("Fedify to be accepted", async () => (await ada.relation(known)).followed_by, () => ada.relation(known));
  await ada.isTold("follow", `carol@${peer.host}`);
  await peer.receives("an Accept", Accept);
  const followers = await peer.context.lookupObject(`${school.base}/users/ada/followers`);
  assert.equal(followers.totalItems ?? 1, 1);
  return { ada, carol, adaThere: found, carolHere: known };
}

async function postsOfOurs(peer, { ada }) {
  const status = await ada.publish({ status: "Fold it twice. #Fractions", spoiler_text: "Paper", language: "en" });
  const { activity, object } = await peer.receives("the post", Create, says("Fold it twice"));
  assert.ok(object instanceof Note);
  assert.equal(object.id.href, status.uri);
  assert.equal(object.attributionId.href, ada.uri.href);
  assert.equal(String(object.summary), "Paper");
  assert.equal(object.toId.href, PUBLIC_COLLECTION.href);
  assert.equal(activity.toId.href, PUBLIC_COLLECTION.href);
  const tags = await Array.fromAsync(object.getTags(peer.context));
  assert.deepEqual(tags.map((tag) => String(tag.name)), ["#fractions"]);
  const asked = await peer.context.lookupObject(status.uri);
  assert.equal(asked.content.toString(), object.content.toString());

  await ada.put(`/api/v1/statuses/${status.id}`, { status: "Fold it three times." });
  const edited = await peer.receives("the edit", Update, says("three times"));
  assert.equal(edited.object.id.href, status.uri);
  assert.ok(edited.object.updated);

  await ada.delete(`/api/v1/statuses/${status.id}`);
  const deleted = await peer.receives("the deletion", Delete, isAbout(status.uri));
  assert.ok(deleted.object instanceof Tombstone);
  assert.equal((await fetch(status.uri, { headers: { accept: "application/activity+json" } })).status, 410);
}

async function postsOfTheirs(peer, { ada }) {
  const note = await peer.writes("carol", { content: "<p>Chalk or <b>pen</b>?</p>", summary: "Tools" });
  const read = await ada.reads("the post", has("Chalk or"));
  assert.equal(read.uri, note.id.href);
  assert.equal(read.spoiler_text, "Tools");
  assert.equal(read.visibility, "public");
  assert.equal(read.account.acct, `carol@${peer.host}`);

  await peer.edits("carol", note, { content: "<p>Chalk and pen.</p>" });
  const edited = await ada.reads("the edit", has("Chalk and pen"));
  assert.equal(edited.id, read.id);
  assert.ok(edited.edited_at);

  await peer.deletes("carol", note);
  await eventually("the post to go", async () => !(await ada.get("/api/v1/timelines/home")).some(has("Chalk")));
}

async function answers(peer, { ada, adaThere, carolHere }) {
  const note = await peer.writes("carol", { content: "Who has the key?" });
  const read = await ada.reads("the question", has("Who has the key"));
  const answer = await ada.publish({ status: `@${carolHere.acct} I have.`, in_reply_to_id: read.id });
  const { object } = await peer.receives("the answer", Create, says("I have."));
  assert.equal(object.replyTargetId.href, note.id.href);
  const tags = await Array.fromAsync(object.getTags(peer.context));
  assert.equal(tags[0].href.href, note.attributionId.href);

  await peer.writes("carol", { content: "Then open.", replyTarget: new URL(answer.uri) }, [adaThere]);
  const thread = () => ada.get(`/api/v1/statuses/${read.id}/context`);
  const descendants = await eventually("the answer to the answer", async () => {
    const all = (await thread()).descendants;
    return all.some(has("Then open")) && all;
  }, thread);
  assert.equal(descendants.find(has("Then open")).in_reply_to_id, answer.id);
  await fewSee(peer, { ada, adaThere, carolHere });
}

/** What is not for everybody. */
async function fewSee(peer, { ada, adaThere, carolHere }) {
  await ada.publish({ status: `@${carolHere.acct} only you`, visibility: "direct" });
  const { object } = await peer.receives("the direct post", Create, says("only you"));
  assert.deepEqual(object.toIds.map((id) => id.href), [carolHere.uri]);
  assert.deepEqual(object.ccIds, []);

  await peer.writes("carol", { content: "you only", to: ada.uri, cc: null }, [adaThere]);
  const { status } = await eventually("the direct post", async () => {
    const told = await ada.get("/api/v1/notifications?types[]=mention");
    return told.find((each) => has("you only")(each.status));
  });
  assert.equal(status.visibility, "direct");
}

async function likesAndBoosts(peer, { ada, adaThere, carolHere }) {
  const note = await peer.writes("carol", { content: "Likeable" });
  const read = await ada.reads("what she likes", has("Likeable"));
  for (const [deed, undone, Kind] of [["favourite", "unfavourite", Like], ["reblog", "unreblog", Announce]]) {
    await ada.post(`/api/v1/statuses/${read.id}/${deed}`);
    const done = await peer.receives(`a ${deed}`, Kind, isAbout(note.id));
    assert.equal(done.activity.actorId.href, ada.uri.href);
    await ada.post(`/api/v1/statuses/${read.id}/${undone}`);
    await peer.receives(`an ${undone}`, Undo, (undo, object) =>
      object instanceof Kind && object.id.href === done.activity.id.href && undo.actorId.href === ada.uri.href);
  }

  const status = await ada.publish({ status: "Liked by others" });
  const count = async (field) => (await ada.get(`/api/v1/statuses/${status.id}`))[field];
  const everybody = { to: PUBLIC_COLLECTION, cc: new URL(`${carolHere.uri}/followers`) };
  for (const [type, field, Kind, values] of [
    ["favourite", "favourites_count", Like, {}],
    ["reblog", "reblogs_count", Announce, everybody],
  ]) {
    const done = await peer.does("carol", Kind, { object: new URL(status.uri), ...values }, adaThere);
    const told = await ada.isTold(type, carolHere.acct);
    assert.equal(told.status.id, status.id);
    assert.equal(await count(field), 1);
    await peer.undoes("carol", done, adaThere);
    await eventually(`the ${type} to be taken back`, async () => (await count(field)) === 0, () => count(field));
  }
}

async function polls(peer, { ada, adaThere, carolHere }) {
  const status = await ada.publish({ status: "When?", poll: { options: ["Monday", "Tuesday"], expires_in: 3600 } });
  const { object: question } = await peer.receives("the poll", Create, says("When?"));
  assert.ok(question instanceof Question);
  const options = await Array.fromAsync(question.getExclusiveOptions(peer.context));
  assert.deepEqual(options.map((option) => String(option.name)), ["Monday", "Tuesday"]);
  assert.ok(question.endTime);
  const vote = { name: "Tuesday", replyTarget: question.id, to: ada.uri, cc: null, published: null };
  await peer.writes("carol", vote, [adaThere]);
  const tally = async () => (await ada.get(`/api/v1/statuses/${status.id}`)).poll.options.map((each) => each.votes_count);
  await eventually("the vote", async () => String(await tally()) === "0,1", tally);
  const counted = await peer.context.lookupObject(status.uri);
  const replies = await Promise.all((await Array.fromAsync(counted.getExclusiveOptions(peer.context))).map((option) => option.getReplies()));
  assert.deepEqual([counted.voters, ...replies.map((each) => each.totalItems)], [1, 0, 1]);

  const theirs = await peer.asks("carol", "Where?", ["Hall", "Yard"]);
  const read = await ada.reads("the poll", has("Where?"));
  assert.deepEqual(read.poll.options.map((option) => option.title), ["Hall", "Yard"]);
  await ada.post(`/api/v1/polls/${read.poll.id}/votes`, { choices: [1] });
  const cast = await peer.receives("a vote", Create, (_, object) => String(object?.name) === "Yard");
  assert.equal(cast.object.replyTargetId.href, theirs.id.href);
  assert.deepEqual(cast.object.toIds.map((id) => id.href), [carolHere.uri]);
  const exclusiveOptions = [["Hall", 2], ["Yard", 1]].map(([name, totalItems]) =>
    new Note({ name, replies: new Collection({ totalItems }) }));
  await peer.edits("carol", theirs, { exclusiveOptions, voters: 3 });
  const counts = async () => (await ada.get(`/api/v1/polls/${read.poll.id}`)).options.map((option) => option.votes_count);
  await eventually("the counts", async () => String(await counts()) === "2,1", counts);
}

async function blocks(school, peer) {
  const bo = await school.teacher("bo");
  const dan = await peer.person("dan");
  const danHere = await bo.follows(`dan@${peer.host}`);
  const boThere = await peer.context.lookupObject(bo.uri.href);
  await peer.does("dan", Follow, { object: bo.uri }, boThere);
  await bo.isTold("follow", danHere.acct);

  const block = await peer.does("dan", Block, { object: bo.uri }, boThere);
  const relation = () => bo.relation(danHere);
  await eventually("the block to end both follows", async () => {
    const { following, followed_by } = await relation();
    return !following && !followed_by;
  }, relation);
  await peer.undoes("dan", block, boThere);

  await bo.post(`/api/v1/accounts/${danHere.id}/block`);
  const { activity } = await peer.receives("a Block", Block, isAbout(dan));
  assert.equal(activity.actorId.href, bo.uri.href);
  const status = await bo.publish({ status: "not for dan" });
  const loader = await peer.context.getDocumentLoader({ identifier: "dan" });
  await assert.rejects(loader(status.uri), /404/);
  await bo.post(`/api/v1/accounts/${danHere.id}/unblock`);
  await peer.receives("the end of the block", Undo, (_, object) => object?.id?.href === activity.id.href);
  assert.equal((await loader(status.uri)).document.id, status.uri);
}

async function reports(school, peer, { ada, adaThere, carol, carolHere }) {
  const note = await peer.writes("carol", { content: "Buy chalk here" });
  const read = await ada.reads("the advertisement", has("Buy chalk here"));
  await ada.post("/api/v1/reports", { account_id: carolHere.id, status_ids: [read.id], comment: "an advertisement", forward: true });
  const { activity } = await peer.receives("a report", Flag);
  assert.deepEqual(activity.objectIds.map((id) => id.href), [carol.href, note.id.href]);
  assert.equal(String(activity.content), "an advertisement");
  assert.ok((await activity.getActor(peer.context)) instanceof Application);

  const status = await ada.publish({ status: "Sell chalk here" });
  await peer.does("carol", Flag, { objects: [ada.uri, new URL(status.uri)], content: "another one" }, adaThere);
  const list = () => school.command("report", "list");
  await eventually("the report", async () => (await list()).includes("reports @ada\tother\tanother one"), list);
}

async function moves(school, peer) {
  const cy = await school.teacher("cy");
  const erin = await peer.person("erin");
  const frank = await peer.person("frank", { aliases: [erin] });
  const erinHere = await cy.follows(`erin@${peer.host}`);
  peer.knows("erin", { successor: frank });
  const cyThere = await peer.context.lookupObject(cy.uri.href);
  await peer.does("erin", Move, { object: erin, target: frank }, cyThere);
  await peer.receives("a Follow of the new account", Follow, isAbout(frank));
  const frankHere = await cy.finds(`frank@${peer.host}`);
  await eventually("cy to follow frank", async () => (await cy.relation(frankHere)).following);
  assert.equal((await cy.relation(erinHere)).following, false);

  await peer.does("frank", Follow, { object: cy.uri }, cyThere);
  await cy.isTold("follow", frankHere.acct);
  const grace = await peer.person("grace", { aliases: [cy.uri] });
  await school.command("user", "move", "cy", `grace@${peer.host}`);
  const { activity } = await peer.receives("a Move", Move, isAbout(cy.uri));
  assert.equal(activity.targetId.href, grace.href);
  const moved = await peer.context.lookupObject(`${school.base}/@cy`);
  assert.equal(moved.successorId.href, grace.href);
}

async function partings(peer, { ada, adaThere, carolHere }) {
  await peer.person("henry", { manuallyApprovesFollowers: true });
  const henry = await ada.finds(`henry@${peer.host}`);
  assert.equal(henry.locked, true);
  await ada.post(`/api/v1/accounts/${henry.id}/follow`);
  await eventually("henry to say no", async () => !(await ada.relation(henry)).requested, () => ada.relation(henry));

  await ada.post(`/api/v1/accounts/${carolHere.id}/unfollow`);
  const isTheFollow = (_, object) => object instanceof Follow && object.objectId.href === carolHere.uri;
  await peer.receives("the end of the follow", Undo, isTheFollow);
  await peer.does("carol", Delete, { object: new URL(carolHere.uri), to: PUBLIC_COLLECTION }, adaThere);
  await eventually("carol to be gone", async () => !(await ada.get("/api/v1/accounts/" + carolHere.id).catch(() => null)));
}

async function story(program, database) {
  const [school, peer] = [await School.open(program, database), await Peer.open()];
  try {
    const people = await meet(school, peer);
    await postsOfOurs(peer, people);
    await postsOfTheirs(peer, people);
    await answers(peer, people);
    await likesAndBoosts(peer, people);
    await polls(peer, people);
    await blocks(school, peer);
    await reports(school, peer, people);
    await moves(school, peer);
    await partings(peer, people);
    assert.deepEqual(peer.unproven.map((each) => each.id), [], "Fedify finds every proof of ours right");
  } finally {
    peer.close();
    await school.close();
  }
  console.log(`peer: all seen at the other side, on ${database.name}`);
}

for (const database of [sqlite, await postgres()]) {
  await story(process.argv[2], database);
}
