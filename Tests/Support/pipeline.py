#!/usr/bin/env python3
"""Runs the steps of a CI configuration in the working directory, as the runner of that system would.

  pipeline.py github ACTION [--set NAME=VALUE ...] [--event FILE]
  pipeline.py gitlab FILE JOB [--set NAME=VALUE ...]
  pipeline.py tekton FILE [--set NAME=VALUE ...] [--workspace NAME=PATH ...]

--set gives an input of a GitHub Action, a variable of a GitLab job, or a parameter of a Tekton task. The steps inherit the
environment. Needs PyYAML. Only those expressions are known that our files use; any other is an error.

Prints one line of JSON: {"status": N, "ran": [STEP, ...], "log": TEXT, "outputs": {NAME: VALUE}, "summary": TEXT}.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml


class Run:
    """The steps that ran so far, and what they printed."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.ran, self.log, self.status = [], "", 0
        self.outputs, self.summary = {}, ""

    def script(self, name, text, command, environment):
        """Runs a script with the variables of the step; remembers the first failure."""
        file = self.folder / f"step-{len(self.ran)}"
        file.write_text(text, encoding="utf-8")
        file.chmod(0o700)
        ended = subprocess.run(
            [*command, str(file)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        self.ran.append(name)
        self.log += ended.stdout.decode("utf-8", "replace")
        self.status = ended.returncode
        return self.status == 0

    def file(self, name):
        path = self.folder / name
        path.touch()
        return path


def github(options, run):
    """A composite action: https://docs.github.com/actions/reference/metadata-syntax-for-github-actions."""
    action = yaml.safe_load(pathlib.Path(options.file).read_text(encoding="utf-8"))
    given = dict(options.set)
    unknown = given.keys() - action["inputs"].keys()
    assert not unknown, f"unknown inputs: {unknown}"
    inputs = {name: given.get(name, entry.get("default", "")) for name, entry in action["inputs"].items()}
    event = json.loads(pathlib.Path(options.event).read_text(encoding="utf-8")) if options.event else {}
    steps, path = {}, os.environ["PATH"]

    def value(expression):
        kind, _, rest = expression.partition(".")
        if kind == "inputs":
            return inputs[rest]
        if found := re.fullmatch(r"steps\.(\w+)\.outputs\.(\w+)", expression):
            return steps.get(found[1], {}).get(found[2], "")
        if expression == "github.action_repository":
            return os.environ.get("GITHUB_ACTION_REPOSITORY", "")
        assert expression.startswith("github.event."), f"unknown expression: {expression}"
        place = event
        for name in expression.split(".")[2:]:
            place = place.get(name, {}) if isinstance(place, dict) else {}
        return place if isinstance(place, str) else ""

    def filled(text):
        return re.sub(r"\$\{\{\s*(.*?)\s*\}\}", lambda found: value(found[1]), str(text))

    def holds(condition):
        found = re.fullmatch(r"(\S+) (==|!=) '(\w*)'", condition)
        assert found, f"unknown condition: {condition}"
        return (value(found[1]) == found[3]) == (found[2] == "==")

    summary = run.file("summary")
    for step in action["runs"]["steps"]:
        assert step.keys() <= {"name", "id", "if", "shell", "env", "run"} and step["shell"] == "bash", step
        assert "${{" not in step["run"], "an expression in a script would be code"
        if "if" in step and not holds(step["if"]):
            continue
        output, more = run.file(f"output-{len(run.ran)}"), run.file(f"path-{len(run.ran)}")
        environment = os.environ | {name: filled(text) for name, text in step.get("env", {}).items()}
        environment |= {
            "PATH": path,
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            # Empty in composite actions: https://github.com/actions/runner/issues/2473
            "GITHUB_ACTION_REPOSITORY": "",
            "GITHUB_OUTPUT": str(output),
            "GITHUB_PATH": str(more),
            "GITHUB_STEP_SUMMARY": str(summary),
            "RUNNER_TEMP": str(run.folder / "temp"),
            "RUNNER_OS": "Linux",
        }
        (run.folder / "temp").mkdir(exist_ok=True)
        bash = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"]
        is_good = run.script(step["name"], step["run"], bash, environment)
        lines = output.read_text(encoding="utf-8").splitlines()
        if "id" in step:
            steps[step["id"]] = dict(line.split("=", 1) for line in lines)
        path = ":".join([*reversed(more.read_text(encoding="utf-8").splitlines()), path])
        if not is_good:
            break
    run.summary = summary.read_text(encoding="utf-8")
    run.outputs = {name: filled(entry["value"]) for name, entry in action["outputs"].items()}


def gitlab(options, run):
    """A job: its scripts run in one shell (https://docs.gitlab.com/ci/yaml/)."""
    job = yaml.safe_load(pathlib.Path(options.file).read_text(encoding="utf-8"))[options.job]
    assert job.keys() <= {"variables", "script", "artifacts"}, job.keys()
    unknown = dict(options.set).keys() - job["variables"].keys()
    assert not unknown, f"unknown variables: {unknown}"
    environment = os.environ | job["variables"] | dict(options.set) | {"CI": "true", "GITLAB_CI": "true"}
    run.script("script", "\n".join(job["script"]), ["bash", "-e", "-o", "pipefail"], environment)
    dotenv = pathlib.Path(job["artifacts"]["reports"]["dotenv"])
    if dotenv.exists():
        run.outputs = dict(line.split("=", 1) for line in dotenv.read_text(encoding="utf-8").splitlines())


def tekton(options, run):
    """A task: https://tekton.dev/docs/pipelines/tasks/."""
    spec = yaml.safe_load(pathlib.Path(options.file).read_text(encoding="utf-8"))["spec"]
    given, places = dict(options.set), dict(options.workspace)
    unknown = given.keys() - {parameter["name"] for parameter in spec["params"]}
    assert not unknown, f"unknown parameters: {unknown}"
    for workspace in spec["workspaces"]:
        assert workspace.get("optional") or workspace["name"] in places, f"no workspace {workspace['name']}"
    values = {f"workspaces.{item['name']}.path": places.get(item["name"], "") for item in spec["workspaces"]}
    for parameter in spec["params"]:
        name = parameter["name"]
        assert name in given or "default" in parameter, f"no parameter {name}"
        values[f"params.{name}"] = given.get(name, parameter.get("default"))
    results = {item["name"]: run.file(f"result-{item['name']}") for item in spec["results"]}
    values |= {f"results.{name}.path": str(file) for name, file in results.items()}

    def filled(text):
        return re.sub(r"\$\(((?:params|workspaces|results)\.[^)]+)\)", lambda found: values[found[1]], text)

    template = spec["stepTemplate"]
    os.chdir(filled(template["workingDir"]))
    for step in spec["steps"]:
        assert "$(params." not in step["script"], "a parameter in a script would be code"
        entries = template["env"] + step.get("env", [])
        environment = os.environ | {entry["name"]: filled(entry["value"]) for entry in entries}
        if not run.script(step["name"], filled(step["script"]), [], environment):
            break
    run.outputs = {name: file.read_text(encoding="utf-8") for name, file in results.items()}


def pair(text):
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text} is not NAME=VALUE")
    return name, value


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    systems = parser.add_subparsers(required=True)
    for system in (github, gitlab, tekton):
        command = systems.add_parser(system.__name__)
        command.set_defaults(system=system)
        command.add_argument("file")
        command.add_argument("--set", type=pair, action="append", default=[], metavar="NAME=VALUE")
        if system is github:
            command.add_argument("--event", metavar="FILE")
        if system is gitlab:
            command.add_argument("job")
        if system is tekton:
            command.add_argument("--workspace", type=pair, action="append", default=[], metavar="NAME=PATH")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = Run(folder)
        options.system(options, run)
    fields = ("status", "ran", "log", "outputs", "summary")
    print(json.dumps({name: getattr(run, name) for name in fields}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
