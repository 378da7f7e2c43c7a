#!/usr/bin/env python3
"""A token service for a registry with token authentication, as the distribution project specifies it.

Its tokens are JWTs that a real `docker-registry` (distribution 2.8) verifies: signed by the openssl command, RS256 with
an RSA key or ES256 with a P-256 key, with the certificate in the header's x5c. Endpoint: /token, by GET (Basic or
anonymous; `scope` repeated or joined by spaces) and by POST (grant_type password or refresh_token, form body).

Prints {"port": N} on stdout when ready; ends when stdin closes or on SIGTERM. The registry's side:

  auth: {token: {realm: "https://HOST:PORT/token", service: SERVICE, issuer: ISSUER, rootcertbundle: SIGNING.crt}}

distribution accepts a token for another 60 seconds after it expired; --backdate 60 removes that grace period.
"""

import base64
import datetime
import hmac
import json
import secrets
import subprocess
import sys
import threading
import time
import urllib.parse

import loopback

RIGHTS = {"pull", "push", "delete", "*"}
SECRET_FIELDS = {"password", "refresh_token", "client_secret", "token", "access_token", "code"}
FORM_LIMIT = 64 * 1024


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Signer:
    """Signs JWTs with a private key; the openssl command does the arithmetic."""

    def __init__(self, key, certificate):
        self.key = key
        text = subprocess.run(
            ["openssl", "pkey", "-in", key, "-noout", "-text"], check=True, capture_output=True, text=True
        ).stdout
        self.algorithm = "ES256" if "prime256v1" in text else "RS256"
        with open(certificate, encoding="ascii") as file:
            pem = file.read()
        chain = pem.split("-----BEGIN CERTIFICATE-----")[1:]
        self.x5c = ["".join(part.split("-----END")[0].split()) for part in chain]

    def jwt(self, claims):
        header = {"typ": "JWT", "alg": self.algorithm, "x5c": self.x5c}
        text = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        signature = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", self.key], input=text.encode(), check=True, capture_output=True
        ).stdout
        if self.algorithm == "ES256":
            signature = raw_signature(signature)
        return text + "." + base64url(signature)


def raw_signature(der):
    """Returns ECDSA's r and s, 32 bytes each as JWS requires, from SEQUENCE { INTEGER r, INTEGER s }.

    For P-256 every length fits one byte."""
    position, numbers = 2, []
    for _ in range(2):
        length = der[position + 1]
        numbers.append(int.from_bytes(der[position + 2 : position + 2 + length], "big"))
        position += 2 + length
    return b"".join(number.to_bytes(32, "big") for number in numbers)


class Users:
    """The users: passwords, identity tokens, rights."""

    def __init__(self, users, identity_tokens, anonymous):
        self.passwords, self.rights, self.tokens = {}, {}, {}
        self.anonymous = {"pull": {"pull"}, "empty": set(), "none": None}[anonymous]
        self.lock = threading.Lock()
        for text in users:
            name, _, rest = text.partition(":")
            password, _, rights = rest.rpartition(":")
            if not password or not set(rights.split(",")) <= RIGHTS:
                password, rights = rest, "pull,push"
            self.passwords[name] = password
            self.rights[name] = set(rights.split(","))
        for text in identity_tokens:
            name, _, token = text.partition(":")
            self.tokens[token] = name

    def by_password(self, name, password):
        known = self.passwords.get(name)
        return known is not None and hmac.compare_digest(known.encode(), password.encode())

    def by_identity_token(self, token):
        with self.lock:
            return self.tokens.get(token)

    def new_identity_token(self, name):
        token = secrets.token_urlsafe(24)
        with self.lock:
            self.tokens[token] = name
        return token

    def granted(self, name, wanted):
        """Returns the requested actions that the user has; for an anonymous user (None) by --anonymous."""
        have = self.anonymous if name is None else self.rights.get(name, {"pull", "push"})
        return [action for action in wanted if action in have or "*" in have]


def access(scopes, name, users):
    """Returns the `access` claim for the requested scopes, without an error if the user has fewer rights."""
    claim = []
    for scope in " ".join(scopes).split():
        kind, _, rest = scope.partition(":")
        resource, colon, actions = rest.rpartition(":")  # a repository's name may have a port before it
        if not colon:
            continue
        granted = users.granted(name, list(dict.fromkeys(actions.split(","))))
        if granted:
            claim.append({"type": kind, "name": resource, "actions": granted})
    return claim


class TokenHandler(loopback.Handler):
    """One request to /token."""

    def answer(self):
        options = self.server.options
        path, _, query = self.path.partition("?")
        self.query = urllib.parse.parse_qsl(query, keep_blank_values=True)
        self.form, self.user, self.claim = [], None, None
        if self.command == "POST":
            body = b""
            for piece in self.pieces():
                body += piece
                if len(body) > FORM_LIMIT:
                    return self.reply(413, {"errors": [{"code": "TOO_LARGE", "message": "form too large"}]})
            self.form = urllib.parse.parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        if path != "/token":
            return self.reply(404, {"errors": [{"code": "NOT_FOUND", "message": "no such endpoint"}]})
        if self.command == "GET":
            return self.by_get(options)
        if self.command == "POST" and options.post_status:
            return self.reply(options.post_status, {"errors": [{"code": "UNSUPPORTED", "message": "no POST here"}]})
        if self.command == "POST":
            return self.by_post(options)
        return self.reply(405, {"errors": [{"code": "UNSUPPORTED", "message": "GET or POST"}]})

    def by_get(self, options):
        header = self.headers.get("Authorization")
        if header is not None:
            credentials = loopback.basic_credentials(header)
            if credentials is None or not self.server.users.by_password(*credentials):
                return self.unauthorized("incorrect username or password")
            self.user = credentials[0]
        elif self.server.users.anonymous is None:
            return self.unauthorized("authentication required")
        offline = ("offline_token", "true") in self.query
        return self.grant(options, self.query, ["token", "access_token"], offline)

    def by_post(self, options):
        fields = dict(self.form)
        if fields.get("grant_type") == "password":
            if not self.server.users.by_password(fields.get("username", ""), fields.get("password", "")):
                return self.unauthorized("incorrect username or password")
            self.user = fields["username"]
        elif fields.get("grant_type") == "refresh_token":
            self.user = self.server.users.by_identity_token(fields.get("refresh_token", ""))
            if self.user is None:
                return self.unauthorized("unknown or revoked identity token")
        else:
            return self.reply(400, {"error": "unsupported_grant_type"})
        offline = fields.get("access_type") == "offline"
        return self.grant(options, self.form, ["access_token"], offline)

    def grant(self, options, fields, names, offline):
        service = dict(fields).get("service", options.service)
        if service != options.service:
            return self.reply(400, {"errors": [{"code": "UNKNOWN", "message": f"unknown service {service!r}"}]})
        scopes = [value for name, value in fields if name == "scope"]
        self.claim = access(scopes, self.user, self.server.users)
        issued = int(time.time()) - options.backdate
        token = self.server.signer.jwt(
            {
                "iss": options.issuer,
                "sub": self.user or "",
                "aud": options.service,
                "iat": issued,
                "nbf": issued - 5,
                "exp": issued + options.lifetime,
                "jti": secrets.token_hex(8),
                "access": self.claim,
            }
        )
        answer = dict.fromkeys(names, token)
        answer["expires_in"] = options.lifetime
        answer["issued_at"] = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        if self.command == "POST":
            granted = (f"{c['type']}:{c['name']}:{','.join(c['actions'])}" for c in self.claim)
            answer |= {"token_type": "Bearer", "scope": " ".join(granted)}
        if offline and self.user:
            answer["refresh_token"] = self.server.users.new_identity_token(self.user)
        return self.reply(200, answer)

    def unauthorized(self, message):
        self.user = None
        challenge = [("WWW-Authenticate", 'Basic realm="token service"')]
        return self.reply(401, {"errors": [{"code": "UNAUTHORIZED", "message": message}]}, challenge)

    def reply(self, status, value, headers=()):
        # Written first, so that a client that has the response finds its line in the log.
        self.server.record(self, status)
        self.send_json(status, value, [("Cache-Control", "no-store"), *headers])


class TokenServer(loopback.Server):
    """The service: its options, users and key."""

    def __init__(self, options):
        super().__init__(TokenHandler, options.port, options.cert, options.key, address=options.address)
        self.options = options
        self.users = Users(options.user, options.identity_token, options.anonymous)
        self.signer = Signer(options.signing_key, options.signing_cert)
        self.log = open(options.log, "a", encoding="utf-8") if options.log else None
        self.log_lock = threading.Lock()

    def record(self, request, status):
        """Writes one line of JSON for each request, without secrets."""
        if not self.log:
            return
        headers = []
        for name, value in request.headers.items():
            if name.lower() in ("authorization", "proxy-authorization", "cookie"):
                credentials = loopback.basic_credentials(value)
                value = value.split(" ")[0] + (f" {credentials[0]}" if credentials else "")
            headers.append([name, value])
        line = {
            "method": request.command,
            "path": request.path.partition("?")[0],
            "query": without_secrets(request.query),
            "headers": headers,
            "form": without_secrets(request.form),
            "status": status,
            "user": request.user,
            "access": request.claim,
        }
        with self.log_lock:
            self.log.write(json.dumps(line) + "\n")
            self.log.flush()


def without_secrets(fields):
    return [[name, "(secret)" if name.lower() in SECRET_FIELDS else value] for name, value in fields]


def main():
    parser = loopback.parser(__doc__)
    parser.add_argument("--signing-key", metavar="FILE", required=True, help="RSA or P-256 private key (PEM)")
    parser.add_argument("--signing-cert", metavar="FILE", required=True, help="its certificate (PEM)")
    parser.add_argument("--issuer", default="test", help="the iss claim (default: %(default)s)")
    parser.add_argument("--service", default="registry.test", help="the aud claim (default: %(default)s)")
    parser.add_argument(
        "--user",
        action="append",
        default=[],
        metavar="NAME:PASSWORD[:RIGHTS]",
        help="repeatable; RIGHTS: pull, push, delete or * joined by commas (default: pull,push)",
    )
    parser.add_argument(
        "--identity-token",
        action="append",
        default=[],
        metavar="NAME:TOKEN",
        help="repeatable; a refresh token of the user",
    )
    parser.add_argument(
        "--anonymous",
        choices=["none", "empty", "pull"],
        default="none",
        help="without credentials: 401, a token for nothing, or one for pull (default: %(default)s)",
    )
    parser.add_argument("--lifetime", type=int, default=300, metavar="SECONDS", help="default: %(default)s")
    parser.add_argument("--backdate", type=int, default=0, metavar="SECONDS", help="issue tokens in the past")
    parser.add_argument("--post-status", type=int, metavar="CODE", help="answer each POST with this (404, 405)")
    parser.add_argument("--log", metavar="FILE", help="append a line of JSON for each request, without secrets")
    loopback.run(TokenServer(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
