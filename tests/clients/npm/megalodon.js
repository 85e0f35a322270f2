// Drives every operation that megalodon offers for Mastodon, as a teacher would.
import generator from "megalodon";
import { Driver, eventually, pictureFile, pushKeys } from "./driver.js";
import { memberOf, members, resultsOf, shapeOf } from "./shapes.js";

const { base, tokens, announcement } = JSON.parse(process.argv[2]);
const { checker, type } = shapeOf('import { MegalodonInterface } from "megalodon"; export type Shape = MegalodonInterface;');
// What is answered is in `data`, but for apps, tokens and streams, which are what they are.
const operations = new Map(members(checker, type).map(({ name, type: inner }) =>
  [name, resultsOf(checker, inner).map(result => memberOf(checker, result, "data") ?? result)]));
const driver = new Driver("megalodon", checker, operations, async (client, operation, ...words) => {
  const answer = await client[operation](...words);
  return answer?.headers && "data" in answer ? answer.data : answer;
});
const as = token => {
  const client = generator.default?.("mastodon", base, token) ?? generator("mastodon", base, token);
  return (operation, ...words) => driver.go(client, operation, ...words);
};
const [ada, bo, cy] = [tokens.ada, tokens.bo, tokens.cy].map(as);

const me = await ada("verifyAccountCredentials");
const ofBo = await bo("verifyAccountCredentials");
const ofCy = await cy("verifyAccountCredentials");

await driver.chapter(accounts);
await driver.chapter(statuses);
await driver.chapter(arranging);
await driver.chapter(notifications);
await driver.chapter(house);
await driver.chapter(streaming);
await driver.chapter(programs);
driver.finish();

async function accounts() {
  await ada("updateCredentials", { display_name: "Ada", note: "Maths", fields_attributes: [{ name: "Room", value: "12" }] });
  for (const what of ["getAccount", "followAccount", "getAccountStatuses", "getAccountFollowers", "getAccountFollowing", "getAccountLists", "getIdentityProof",
    "getAccountFavourites", "subscribeAccount", "unsubscribeAccount", "unmuteAccount", "pinAccount", "getEndorsements", "unpinAccount", "getRelationship"])
    await ada(what, ...(what === "getEndorsements" ? [] : [ofBo.id]));
  await ada("setAccountNote", ofBo.id, "met in Bath");
  await ada("getRelationships", [ofBo.id, ofCy.id]);
  await ada("searchAccount", "bo");
  await ada("lookupAccount", "bo");
  await ada("blockAccount", ofCy.id);
  await ada("getBlocks");
  await ada("unblockAccount", ofCy.id);
  await ada("muteAccount", ofCy.id, true);
  await ada("getMutes");
  await ada("unmuteAccount", ofCy.id);
  await bo("updateCredentials", { locked: true });
  for (const answer of ["rejectFollowRequest", "acceptFollowRequest"]) {
    await cy("followAccount", ofBo.id);
    await bo("getFollowRequests");
    await bo(answer, ofCy.id);
  }
  await cy("unfollowAccount", ofBo.id);
  await bo("followAccount", me.id);
  await ada("getPreferences");
  await ada("getSuggestions");
}

async function statuses() {
  const media = await ada("uploadMedia", pictureFile(), { description: "A dot" });
  await ada("getMedia", media.id);
  await ada("updateMedia", media.id, { description: "A point" });
  const { id } = await ada("postStatus", "Fold it twice. #Fractions", { media_ids: [media.id], language: "en" });
  await bo("postStatus", "@ada And once more.", { in_reply_to_id: id });
  for (const deed of ["favouriteStatus", "reblogStatus", "bookmarkStatus", "muteStatus", "unmuteStatus"]) await bo(deed, id);
  await bo("getFavourites");
  await bo("getBookmarks");
  for (const what of ["getStatus", "getStatusContext", "getStatusSource", "getStatusRebloggedBy", "getStatusFavouritedBy", "pinStatus", "unpinStatus"]) await ada(what, id);
  for (const deed of ["unfavouriteStatus", "unreblogStatus", "unbookmarkStatus"]) await bo(deed, id);
  await ada("editStatus", id, { status: "Fold it three times. #Fractions", media_ids: [media.id] });
  const { poll } = await ada("postStatus", "Tea?", { poll: { options: ["yes", "no"], expires_in: 600 } });
  await bo("getPoll", poll.id);
  await bo("votePoll", poll.id, [0]);
  const week = days => new Date(Date.now() + days * 86_400_000).toISOString();
  const later = await ada("postStatus", "Next week", { scheduled_at: week(7) });
  await ada("getScheduledStatuses");
  await ada("getScheduledStatus", later.id);
  await ada("scheduleStatus", later.id, week(8));
  await ada("cancelScheduledStatus", later.id);
  for (const line of ["Public", "Local", "Home"]) await ada(`get${line}Timeline`);
  await ada("getTagTimeline", "fractions");
  await bo("postStatus", "@ada a word?", { visibility: "direct" });
  const talk = (await eventually(async () => (await ada("getConversationTimeline"))?.[0])).id;
  await ada("readConversation", talk);
  await ada("deleteConversation", talk);
  await ada("search", "fractions", { type: "hashtags" });
  for (const deed of ["followTag", "getTag", "unfollowTag"]) await ada(deed, "fractions");
  await ada("getFollowedTags");
  const featured = await ada("createFeaturedTag", "fractions");
  await ada("getFeaturedTags");
  await ada("getSuggestedTags");
  await ada("deleteFeaturedTag", featured.id);
  for (const what of ["createEmojiReaction", "getEmojiReaction", "deleteEmojiReaction"]) await ada(what, id, "👍");
  await ada("getEmojiReactions", id);
  const gone = await ada("postStatus", "Not for long");
  await ada("deleteStatus", gone.id);
}

async function arranging() {
  const list = await ada("createList", "Science");
  await ada("getLists");
  await ada("getList", list.id);
  await ada("updateList", list.id, "Sciences");
  await ada("addAccountsToList", list.id, [ofBo.id]);
  await ada("getAccountsInList", list.id);
  await ada("getListTimeline", list.id);
  await ada("deleteAccountsFromList", list.id, [ofBo.id]);
  await ada("deleteList", list.id);
  const filter = await ada("createFilter", "mock", ["home"]);
  await ada("getFilters");
  await ada("getFilter", filter.id);
  await ada("updateFilter", filter.id, "mocks", ["home"]);
  await ada("deleteFilter", filter.id);
  await ada("saveMarkers", { home: { last_read_id: "1" }, notifications: { last_read_id: "1" } });
  await ada("getMarkers", ["home", "notifications"]);
  await ada("blockDomain", "elsewhere.example");
  await ada("getDomainBlocks");
  await ada("unblockDomain", "elsewhere.example");
  await ada("report", ofCy.id, { comment: "Adverts", category: "spam" });
}

async function notifications() {
  const told = await eventually(async () => { const all = await ada("getNotifications"); return all?.length > 2 && all; });
  await ada("getNotification", told[0].id);
  await ada("readNotifications", { id: told[0].id });
  await ada("dismissNotification", told[0].id);
  await ada("dismissNotifications");
  await ada("subscribePushNotification", { endpoint: "https://push.example/ada", keys: pushKeys }, { alerts: { mention: true } });
  await ada("getPushSubscription");
  await ada("updatePushSubscription", { alerts: { follow: true } });
  await ada("deletePushSubscription");
}

async function house() {
  for (const what of ["getInstance", "getInstancePeers", "getInstanceActivity", "getInstanceTrends", "getInstanceDirectory", "getInstanceCustomEmojis",
    "getInstanceAnnouncements"]) await ada(what);
  await ada("addReactionToAnnouncement", announcement, "👍");
  await ada("removeReactionFromAnnouncement", announcement, "👍");
  await ada("dismissInstanceAnnouncement", announcement);
}

async function streaming() {
  await ada("streamingURL");
  const list = await ada("createList", "Heard");
  for (const [what, ...words] of [["user"], ["public"], ["local"], ["tag", "fractions"], ["list", list.id], ["direct"]]) {
    const stream = await ada(`${what}Streaming`, ...words);
    if (!stream) continue;
    const connected = await new Promise(resolve => {
      stream.on("connect", () => resolve(true));
      stream.on("error", () => resolve(false));
      setTimeout(resolve, 5000, false).unref();
    });
    if (!connected) driver.note(`${what}Streaming`, "is not connected");
    stream.stop();
  }
}

async function programs() {
  const program = as(undefined);
  const words = { scopes: ["read", "write"], redirect_uris: "urn:ietf:wg:oauth:2.0:oob" };
  const app = await program("createApp", "Story", words);
  await program("registerApp", "Story", words);
  const form = { grant_type: "client_credentials", client_id: app.client_id, client_secret: app.client_secret, scope: "read write" };
  const token = (await (await fetch(`${base}/oauth/token`, { method: "POST", body: new URLSearchParams(form) })).json()).access_token;
  await as(token)("verifyAppCredentials");
  await as(token)("registerAccount", "eve", "eve@school.example", "chalk and cheese", true, "en", "I teach");
  await program("fetchAccessToken", app.client_id, app.client_secret, "no-such-code", words.redirect_uris);
  await program("refreshToken", app.client_id, app.client_secret, token);
  await program("revokeToken", app.client_id, app.client_secret, token);
  await program("cancel");
}
