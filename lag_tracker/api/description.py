"""The description of the interface for programs (OpenAPI 3.1), made from the shapes of what is answered."""

import json
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from lag_tracker.api import shapes
from lag_tracker.api.narrowing import Slug, Walk
from lag_tracker.api.sorts import SORTS

REFERENCE = "#/components/schemas/{model}"
ABOUT = (
    "The public record of local groups: who they are, when they meet, what they talk about and decide. It is what the "
    "pages show to everyone, and only for reading. Texts stand in Latvian and English, null where there is none. "
    "Where OParl 1.1 has the same thing, it bears OParl's name; it is no complete OParl interface. "
    "Lists are walked by `links.next` and never counted. Every answer has an ETag: send it as If-None-Match, and an "
    "answer of 304 says that nothing has changed."
)
PROBLEMS = {
    "400": "Something was asked for that cannot be; `detail` says what.",
    "404": "There is no such record, or not everyone may see it.",
    "406": "The asker takes no JSON.",
    "503": "The database is away; the header Retry-After says when to try again.",
}


@lru_cache(maxsize=10)
def describe(name: str, home: str) -> bytes:
    """Return the description for the site with this name, whose addresses for programs begin with `home`."""
    described = {
        "openapi": "3.1.0",
        "info": {"title": name, "version": "1", "description": ABOUT},
        "servers": [{"url": home}],
        "paths": _paths(),
        "components": {"schemas": _schemas(), "responses": {code: _problem(code) for code in PROBLEMS}},
    }
    return json.dumps(described, ensure_ascii=False).encode()


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {"/v1": _asked("system", "What there is, and where.", shapes.System, refusals=("406",))}
    for name, sort in SORTS.items():
        shape = sort.shape
        about = (shape.__doc__ or "").partition("\n")[0]
        number = {"type": "integer", "minimum": 1, "maximum": 999_999_999}
        named = number if sort.name.key == "id" else _parameter_schema(_Named, "name")
        page = _page_of(shape)
        paths[f"/v1/{name}"] = _asked(name, f"A list. {about}", page, _parameters(sort.given), refusals=("400", "406"))
        paths[f"/v1/{name}/{{name}}"] = _asked(shape.__name__.lower(), about, shape, [_in_path(named)])
    members = [_in_path(_parameter_schema(_Named, "name")), *_parameters(Walk)]
    paths["/v1/organizations/{name}/memberships"] = _asked(
        "memberships", "Those who belong to a group today.", _page_of(shapes.Membership), members, ("400", "404", "406")
    )
    return paths


class _Named(BaseModel):
    name: Slug


def _page_of(shape: Any) -> type[BaseModel]:
    page: type[BaseModel] = shapes.Page[shape]
    return page


def _asked(
    name: str,
    about: str,
    answer: type[BaseModel],
    parameters: list[dict[str, Any]] | None = None,
    refusals: tuple[str, ...] = ("404", "406"),
) -> dict[str, Any]:
    """Return what is said of one address: what it can be asked, and what it answers."""
    tag = {"description": "Changes with the answer.", "schema": {"type": "string"}}
    answered = {
        "description": "The answer.",
        "headers": {"ETag": tag},
        "content": {"application/json": {"schema": {"$ref": REFERENCE.format(model=answer.__name__)}}},
    }
    unchanged = {"description": "What the asker has is still so.", "headers": {"ETag": tag}}
    refused = {code: {"$ref": f"#/components/responses/{code}"} for code in (*refusals, "503")}
    said = {"operationId": name, "summary": about, "responses": {"200": answered, "304": unchanged} | refused}
    return {"get": said | ({"parameters": parameters} if parameters else {})}


def _problem(code: str) -> dict[str, Any]:
    schema = {"schema": {"$ref": REFERENCE.format(model="Problem")}}
    return {"description": PROBLEMS[code], "content": {"application/problem+json": schema}}


def _in_path(schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": "name", "in": "path", "required": True, "schema": schema}


def _parameters(given: type[Walk]) -> list[dict[str, Any]]:
    found = []
    for name in given.model_fields:
        schema = _parameter_schema(given, name)
        found.append({"name": name, "in": "query", "description": schema.pop("description", ""), "schema": schema})
    return [one if one["description"] else {k: v for k, v in one.items() if k != "description"} for one in found]


def _parameter_schema(model: type[BaseModel], name: str) -> dict[str, Any]:
    """Return the schema of a parameter. One that was left out is not null but absent."""
    schema: dict[str, Any] = dict(model.model_json_schema(ref_template=REFERENCE)["properties"][name])
    schema |= next((one for one in schema.pop("anyOf", []) if one.get("type") != "null"), {})
    return {key: value for key, value in schema.items() if key != "title" and value is not None}


def _schemas() -> dict[str, Any]:
    told: list[type[BaseModel]] = [shapes.System, shapes.Problem, _page_of(shapes.Membership)]
    for sort in SORTS.values():
        told += [sort.shape, _page_of(sort.shape)]
    _, answered = models_json_schema([(shape, "serialization") for shape in told], ref_template=REFERENCE)
    asked: dict[str, Any] = {}
    for sort in SORTS.values():
        asked |= sort.given.model_json_schema(ref_template=REFERENCE).get("$defs", {})
    schemas: dict[str, Any] = asked | answered["$defs"]
    return schemas
