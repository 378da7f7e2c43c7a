#!/usr/bin/env python3
"""Validates generated documents, and reads YAML a second time. Needs PyYAML, and jsonschema for the schemas.

  schemas.py validate SCHEMA.json     the documents on standard input, YAML or JSON, against the schema
  schemas.py rules FOLDER             each rule of FOLDER/rules.json: one spec must pass FOLDER/KIND.json, one must not
  schemas.py read                     prints the documents on standard input as JSON, a line each
  schemas.py objects                  compares pairs: lines of {"yaml": TEXT, "value": JSON}

Prints one line for each problem, and exits with 1 if there is one. The schemas are in Fixtures/schemas.
"""

import json
import pathlib
import sys

try:
    import jsonschema
    import yaml
except ImportError:
    jsonschema = yaml = None


def validator(path):

    def unique_by(_, keys, instance, __):
        """Kubernetes' lists whose items have a key: JSON Schema has no word for that."""
        seen = [tuple(item.get(key) for key in keys) for item in instance if isinstance(item, dict)]
        if len(set(seen)) != len(seen):
            yield jsonschema.ValidationError(f"{keys} is not unique")

    schema = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    kind = jsonschema.validators.extend(
        jsonschema.Draft202012Validator, {"x-kubernetes-list-map-keys": unique_by}
    )
    return schema, kind(schema)


def validate(path):
    _, checked = validator(path)
    documents = list(yaml.safe_load_all(sys.stdin.read()))
    if not documents:
        yield "no document"
    for number, document in enumerate(documents):
        for error in checked.iter_errors(document):
            yield f"document {number}: {error.json_path}: {error.message}"[:400]


def expanded(value):
    """{"$repeat": ["x", 3]} is "xxx"; another value becomes a list, with the item's number for each %d."""
    if isinstance(value, list):
        return [expanded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if list(value) != ["$repeat"]:
        return {key: expanded(item) for key, item in value.items()}
    item, count = value["$repeat"]
    if isinstance(item, str):
        return item * count
    return [json.loads(json.dumps(item).replace("%d", str(number))) for number in range(count)]


def rules(folder):
    folder = pathlib.Path(folder)
    for kind, rows in json.loads((folder / "rules.json").read_text(encoding="utf-8")).items():
        schema, checked = validator(folder / f"{kind}.json")
        head = {name: schema["properties"][name]["const"] for name in ("apiVersion", "kind")}
        for row in rows:
            for answer in ("accepted", "rejected"):
                document = head | {"metadata": {"name": "x", "namespace": "n"}, "spec": expanded(row[answer])}
                if checked.is_valid(document) != (answer == "accepted"):
                    yield f"{kind}: {row['rule']}: should be {answer}"


def same(left, right):
    """Equal with the same types: 1, 1.0 and true differ."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


def objects():
    count = 0
    # Not splitlines(), for which U+2028 is a line end.
    for line in filter(None, sys.stdin.read().split("\n")):
        pair = json.loads(line)
        count += 1
        try:
            read = yaml.safe_load(pair["yaml"])
        except yaml.YAMLError as error:
            yield f"{error}\n{pair['yaml']}"
            continue
        if not same(read, pair["value"]):
            yield f"{read!r} is not {pair['value']!r}\n{pair['yaml']}"
    print(count, file=sys.stderr)


def main():
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__.strip())
        return
    if yaml is None:
        sys.exit("PyYAML and jsonschema are not installed (make test-deps)")
    if sys.argv[1] == "read":
        for document in yaml.safe_load_all(sys.stdin.read()):
            print(json.dumps(document, sort_keys=True))
        return
    problems = list({"validate": validate, "rules": rules, "objects": objects}[sys.argv[1]](*sys.argv[2:]))
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
