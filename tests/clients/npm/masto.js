// Drives every operation that masto offers, as a teacher and a moderator would.
import { createRestAPIClient } from "masto";
import { Driver, eventually, picture, pushKeys } from "./driver.js";
import { members, resultsOf, shapeOf } from "./shapes.js";

const { base, tokens, announcement } = JSON.parse(process.argv[2]);
const { checker, type } = shapeOf('import { mastodon } from "masto"; export type Shape = mastodon.rest.Client;');
const operations = new Map();
walk(type, "");

function walk(resource, at) {
  for (const { name, type: inner } of members(checker, resource)) {
    const results = resultsOf(checker, inner);
    if (name === "$select") walk(results[0], `${at}$.`);
    else if (results.length) operations.set(`${at}${name}`, results);
    else walk(inner, `${at}${name}.`);
  }
}

const driver = new Driver("masto", checker, operations, (client, operation, selected, ...params) => {
  const ids = [selected].flat();
  const words = operation.split(".");
  const method = words.pop();
  const resource = words.reduce((found, word) => (word === "$" ? found.$select(ids.shift()) : found[word]), client);
  return resource[method](...params);
});
const as = token => (operation, ...words) =>
  driver.go(createRestAPIClient({ url: base, accessToken: token }), operation, ...(operation.includes("$") ? words : [[], ...words]));
const [ada, bo, cy] = [tokens.ada, tokens.bo, tokens.cy].map(as);

const me = await ada("v1.accounts.verifyCredentials");
const ofBo = await bo("v1.accounts.verifyCredentials");
const ofCy = await cy("v1.accounts.verifyCredentials");

await driver.chapter(accounts);
await driver.chapter(statuses);
await driver.chapter(arranging);
await driver.chapter(notifications);
await driver.chapter(house);
await driver.chapter(moderation);
driver.finish();

async function accounts() {
  await ada("v1.accounts.fetch", { id: [me.id, ofBo.id] });
  await ada("v1.accounts.lookup", { acct: "bo" });
  await ada("v1.accounts.search.list", { q: "bo" });
  await ada("v1.accounts.$.fetch", ofBo.id);
  for (const deed of ["follow", "mute", "unmute", "pin", "unpin", "endorse"]) await ada(`v1.accounts.$.${deed}`, ofBo.id);
  await ada("v1.accounts.$.endorsements.list", me.id);
  await ada("v1.endorsements.list");
  await ada("v1.accounts.$.unendorse", ofBo.id);
  await ada("v1.accounts.$.note.create", ofBo.id, { comment: "met in Bath" });
  await ada("v1.accounts.relationships.fetch", { id: [ofBo.id] });
  await ada("v1.accounts.familiarFollowers.fetch", { id: [ofBo.id] });
  await ada("v1.accounts.$.followers.list", ofBo.id);
  await ada("v1.accounts.$.following.list", me.id);
  await ada("v1.accounts.$.identityProofs.list", me.id);
  await bo("v1.accounts.$.removeFromFollowers", me.id);
  await ada("v1.accounts.$.block", ofCy.id);
  await ada("v1.blocks.list");
  await ada("v1.accounts.$.unblock", ofCy.id);
  await ada("v1.accounts.$.mute", ofCy.id, { duration: 60 });
  await ada("v1.mutes.list");
  await ada("v1.accounts.$.unmute", ofCy.id);
  await bo("v1.accounts.updateCredentials", { locked: true, note: "Maths", fieldsAttributes: [{ name: "Room", value: "12" }] });
  for (const answer of ["reject", "authorize"]) {
    await cy("v1.accounts.$.follow", ofBo.id);
    await bo("v1.followRequests.list");
    await bo(`v1.followRequests.$.${answer}`, ofCy.id);
  }
  await cy("v1.accounts.$.unfollow", ofBo.id);
  await bo("v1.accounts.updateCredentials", { locked: false, discoverable: true });
  await ada("v1.accounts.$.follow", ofBo.id);
  await bo("v1.accounts.$.follow", me.id);
  await ada("v1.profile.fetch");
  await ada("v1.profile.update", { displayName: "Ada", avatar: picture(), header: picture() });
  await ada("v1.profile.avatar.remove");
  await ada("v1.profile.header.remove");
  await ada("v1.preferences.fetch");
  await ada("v1.directory.list");
  await ada("v1.suggestions.list");
  await ada("v2.suggestions.list");
  await ada("v1.suggestions.$.remove", ofCy.id);
}

async function statuses() {
  const media = await ada("v2.media.create", { file: picture(), description: "A dot" });
  await ada("v1.media.create", { file: picture() });
  await ada("v1.media.$.fetch", media.id);
  await ada("v1.media.$.update", media.id, { description: "A point", focus: "0.1,0.2" });
  const posted = await ada("v1.statuses.create", { status: "Fold it twice. #Fractions", mediaIds: [media.id], language: "en" });
  const id = posted.id;
  await ada("v1.statuses.fetch", { id: [id] });
  await ada("v1.statuses.$.fetch", id);
  const answer = await bo("v1.statuses.create", { status: `@ada And once more: ${base}/about`, inReplyToId: id });
  await bo("v1.statuses.create", { status: "Well said.", quotedStatusId: id });
  for (const deed of ["favourite", "reblog", "bookmark"]) await bo(`v1.statuses.$.${deed}`, id);
  await bo("v1.favourites.list");
  await bo("v1.bookmarks.list");
  await ada("v1.statuses.$.rebloggedBy.list", id);
  await ada("v1.statuses.$.favouritedBy.list", id);
  await ada("v1.statuses.$.quotes.list", id);
  await ada("v1.statuses.$.context.fetch", id);
  await ada("v1.statuses.$.card.fetch", answer.id);
  for (const deed of ["pin", "unpin", "mute", "unmute"]) await ada(`v1.statuses.$.${deed}`, id);
  await ada("v1.statuses.$.update", id, { status: "Fold it three times. #Fractions", mediaIds: [media.id] });
  await ada("v1.statuses.$.history.list", id);
  await ada("v1.statuses.$.source.fetch", id);
  await bo("v1.statuses.$.translate", id, { lang: "de" });
  for (const line of ["home", "public", "direct"]) await ada(`v1.timelines.${line}.list`);
  await ada("v1.timelines.tag.$.list", "fractions");
  await ada("v1.timelines.link.list", { url: `${base}/about` });
  await ada("v1.accounts.$.statuses.list", me.id);
  await ada("v1.search.list", { q: "fold" });
  await ada("v2.search.list", { q: "fold" });
  await ada("v2.search.list", { q: "fractions", type: "hashtags" });
  const poll = (await ada("v1.statuses.create", { status: "Tea?", poll: { options: ["yes", "no"], expiresIn: 600 } })).poll;
  await bo("v1.polls.$.votes.create", poll.id, { choices: [0] });
  await ada("v1.polls.$.fetch", poll.id);
  const week = days => new Date(Date.now() + days * 86_400_000).toISOString();
  const later = await ada("v1.statuses.create", { status: "Next week", scheduledAt: week(7) });
  await ada("v1.scheduledStatuses.list");
  await ada("v1.scheduledStatuses.$.fetch", later.id);
  await ada("v1.scheduledStatuses.$.update", later.id, { scheduledAt: week(8) });
  await ada("v1.scheduledStatuses.$.remove", later.id);
  await bo("v1.statuses.create", { status: "@ada a word?", visibility: "direct" });
  const talk = (await eventually(async () => (await ada("v1.conversations.list"))?.[0])).id;
  for (const deed of ["read", "unread", "remove"]) await ada(`v1.conversations.$.${deed}`, talk);
  for (const deed of ["unfavourite", "unreblog", "unbookmark"]) await bo(`v1.statuses.$.${deed}`, id);
  for (const deed of ["feature", "unfeature", "follow"]) await ada(`v1.tags.$.${deed}`, "fractions");
  await ada("v1.tags.$.fetch", "fractions");
  await ada("v1.followedTags.list");
  await ada("v1.tags.$.unfollow", "fractions");
  const featured = await ada("v1.featuredTags.create", { name: "fractions" });
  await ada("v1.featuredTags.list");
  await ada("v1.featuredTags.suggestions.list");
  await ada("v1.accounts.$.featuredTags.list", me.id);
  await ada("v1.featuredTags.$.remove", featured?.id);
  const gone = await ada("v1.statuses.create", { status: "Not for long" });
  await ada("v1.statuses.$.remove", gone.id);
}

async function arranging() {
  const list = await ada("v1.lists.create", { title: "Science" });
  await ada("v1.lists.list");
  await ada("v1.lists.$.fetch", list.id);
  await ada("v1.lists.$.update", list.id, { title: "Sciences" });
  await ada("v1.lists.$.accounts.create", list.id, { accountIds: [ofBo.id] });
  await ada("v1.lists.$.accounts.list", list.id);
  await ada("v1.accounts.$.lists.list", ofBo.id);
  await ada("v1.timelines.list.$.list", list.id);
  await ada("v1.lists.$.accounts.remove", list.id, { accountIds: [ofBo.id] });
  await ada("v1.lists.$.remove", list.id);

  const status = (await ada("v1.timelines.home.list"))[0];
  const filter = await ada("v2.filters.create", { title: "Mocks", context: ["home"], filterAction: "warn", keywordsAttributes: [{ keyword: "mock" }] });
  await ada("v2.filters.list");
  await ada("v2.filters.$.fetch", filter.id);
  await ada("v2.filters.$.update", filter.id, { title: "Mock exams" });
  const keyword = await ada("v2.filters.$.keywords.create", filter.id, { keyword: "exam", wholeWord: true });
  await ada("v2.filters.$.keywords.list", filter.id);
  await ada("v2.filters.keywords.$.fetch", keyword.id);
  await ada("v2.filters.keywords.$.update", keyword.id, { keyword: "exams" });
  await ada("v2.filters.keywords.$.remove", keyword.id);
  const match = await ada("v2.filters.$.statuses.create", filter.id, { statusId: status.id });
  await ada("v2.filters.$.statuses.list", filter.id);
  await ada("v2.filters.statuses.$.fetch", match.id);
  await ada("v2.filters.statuses.$.remove", match.id);
  await ada("v2.filters.$.remove", filter.id);
  const first = await ada("v1.filters.create", { phrase: "exam", context: ["home"] });
  await ada("v1.filters.list");
  await ada("v1.filters.$.fetch", first.id);
  await ada("v1.filters.$.update", first.id, { phrase: "exams", context: ["home"] });
  await ada("v1.filters.$.remove", first.id);

  await ada("v1.markers.create", { home: { lastReadId: status.id }, notifications: { lastReadId: "1" } });
  await ada("v1.markers.fetch", { timeline: ["home", "notifications"] });
  await ada("v1.domainBlocks.create", { domain: "elsewhere.example" });
  await ada("v1.domainBlocks.list");
  await ada("v1.domainBlocks.remove", { domain: "elsewhere.example" });

  await cy("v1.accounts.updateCredentials", { discoverable: true });
  const shelf = (await ada("v1.collections.create", { name: "Colleagues", description: "", sensitive: false, discoverable: true }))?.collection;
  await ada("v1.collections.$.update", shelf?.id, { name: "Friends" });
  const item = (await ada("v1.collections.$.items.create", shelf?.id, { accountId: ofBo.id }))?.collectionItem;
  await ada("v1.collections.$.fetch", shelf?.id);
  await ada("v1.accounts.$.collections.list", me.id);
  await bo("v1.accounts.$.inCollections.list", ofBo.id);
  await bo("v1.collections.$.items.$.revoke", [shelf?.id, item?.id]);
  const again = (await ada("v1.collections.$.items.create", shelf?.id, { accountId: ofCy.id }))?.collectionItem;
  await ada("v1.collections.$.items.$.remove", [shelf?.id, again?.id]);
  await ada("v1.collections.$.remove", shelf?.id);

  const subscription = { endpoint: "https://push.example/ada", keys: pushKeys, standard: true };
  await ada("v1.push.subscription.create", { subscription, data: { alerts: { mention: true } }, policy: "all" });
  await ada("v1.push.subscription.fetch");
  await ada("v1.push.subscription.update", { data: { alerts: { follow: true } }, policy: "all" });
  await ada("v1.push.subscription.remove");
}

async function notifications() {
  const told = (await eventually(async () => { const all = await ada("v1.notifications.list"); return all?.length > 2 && all; }));
  await ada("v1.notifications.fetch", { types: ["mention"] });
  await ada("v1.notifications.$.fetch", told[0].id);
  await ada("v1.notifications.unreadCount.fetch");
  const group = (await ada("v2.notifications.list")).notificationGroups[0].groupKey;
  await ada("v2.notifications.$.fetch", group);
  await ada("v2.notifications.$.accounts.fetch", group);
  await ada("v2.notifications.unreadCount.fetch");
  await ada("v2.notifications.$.dismiss", group);
  await ada("v2.notifications.policy.fetch");
  await ada("v2.notifications.policy.update", { forNotFollowing: "filter" });
  const asks = async writer => {
    await writer("v1.statuses.create", { status: "@ada do you read this?" });
    return (await eventually(async () => (await ada("v1.notifications.requests.list"))?.[0])).id;
  };
  const request = await asks(cy);
  await ada("v1.notifications.requests.$.fetch", request);
  await ada("v1.notifications.requests.$.dismiss", request);
  await ada("v1.notifications.requests.dismiss", { id: [await asks(cy)] });
  await ada("v1.notifications.requests.$.accept", await asks(cy));
  await ada("v1.notifications.requests.accept", { id: [await asks(as(tokens.dee))] });
  await ada("v1.notifications.requests.merged.fetch");
  await ada("v1.notifications.$.dismiss", told[1].id);
  await ada("v1.notifications.clear");
}

async function house() {
  for (const what of ["v1.instance.fetch", "v2.instance.fetch", "v1.instance.peers.list", "v1.instance.activity.list", "v1.instance.languages.list",
    "v1.instance.extendedDescription.fetch", "v1.instance.translationLanguages.list", "v1.instance.domainBlocks.fetch", "v1.customEmojis.list",
    "v1.trends.statuses.list", "v1.trends.links.list", "v1.trends.tags.list", "v1.announcements.list", "v1.annualReports.list"]) await ada(what);
  await ada("v1.announcements.$.reactions.$.update", [announcement, "👍"]);
  await ada("v1.announcements.list");
  await ada("v1.announcements.$.reactions.$.remove", [announcement, "👍"]);
  await ada("v1.announcements.$.dismiss", announcement);
  const year = String(new Date().getFullYear());
  await ada("v1.annualReports.$.generate", year);
  await eventually(async () => (await ada("v1.annualReports.$.state.fetch", year))?.state === "available");
  for (const what of ["fetch", "read"]) await ada(`v1.annualReports.$.${what}`, year);
  const app = await ada("v1.apps.create", { clientName: "Story", redirectUris: "urn:ietf:wg:oauth:2.0:oob", scopes: "read write" });
  const form = { grant_type: "client_credentials", client_id: app.clientId, client_secret: app.clientSecret, scope: "read write" };
  const program = (await (await fetch(`${base}/oauth/token`, { method: "POST", body: new URLSearchParams(form) })).json()).access_token;
  await as(program)("v1.apps.verifyCredentials");
  for (const username of ["eve", "fay"])
    await as(program)("v1.accounts.create", { username, email: `${username}@school.example`, password: "chalk and cheese", agreement: true, locale: "en", reason: "I teach" });
}

async function moderation() {
  const posted = await cy("v1.statuses.create", { status: "Buy this" });
  await bo("v1.reports.create", { accountId: ofCy.id, statusIds: [posted.id], comment: "Adverts", category: "spam" });
  const report = (await ada("v1.admin.reports.list"))[0].id;
  for (const deed of ["fetch", "assignToSelf", "unassign", "resolve", "reopen"]) await ada(`v1.admin.reports.$.${deed}`, report);
  const pending = await ada("v1.admin.accounts.list", { pending: true });
  await ada("v1.admin.accounts.$.approve", pending?.[0]?.id);
  await ada("v1.admin.accounts.$.reject", pending?.[1]?.id);
  await ada("v1.admin.accounts.$.fetch", ofCy.id);
  for (const [kind, undo] of [["sensitive", "unsensitive"], ["silence", "unsilence"], ["disable", "enable"], ["suspend", "unsuspend"]]) {
    await ada("v1.admin.accounts.$.action.create", ofCy.id, { type: kind });
    await ada(`v1.admin.accounts.$.${undo}`, ofCy.id);
  }
  const days = { startAt: "2026-01-01", endAt: "2026-01-31" };
  await ada("v1.admin.dimensions.create", { keys: ["languages", "sources", "servers", "space_usage", "software_versions"], ...days });
  await ada("v1.admin.measures.create", { keys: ["active_users", "new_users", "interactions", "opened_reports", "resolved_reports"], ...days });
  await ada("v1.admin.retention.create", { ...days, frequency: "month" });
  for (const [area, words, changed] of [
    ["domainAllows", { domain: "friend.example" }],
    ["domainBlocks", { domain: "spam.example", severity: "silence" }, { severity: "suspend" }],
    ["emailDomainBlocks", { domain: "spam.example" }],
    ["ipBlocks", { ip: "192.0.2.0/24", severity: "sign_up_requires_approval", expiresIn: 3600 }, { comment: "Adverts" }],
    ["canonicalEmailBlocks", { email: "spam@spam.example" }],
  ]) {
    const made = await ada(`v1.admin.${area}.create`, words);
    await ada(`v1.admin.${area}.list`);
    await ada(`v1.admin.${area}.$.fetch`, made?.id);
    if (changed) await ada(`v1.admin.${area}.$.update`, made?.id, changed);
    if (area === "canonicalEmailBlocks") await ada("v1.admin.canonicalEmailBlocks.test", { email: "spam@spam.example" });
    await ada(`v1.admin.${area}.$.remove`, made?.id);
  }
  // What is in none of these lists, since nothing trends, has an id all the same; but for links, which are nowhere else.
  for (const [kind, id] of [["statuses", posted.id], ["tags", "fractions"], ["links", "1"], ["links.publishers", "1"]]) {
    await ada(`v1.admin.trends.${kind}.list`);
    for (const deed of ["approve", "reject"]) await ada(`v1.admin.trends.${kind}.$.${deed}`, id);
  }
  await as(tokens.dee)("v1.emails.confirmations.create", {});
}
