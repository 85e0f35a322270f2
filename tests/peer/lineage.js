// A practice that travels over two schools and a server on Fedify, by posts as any Mastodon app writes them.

import assert from "node:assert/strict";
import { Add, PUBLIC_COLLECTION } from "@fedify/vocab";
import { eventually, Peer } from "./peer.js";
import { postgres, School, sqlite } from "./school.js";

const TITLES = ["Five-tick tracker", "Three-tick tracker", "Tracker on stones", "Tracker for geography", "Tracker for history"];
const PRACTICE = "#Practice #KS3 #English #CCBY";

const treeOf = (teacher, post) => teacher.get(`/api/staffroom/v1/statuses/${post.id}/lineage`);
const titlesOf = (tree) => tree.nodes.map((node) => node.title);

/** From which title which other one comes. */
function tiesOf(tree) {
  const title = (key) => tree.nodes.find((node) => node.key === key).title;
  return tree.edges.map((edge) => `${title(edge.source)} > ${title(edge.derived)}`);
}

/** Waits until somebody has a post, and answers it as it is there. */
async function has(teacher, uri) {
  const found = async () => (await teacher.get(`/api/v2/search?type=statuses&resolve=false&q=${encodeURIComponent(uri)}`)).statuses[0];
  return await eventually(`${teacher.name} to have ${uri}`, found);
}

/** Carol writes as a person does: words and a link, and nothing more. */
async function carolAdapts(peer, title, link) {
  const content = `<p>${title}<br>Adapted from <a href="${link}" rel="nofollow noopener">${link}</a>. Changed: outdoors</p>`;
  return await peer.writes("carol", { content });
}

/** Waits until both schools see a tree that is as wished. */
async function bothSee(what, seers, wished) {
  for (const [teacher, post] of seers) {
    await eventually(`${teacher.name} to see ${what}`, async () => wished(await treeOf(teacher, post)), () => treeOf(teacher, post));
  }
}

async function chain(peer, tom, priya) {
  const begun = Date.now();
  const first = await tom.publish({ status: `${TITLES[0]}\n${PRACTICE}` });
  const second = await priya.publish({ status: `${TITLES[1]}\nAdapted from ${first.url}. Changed: the colours\n${PRACTICE}` });
  const third = await carolAdapts(peer, TITLES[2], second.url);
  await has(tom, third.id.href);
  const fourth = await tom.publish({ status: `${TITLES[3]}\nBased on ${third.id.href}\n${PRACTICE}` });
  await priya.publish({ status: `${TITLES[4]}\nAdapted from ${fourth.url}\n${PRACTICE}` });
  const seers = [[tom, first], [priya, second]];
  const expected = TITLES.slice(1).map((title, place) => `${TITLES[place]} > ${title}`).sort();
  await bothSee("five posts and four ties", seers, (tree) =>
    tree.nodes.length === 5 && String(tiesOf(tree).sort()) === String(expected));
  const took = Date.now() - begun;
  assert.ok(took < 30_000, `the chain is seen everywhere after ${took} ms`);
  for (const [teacher, post] of seers) {
    const tree = await treeOf(teacher, post);
    const carols = tree.nodes.find((node) => node.title === TITLES[2]);
    assert.equal(carols.account.acct, `carol@${peer.host}`);
    assert.equal(carols.uri, third.id.href);
    assert.equal(tree.truncated, false);
    const toCarol = tree.edges.find((edge) => edge.derived === carols.key);
    assert.equal(toCarol.context, "Changed: outdoors");
    // Her server says nothing of what comes from her posts.
    assert.equal(tree.edges.find((edge) => edge.source === carols.key).state, "claimed");
  }
  return { third, seers, took };
}

async function theThirdGoes(peer, { third, seers }) {
  const [ada, bo] = await Promise.all(seers.map(([teacher]) => peer.context.lookupObject(teacher.uri)));
  await peer.deletes("carol", third, [ada, bo]);
  await bothSee("what is left", seers, (tree) => tree.nodes.some((node) => node.state === "deleted"));
  for (const [teacher, post] of seers) {
    const tree = await treeOf(teacher, post);
    assert.deepEqual(tree.nodes.map((node) => node.state).sort(), ["deleted", "shown", "shown", "shown", "shown"]);
    assert.equal(tree.edges.length, 4);
    assert.deepEqual(titlesOf(tree).filter(Boolean).sort(), TITLES.filter((title) => title !== TITLES[2]).sort());
    const gone = tree.nodes.find((node) => node.state === "deleted");
    assert.deepEqual([gone.uri, gone.title, gone.account], [third.id.href, null, null]);
  }
}

/** What Carol says of a post of Tom's is not true, and she says it in every way she can. */
async function aFalseClaim(peer, tom, priya) {
  const source = await tom.publish({ status: "Seating plans" });
  const claim = await carolAdapts(peer, "Better seating plans", source.url);
  const states = async (teacher, post) => (await treeOf(teacher, post)).edges.map((edge) => edge.state);
  await eventually("the claim", async () => (await states(tom, source)).length === 1);
  const tomThere = await peer.context.lookupObject(tom.uri);
  const document = await (await fetch(source.uri, { headers: { accept: "application/activity+json" } })).json();
  const everybody = { to: PUBLIC_COLLECTION, cc: tom.uri };
  await peer.does("carol", Add, { object: claim.id, target: new URL(document.hadDerivation), ...everybody }, tomThere);
  await peer.edits("carol", claim, { content: `${claim.content}<p>Tom has agreed.</p>` }, [tomThere]);
  // What she says next is read after that.
  await peer.writes("carol", { content: "That was that" });
  for (const teacher of [tom, priya]) await teacher.reads("what came after", (status) => status.content.includes("That was that"));
  assert.deepEqual(await states(tom, source), ["claimed"]);
  const there = await has(priya, claim.id.href);
  assert.deepEqual(await states(priya, there), ["claimed"]);
  const list = await (await fetch(document.hadDerivation, { headers: { accept: "application/activity+json" } })).json();
  assert.ok(!JSON.stringify(list).includes(claim.id.href));
}

async function story(program, databases) {
  const peer = await Peer.open();
  const schools = [];
  try {
    for (const database of databases) schools.push(await School.open(program, database));
    const [tom, priya] = [await schools[0].teacher("tom"), await schools[1].teacher("priya")];
    await peer.person("carol");
    for (const teacher of [tom, priya]) await teacher.follows(`carol@${peer.host}`);
    const seen = await chain(peer, tom, priya);
    await theThirdGoes(peer, seen);
    await aFalseClaim(peer, tom, priya);
    console.log(`lineage: five posts over three servers, on ${databases[0].name}, seen everywhere ${seen.took} ms after the first`);
  } finally {
    peer.close();
    for (const school of schools) await school.close();
  }
}

await story(process.argv[2], [sqlite, sqlite]);
await story(process.argv[2], [await postgres(), await postgres()]);
