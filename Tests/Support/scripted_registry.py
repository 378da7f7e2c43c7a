#!/usr/bin/env python3
"""A small registry in memory that is correct until a script tells it to fail.

It speaks the distribution API (blobs with ranges, uploads by POST, PATCH, PUT or a single POST, mounts, manifests, tags)
over real sockets, and applies the faults of real networks and registries to chosen requests: faults.py has the list.

  PUT    /__control   a JSON list of rules: replaces the script, counts from the start
  GET    /__record    all requests so far, as JSON: secrets as their sha256, bodies as length and digest
  DELETE /__record    forgets them
  GET    /__wait      ?method=M&path=P&after=A&count=C: answers when C requests of the record, not counting its first A,
                      had that method (any, without it) and P in their path; 504 after two minutes

These are available on a separate port, with plain HTTP and without a record, and also on the registry's port.

With --auth bearer, /token gives opaque tokens for the requested scopes (GET with Basic, POST with grant_type password or
refresh_token).
Prints {"port": N, "control": M} on stdout when ready; ends when stdin closes or on SIGTERM.
"""

import json
import re
import secrets
import sys
import threading
import time
import urllib.parse

import distribution
import faults
import loopback
import profiles
from distribution import error
from faults import Answer

DRAIN_LIMIT = 256 * 1024
PATIENCE = 120
SECRET_FIELDS = {"password", "refresh_token"}


class Control:
    """The tests' control requests; `registry` is the server that they control."""

    def control(self, registry, path, query):
        if path == "/__control" and self.command == "PUT":
            try:
                registry.script.replace(json.loads(b"".join(self.pieces())))
            except (ValueError, re.error, TypeError) as problem:
                return self.send_json(400, {"error": str(problem)})
            return self.send_json(200, {})
        if path == "/__record" and self.command in ("GET", "DELETE"):
            return self.send_json(200, registry.record(forget=self.command == "DELETE"))
        if path == "/__wait" and self.command == "GET":
            return self.send_json(200 if registry.wait(**dict(query)) else 504, {})
        return self.send_json(404, {"error": "PUT /__control, GET or DELETE /__record, GET /__wait"})


class ControlHandler(Control, loopback.Handler):
    """The separate port for tests."""

    def answer(self):
        path, _, query = self.path.partition("?")
        self.control(self.server.registry, path, urllib.parse.parse_qsl(query))


class RegistryHandler(Control, distribution.API, loopback.Handler):
    """One request: authentication, the API, the faults, the record."""

    def answer(self):
        self.faults, self.form = {}, []
        self.url_path, _, query = self.path.partition("?")
        self.query = urllib.parse.parse_qsl(query, keep_blank_values=True)
        if self.url_path.startswith("/__") and not self.url_path.startswith("/__blob/"):
            return self.control(self.server, self.url_path, self.query)
        self.faults = self.server.script.faults(self.command, self.path, self.headers)
        entry = self.server.start_record(self)
        try:
            answer = self.faulty() or self.correct()
            self.settle_body(answer)
            entry["status"] = answer.status
        finally:
            entry["body_length"] = self.body_length
            entry["body_digest"] = self.body_digest() if self.body_length else None
            entry["form"] = [[name, "(secret)" if name in SECRET_FIELDS else value] for name, value in self.form]
        if self.faults.get("drop") == "after":
            faults.abort(self.connection, self.faults)
        answer.spoil(self.faults, self.place)
        return faults.deliver(answer, self, self.faults)

    def faulty(self):
        """Sends the response of a fault instead of the correct one."""
        if self.faults.get("drop") == "before":
            faults.abort(self.connection, self.faults)
        if "status" in self.faults:
            if not self.faults.get("unread"):
                self.body()
            answer = Answer(self.faults["status"], faults.literal(self.faults.get("body", "")))
            for name, value in self.faults.get("headers", {}).items():
                answer.set(name, *(value if isinstance(value, list) else [value]))
            return answer
        return None

    def correct(self):
        if self.url_path == self.server.options.token_path:
            return self.token()
        refusal = None
        for pattern, method in distribution.ROUTES:
            if match := re.fullmatch(pattern, self.url_path):
                arguments = match.groupdict()
                self.name = arguments.pop("name", None)
                if method != "elsewhere":
                    refusal = self.refuse(self.name)
                self.repository = self.server.repository(self.name)
                return refusal or getattr(self, method)(**arguments)
        return error(404, message="no such endpoint")

    def settle_body(self, answer):
        """Handles an unread body like Go's servers: reads a small one, and closes after a large one."""
        if "cut_upload" in self.faults:
            self.body()
        if self.body_is_read or not self.has_body():
            return
        if self.faults.get("unread") or int(self.headers.get("Content-Length", 0)) > DRAIN_LIMIT:
            answer.set("Connection", "close")
        else:
            self.body()

    def exactly(self, size):
        limit = self.faults.get("cut_upload", self.faults.get("hold", size))
        yield from super().exactly(min(size, limit))
        if "hold" in self.faults and size > limit:
            self.server.script.wait_for_others(self.faults)
            yield from super().exactly(size - limit)
        if "cut_upload" in self.faults:
            faults.abort(self.connection, self.faults)

    def body(self):
        return b"".join(self.pieces())

    def place(self, kind, path):
        """Returns a PLACE of faults.py as a URL for a path of this server."""
        host = self.headers.get("Host", f"127.0.0.1:{self.server.server_address[1]}")
        scheme, path = self.server.scheme, re.sub(r"^https?://[^/]*", "", path)
        if kind == "otherhost":
            name, port = host.rsplit(":", 1)
            host = ("localhost" if name == "127.0.0.1" else "127.0.0.1") + ":" + port
        elif kind == "http":
            scheme = "http"
        elif kind == "relative":
            return path
        elif kind != "absolute":
            return kind
        return f"{scheme}://{host}{path}"

    # Authentication

    def refuse(self, name):
        """Returns a 401 if the request is not allowed; otherwise None."""
        options, header = self.server.options, self.headers.get("Authorization", "")
        if options.auth == "open":
            return None
        if options.auth == "basic":
            if self.server.knows(loopback.basic_credentials(header)):
                return None
            return self.challenged('Basic realm="test"')
        action = "pull" if self.command in ("GET", "HEAD") else "delete" if self.command == "DELETE" else "push"
        if self.faults.get("token_ends"):
            self.body()
            self.server.end_token(header.partition(" ")[2])
        problem = self.server.use_token(header.partition(" ")[2], name, action) if header else ""
        missing = options.also_needs if problem == "also_needs" else None
        if problem is None:
            return None
        realm = self.place(self.faults.get("realm", "absolute"), options.token_path)
        scope = f"repository:{name}:{'pull,push' if action == 'push' else action}" if name else ""
        if options.token_scope:
            scope = options.token_scope
        challenge = f'Bearer realm="{realm}",service="registry.test"'
        if missing:
            problem, scope = "insufficient_scope", missing
        if scope:
            challenge += f',scope="{scope}"'
        if problem:
            challenge += f',error="{problem}"'
        status = options.insufficient_status if problem == "insufficient_scope" else 401
        return self.challenged(challenge, realm, scope, status)

    def challenged(self, challenge, realm="", scope="", status=401):
        answer = error(status, message="authentication required", WWW_Authenticate=challenge)
        if "challenges" in self.faults:
            fill = {"{realm}": realm or self.place("absolute", self.server.options.token_path), "{scope}": scope}
            values = self.faults["challenges"]
            for name, value in fill.items():
                values = [text.replace(name, value) for text in values]
            answer.set("WWW-Authenticate", *values)
        return answer

    def token(self):
        fields = self.query
        if self.command == "POST":
            fields = self.form = urllib.parse.parse_qsl(self.body().decode())
            form = dict(fields)
            credentials = (form.get("username"), form.get("password"))
            if form.get("grant_type") == "refresh_token":
                return self.exchange(form)
        else:
            credentials = loopback.basic_credentials(self.headers.get("Authorization"))
        known = self.server.knows(credentials)
        if not known and (credentials or not self.server.options.anonymous_pull):
            return error(401, message="incorrect username or password", WWW_Authenticate='Basic realm="test"')
        scopes = " ".join(value for name, value in fields if name == "scope").split()
        return self.granted(scopes, None if known else {"pull"})

    def exchange(self, form):
        """Handles OAuth2's refresh_token grant: each identity token is valid once, the response contains the next one."""
        if not self.server.take_identity_token(form.get("refresh_token")):
            return Answer(400, b'{"error": "invalid_grant"}', Content_Type="application/json")
        if self.server.options.reusable_identity_tokens:
            return self.granted(form.get("scope", "").split())
        return self.granted(form.get("scope", "").split(), refresh_token=self.server.new_identity_token())

    def granted(self, scopes, only=None, **more):
        token = self.server.new_token(scopes, only)
        life = self.server.options.token_life
        body = json.dumps({"token": token, "access_token": token, "expires_in": life, **more}).encode()
        return Answer(200, body, Content_Type="application/json")


class RegistryServer(loopback.Server):
    """The registry's content, its tokens, its script and its record."""

    def __init__(self, options):
        certificate = (options.cert, options.key, options.client_ca)
        super().__init__(RegistryHandler, options.port, *certificate, options.address)
        self.options, self.lock = options, threading.Condition()
        self.repositories, self.uploads, self.tokens, self.entries = {}, {}, {}, []
        self.identity_tokens = set(options.identity_token)
        rules = []
        if options.script:
            with open(options.script, encoding="utf-8") as file:
                rules = json.load(file)
        rules_of_profile = profiles.PROFILES[options.profile].rules if options.profile else []
        self.script = faults.Script(rules, rules_of_profile)

    def repository(self, name):
        with self.lock:
            return self.repositories.setdefault(name, distribution.Repository())

    def knows(self, credentials):
        return bool(credentials) and ":".join(map(str, credentials)) in self.options.user

    def new_token(self, scopes, only=None):
        """Returns a token for (repository, action) pairs; it expires by time or by use."""
        token, rights = secrets.token_hex(16), set()
        for scope in scopes:
            if scope == self.options.token_scope:
                rights.add(scope)
            name, _, actions = scope.partition(":")[2].rpartition(":")
            rights |= {(name, action) for action in actions.split(",") if not only or action in only}
        with self.lock:
            ends = time.monotonic() + self.options.token_life
            self.tokens[token] = [rights, ends, self.options.token_uses]
        return token

    def new_identity_token(self):
        token = "hush-" + secrets.token_hex(16)
        with self.lock:
            self.identity_tokens.add(token)
        return token

    def take_identity_token(self, token):
        with self.lock:
            known = token in self.identity_tokens
            if not self.options.reusable_identity_tokens:
                self.identity_tokens.discard(token)
        return known

    def end_token(self, token):
        with self.lock:
            self.tokens.pop(token, None)

    def use_token(self, token, name, action):
        """Returns None if the token allows the request, else the challenge's error."""
        with self.lock:
            if token not in self.tokens:
                return "invalid_token"
            rights, ends, uses = self.tokens[token]
            if time.monotonic() > ends or uses == 0:
                return "invalid_token"
            self.tokens[token][2] = None if uses is None else uses - 1
        if self.options.token_scope:
            return None if self.options.token_scope in rights else "insufficient_scope"
        if name is not None and (name, action) not in rights:
            return "insufficient_scope"
        if self.options.also_needs:
            resource, _, wanted = self.options.also_needs.partition(":")[2].rpartition(":")
            if (resource, wanted) not in rights:
                return "also_needs"
        return None

    def start_record(self, request):
        headers = []
        for name, value in request.headers.items():
            if name.lower() in ("authorization", "proxy-authorization", "cookie"):
                scheme, _, secret = value.partition(" ")
                value = f"{scheme} {loopback.fingerprint(secret)}"
            headers.append([name, value])
        entry = {
            "method": request.command,
            "path": request.url_path,
            "query": request.query,
            "headers": headers,
            "connection": request.connection_id,
            "time": round(time.monotonic(), 4),
            "status": None,  # the answer's, sent or not; stays so when there was none
        }
        with self.lock:
            self.entries.append(entry)
            self.lock.notify_all()
        return entry

    def record(self, forget=False):
        with self.lock:
            entries = list(self.entries)
            if forget:
                self.entries.clear()
        return entries

    def wait(self, method="", path="", after="0", count="1"):
        """Returns whether the given number of requests arrived before the time limit."""

        def enough():
            new = self.entries[int(after):]
            return sum(method in ("", entry["method"]) and path in entry["path"] for entry in new) >= int(count)

        with self.lock:
            return self.lock.wait_for(enough, PATIENCE)


def options(arguments=None):
    parser = loopback.parser(f"{__doc__}\nProfiles:\n{profiles.overview()}")
    parser.add_argument("--profile", choices=profiles.PROFILES, metavar="NAME", help="behave like this real registry")
    parser.add_argument("--script", metavar="FILE", help="the first rules, a JSON list")
    parser.add_argument("--auth", choices=["open", "basic", "bearer"], default="open", help="default: %(default)s")
    parser.add_argument("--user", action="append", default=[], metavar="NAME:PASSWORD", help="repeatable")
    parser.add_argument("--anonymous-pull", action="store_true", help="bearer: tokens to pull without credentials")
    parser.add_argument("--identity-token", action="append", default=[], metavar="TOKEN", help="bearer: valid once")
    parser.add_argument("--also-needs", metavar="TYPE:NAME:ACTION", help="bearer: a scope that only a 403 names")
    parser.add_argument(
        "--insufficient-status", type=int, default=401, metavar="CODE", help="of insufficient_scope: 401 or 403"
    )
    parser.add_argument("--token-life", type=float, default=300, metavar="SECONDS", help="default: %(default)s")
    parser.add_argument("--token-uses", type=int, metavar="N", help="a token is valid for N requests, regardless of its lifetime")
    parser.set_defaults(token_path="/token", token_scope=None, reusable_identity_tokens=False)
    result = parser.parse_args(arguments)
    if result.profile:
        vars(result).update(profiles.PROFILES[result.profile].options)
    return result


def main():
    registry = RegistryServer(options())
    control = loopback.Server(ControlHandler, 0)
    control.registry = registry
    loopback.run(registry, control=control)


if __name__ == "__main__":
    sys.exit(main())
