// The page that shows and tries what /api/openapi.json describes. Everything is written as text, nothing as HTML.
"use strict";

const METHODS = ["get", "post", "put", "patch", "delete"];
const place = (id) => document.getElementById(id);

function element(name, text, parent) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (parent) parent.append(made);
  return made;
}

function field(parent, name, kind) {
  const label = element("label", name, parent);
  const input = element(kind === "area" ? "textarea" : "input", "", label);
  if (kind !== "area") input.type = kind;
  return input;
}

/** Who may ask, in words. */
function who(operation) {
  const ways = operation.security;
  if (!ways) return "Without a token.";
  const scopes = ways.filter((way) => way.oauth).map((way) => way.oauth.join(" ") || "any scope");
  const open = ways.some((way) => !way.oauth) ? " It also works without a token." : "";
  return `Token with ${scopes.join(" or ")}.${open} ${operation.description ?? ""}`;
}

/** The names of the files that a multipart body may have. */
function files(operation) {
  const form = operation.requestBody?.content?.["multipart/form-data"]?.schema;
  const parts = (form?.allOf ?? []).flatMap((part) => Object.entries(part.properties ?? {}));
  return parts.filter(([, schema]) => schema.format === "binary").map(([name]) => name);
}

/** `{ "status": "", … }`: what could be said. */
function example(operation) {
  const schema = operation.requestBody?.content?.["application/json"]?.schema;
  const parts = schema?.allOf ?? [schema ?? {}];
  const names = parts.flatMap((part) => Object.keys(part.properties ?? {}));
  return `{}\n// ${names.join(", ")}`;
}

function body(area, inputs) {
  const text = area.value.replace(/^\s*\/\/.*$/gm, "").trim() || "{}";
  if (inputs.every(([, input]) => input.files.length === 0)) {
    return { headers: { "Content-Type": "application/json" }, body: text };
  }
  const form = new FormData();
  for (const [name, value] of Object.entries(JSON.parse(text))) form.append(name, value);
  for (const [name, input] of inputs) if (input.files.length) form.append(name, input.files[0]);
  return { headers: {}, body: form };
}

async function send(method, path, said, content) {
  let address = path;
  const query = new URLSearchParams();
  for (const [parameter, input] of said) {
    if (parameter.in === "path") {
      address = address.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    } else if (input.value) {
      query.append(parameter.name, input.value);
    }
  }
  if (query.size) address += `?${query}`;
  const headers = { ...content?.headers };
  const token = place("token").value.trim();
  if (token) headers.Authorization = `Bearer ${token}`;
  const options = { method: method.toUpperCase(), headers, body: content?.body, credentials: "omit" };
  const answer = await fetch(address, options);
  const kind = answer.headers.get("content-type") ?? "";
  if (kind.startsWith("text/event-stream")) {
    await answer.body.cancel();
    return `${answer.status}: a stream, which is closed again`;
  }
  const text = await answer.text();
  const shown = kind.startsWith("application/json") ? JSON.stringify(JSON.parse(text), null, 2) : text;
  const link = answer.headers.get("link");
  return [`${answer.status} ${kind}`, link && `Link: ${link}`, shown].filter(Boolean).join("\n");
}

/** Drawn when it is opened: there are hundreds. */
function draw(parent, method, path, operation) {
  element("p", operation.summary, parent);
  element("p", who(operation), parent);
  const form = element("form", "", parent);
  const said = (operation.parameters ?? []).map((parameter) => [parameter, field(form, parameter.name, "text")]);
  const takes = operation.requestBody && field(form, "Body (JSON)", "area");
  if (takes) takes.value = example(operation);
  const inputs = files(operation).map((name) => [name, field(form, name, "file")]);
  element("button", "Send", form);
  const shown = element("pre", "", parent);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    shown.textContent = "…";
    try {
      shown.textContent = await send(method, path, said, takes && body(takes, inputs));
    } catch (error) {
      shown.textContent = String(error);
    }
  });
}

function show(api) {
  const all = [];
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of METHODS.filter((name) => item[name])) {
      const operation = item[method];
      const details = element("details", "", place("operations"));
      if (operation.deprecated) details.className = "old";
      const summary = element("summary", "", details);
      element("b", method.toUpperCase(), summary);
      summary.append(` ${path}`);
      const once = () => draw(details, method, path, operation);
      details.addEventListener("toggle", once, { once: true });
      all.push([details, `${method} ${path} ${operation.summary}`.toLowerCase()]);
    }
  }
  const count = () => {
    const words = place("find").value.toLowerCase().split(/\s+/);
    for (const [details, text] of all) details.hidden = !words.every((word) => text.includes(word));
    place("state").textContent = `${all.filter(([details]) => !details.hidden).length} operations`;
  };
  place("find").addEventListener("input", count);
  count();
}

fetch("/api/openapi.json")
  .then((answer) => answer.json())
  .then(show)
  .catch((error) => { place("state").textContent = String(error); });
