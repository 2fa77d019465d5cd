"""The document of the API as people read it: each call with its values, a request and an answer to copy."""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from .problems import MEDIA_TYPE
from .site import api

JSON = "application/json"
# A value of each kind where the document has no example.
PLAIN = {"string": "…", "integer": 1, "number": 1, "boolean": False, "null": None}


@dataclass(frozen=True)
class Value:
    """A parameter of a call, or a field of its body."""

    name: str
    place: str
    is_required: bool
    kind: str
    text: str


@dataclass(frozen=True)
class Call:
    name: str
    method: str
    path: str
    summary: str
    text: str
    scope: str
    values: list[Value]
    bodies: list[tuple[str, list[Value]]]
    request: str
    answer: str
    statuses: list[str]
    codes: list[tuple[str, int]]


class Manual:
    """Reads the document."""

    def __init__(self, document: dict):
        self.document = document

    def calls(self) -> list[Call]:
        paths = self.document["paths"].items()
        return [self.call(path, method, call) for path, calls in paths for method, call in calls.items()]

    def call(self, path: str, method: str, call: dict) -> Call:
        values = [self.value(each["name"], each["schema"], each) for each in call["parameters"]]
        body = self.body_of(call)
        good = {status: answer for status, answer in call["responses"].items() if int(status) < 300}
        said = next(iter(good.values())).get("content", {}).get(JSON)
        return Call(
            name=call["operationId"],
            method=method.upper(),
            path=path,
            summary=call["summary"],
            text=call.get("description", ""),
            scope=next((scopes[0] for way in call["security"] for scopes in way.values() if scopes), ""),
            values=values,
            bodies=[(part.get("title", ""), self.fields(part)) for part in self.parts(body)] if body else [],
            request=self.request(path, method, call, body),
            answer=text_of(self.sample(said["schema"])) if said else "",
            statuses=[str(status) for status in good],
            codes=codes_of(call),
        )

    def body_of(self, call: dict) -> dict | None:
        return call["requestBody"]["content"][JSON]["schema"] if "requestBody" in call else None

    def parts(self, schema: dict) -> list[dict]:
        """Return the bodies that a call takes: one, or one of several."""
        schema = self.resolved(schema)
        return [self.resolved(part) for part in schema.get("oneOf", schema.get("anyOf", [schema]))]

    def resolved(self, schema: dict) -> dict:
        if "$ref" in schema:
            return self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    def fields(self, schema: dict) -> list[Value]:
        required = schema.get("required", [])
        properties = schema.get("properties", {}).items()
        return [self.value(name, field, {"required": name in required}) for name, field in properties]

    def value(self, name: str, schema: dict, about: dict) -> Value:
        schema = self.resolved(schema)
        text = about.get("description") or schema.get("description", "")
        return Value(name, about.get("in", ""), about.get("required", False), self.kind_of(schema), text)

    def kind_of(self, schema: dict) -> str:
        """Return what a value may be, in a few words."""
        schema = self.resolved(schema)
        if "const" in schema or "enum" in schema:
            allowed = schema.get("enum", [schema.get("const")])
            return ", ".join(str(value) for value in allowed if value != "")
        several = [self.kind_of(part) for part in schema.get("anyOf", []) if part.get("type") != "null"]
        if several:
            return ", ".join(dict.fromkeys(filter(None, several)))
        return {"date-time": "RFC 3339"}.get(schema.get("format", ""), schema.get("type", ""))

    def request(self, path: str, method: str, call: dict, body: dict | None) -> str:
        """Return the call as a command to type."""
        for each in call["parameters"]:
            example = str(each.get("example", self.sample(each["schema"])))
            path = path.replace(f"{{{each['name']}}}", example)
        query = "&".join(f"{each['name']}={each['example']}" for each in asked(call))
        way = "" if method == "get" else f" -X {method.upper()}"
        lines = [f"curl{way} '{settings.PORTAL_URL}{path}{'?' + query if query else ''}'"]
        lines += ['-H "Authorization: Bearer $TOKEN"'] if call["security"] else []
        if body:
            lines.append(f"-H 'Content-Type: {JSON}'")
            lines.append(f"-d '{text_of(self.sample(self.parts(body)[0]))}'")
        return " \\\n  ".join(lines)

    def sample(self, schema: dict) -> Any:
        """Return a value that fits: the example, where there is one."""
        schema = self.resolved(schema)
        if "example" in schema or schema.get("examples"):
            return schema.get("example", schema.get("examples", [None])[0])
        for several in ("anyOf", "oneOf", "allOf"):
            if several in schema:
                return self.sample(schema[several][0])
        if schema.get("type") == "object":
            needed = schema.get("required", [])
            return {name: self.sample(field) for name, field in schema.get("properties", {}).items() if name in needed}
        if schema.get("type") == "array":
            return [self.sample(schema["items"])]
        if schema.get("format") == "date-time":
            return "2026-11-24T14:20:00Z"
        return schema.get("const", schema.get("enum", [PLAIN.get(schema.get("type", ""), "…")])[0])


def asked(call: dict) -> list[dict]:
    return [each for each in call["parameters"] if each["in"] == "query" and "example" in each]


def codes_of(call: dict) -> list[tuple[str, int]]:
    answers = call["responses"].items()
    problems = [(int(status), answer["content"].get(MEDIA_TYPE)) for status, answer in answers if "content" in answer]
    return [(code, status) for status, problem in problems if problem for code in problem["examples"]]


def text_of(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def calls() -> list[Call]:
    """Return every call of this portal’s API."""
    return Manual(api.get_openapi_schema()).calls()
