#!/usr/bin/env python3
"""Takes the facts out of a description of Mastodon's API: which operations there are, what each answers,
which fields an entity has, of which type, required or not. No sentence is taken.

    make.py FOLDER     the folder has mastodon-openapi.json (https://github.com/abraham/mastodon-openapi),
                       mastodon-extra-operations.json and api-surface.tsv

Writes operations.tsv and entities.tsv beside itself.
"""

import csv
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = pathlib.Path(sys.argv[1])
api = json.loads((FOLDER / "mastodon-openapi.json").read_text())
extra = json.loads((FOLDER / "mastodon-extra-operations.json").read_text())["operations"]
schemas = api["components"]["schemas"]
entities = {}
FORMATS = {"date-time", "date", "uri"}
# Where the description is wrong about Mastodon.
CORRECTED = {
    ("GET", "/api/v1/filters"): "[V1Filter]",
    ("DELETE", "/api/v2/filters/statuses/{id}"): "-",
} | {
    # It answers {} to whatever removes such a rule.
    ("DELETE", f"/api/v1/admin/{kind}/{{id}}"): "-"
    for kind in (
        "canonical_email_blocks",
        "domain_allows",
        "domain_blocks",
        "email_domain_blocks",
        "ip_blocks",
    )
}


def name_of(reference):
    return reference.rsplit("/", 1)[-1]


def kind(schema, place):
    """The type of a schema, as README.md explains it; `place` names what has no name."""
    if not schema:
        return "any"
    if "$ref" in schema:
        name = name_of(schema["$ref"])
        target = schemas[name]
        if "enum" in target or target.get("type") not in (None, "object"):
            return kind(target, name)
        entity(name, target)
        return name
    for key in ("oneOf", "anyOf"):
        if key in schema:
            kinds = [kind(one, place) for one in schema[key]]
            null = "null" in kinds or any(one.endswith("?") for one in kinds)
            kinds = list(dict.fromkeys(one.rstrip("?") for one in kinds if one != "null"))
            return "/".join(kinds) + ("?" if null else "")
    if "allOf" in schema:
        merged = {"type": "object", "properties": {}, "required": []}
        for part in schema["allOf"]:
            part = schemas[name_of(part["$ref"])] if "$ref" in part else part
            merged["properties"] |= part.get("properties", {})
            merged["required"] += part.get("required", [])
        return kind(merged, place)
    types = schema.get("type", "any")
    null = isinstance(types, list) and "null" in types
    if isinstance(types, list):
        types = next((one for one in types if one != "null"), "null")
    mark = "?" if null else ""
    if "enum" in schema:
        return "=" + "|".join(str(word) for word in schema["enum"]) + mark
    if types == "array":
        return f"[{kind(schema.get('items'), place)}]" + mark
    if types == "object":
        if schema.get("properties"):
            entity(place, schema)
            return place + mark
        if isinstance(schema.get("additionalProperties"), dict):
            return "{" + kind(schema["additionalProperties"], place) + "}" + mark
        return "object" + mark
    if types == "string" and schema.get("format") in FORMATS:
        return schema["format"] + mark
    return types + mark


def entity(name, schema):
    if name in entities:
        return
    entities[name] = rows = []
    for field, part in sorted(schema.get("properties", {}).items()):
        need = "always" if field in schema.get("required", []) else "maybe"
        rows.append((field, need, kind(part, f"{name}.{field}")))


def answer(method, path):
    if (method, path) in CORRECTED:
        return CORRECTED[method, path]
    for operation in extra:
        if (operation["method"], operation["path"]) == (method, path):
            returns = operation.get("returns")
            if not returns:
                return "-"
            name = returns.strip("[]")
            if name not in schemas:
                return "-"
            found = kind({"$ref": f"#/components/schemas/{name}"}, name)
            return f"[{found}]" if returns.startswith("[") else found
    operation = api["paths"].get(path, {}).get(method.lower())
    if not operation:
        return "-"
    content = operation["responses"].get("200", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    words = [word for word in path.split("/") if word and not word.startswith(("{", "v", "api"))]
    return kind(schema, "".join(word.title() for word in words)) if schema else "-"


with (FOLDER / "api-surface.tsv").open() as file:
    surface = list(csv.DictReader(file, delimiter="\t"))
with (HERE / "operations.tsv").open("w") as file:
    file.write("# method, path, tier, what it answers\n")
    for row in sorted(surface, key=lambda row: (row["tier"], row["path"], row["method"])):
        cells = (row["method"], row["path"], row["tier"], answer(row["method"], row["path"]))
        file.write("\t".join(cells) + "\n")
with (HERE / "entities.tsv").open("w") as file:
    file.write("# entity, field, whether it is always there, type\n")
    for name, rows in sorted(entities.items()):
        for row in rows:
            file.write("\t".join((name, *row)) + "\n")
