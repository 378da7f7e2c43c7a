"""The faults of the scripted registry: which requests they hit, and what they do to an answer.

A script is a JSON list of rules. A rule says which requests it is for, and what goes wrong with them:

  method        "GET" or "GET|HEAD"; any if absent
  path          a regular expression, searched in path and query; any if absent
  with          a header field that the request has, or "Name: start of its value"
  without       one that it has not
  over          N: only if Content-Length is more than N
  occurrence    which of the requests that fit, counted from 1: 2, [1, 3], "2+" (the second and later); all if absent

Instead of doing what was asked:
  status        answer with this status, with `headers` (an object) and `body` (text, or JSON that is not text)
  unread        with status: answer without reading the request's body, and close
  drop          "before": close without doing anything; "after": do it, and close without an answer
  cut_upload    N: read N bytes of the request's body, then close; an upload keeps them
  forget        true, with cut_upload or a connection that ends: the upload is gone, with all that it had
  redirect      PLACE: 307 to the same blob at a place without authentication, which refuses an Authorization header

  no_mount      true: the blob of another repository is not taken over; an upload begins (202)
  token_ends    true: the token of this request ends while it is under way, which is a 401 after its body
  min_chunk     N: POST announces OCI-Chunk-Min-Length, and a piece after a shorter one is refused with 416
  needs_media_type      true: a manifest that does not say its own mediaType is refused
  config_types  a list: a manifest whose config has another media type is refused
  no_overwrite  true: a tag is not moved

To the answer's headers:
  answer_status do what was asked, and answer with this status
  location      PLACE: where Location points to
  realm         PLACE: where the challenge points to, instead of /token
  challenges    a list: the values of WWW-Authenticate on a 401, one field each; {realm} is /token's URL, {scope} the scope
  link          PLACE: where the next page of a list is; on the last page too, so that a list never ends
  stale_range   true: Range says what it said before this request, as ECR's does; "piece": it counts from this piece;
                another text is said instead
  wrong_digest_header   true (a digest of something else) or the text to claim in Docker-Content-Digest
  extra_headers         an object; a header of that name is replaced, null removes it, a list gives several
  odd_case      true: lower and upper case of field names are exchanged
  no_length     true: no Content-Length; the end of the connection is the end of the body
  chunked       true: Transfer-Encoding: chunked instead

To the answer's body:
  whole         true: all of a blob (200), though a part was asked for
  flip          N: the byte at N (negative: from the end) is inverted
  truncate      N: only the first N bytes, with a Content-Length that fits
  missing_as    the code that a 404 has in its error, whatever is missing
  encoded       true: Content-Encoding: gzip, asked for or not
  endless       "body" or "headers": it never ends (until the peer goes away)

To its delivery:
  stall         seconds before the answer, or {"after": N, "seconds": S}: N bytes of the body, then silence, then on
  slow          {"bytes": N, "seconds": S}: N bytes of the body at a time, with a pause after each
  cut           N: N bytes of the body, then the connection ends
  reset         true, with cut, drop or cut_upload: ends it by RST instead of FIN

A PLACE is "absolute", "relative", "http", "otherhost" (localhost for 127.0.0.1 and the reverse), or a literal value.
All rules that fit a request apply together; of two that set the same thing the later one wins.
"""

import gzip
import hashlib
import json
import re
import socket
import struct
import threading
import time

import loopback

SELECTORS = {"method", "path", "with", "without", "over", "occurrence"}
FAULTS = {
    *("status", "headers", "body", "unread", "drop", "cut_upload", "forget", "redirect"),
    *("no_mount", "token_ends", "min_chunk", "needs_media_type", "config_types", "no_overwrite"),
    *("answer_status", "location", "realm", "challenges", "link", "stale_range"),
    *("wrong_digest_header", "extra_headers", "odd_case", "no_length", "chunked"),
    *("missing_as", "whole", "flip", "truncate", "encoded", "endless"),
    *("stall", "slow", "cut", "reset"),
}


class Script:
    """The rules, and how often each has been met; those of a profile come first and stay."""

    def __init__(self, rules=(), profile=()):
        self.lock = threading.Lock()
        self.profile = [(rule, [0]) for rule in profile]
        self.replace(list(rules))

    def replace(self, rules):
        """Takes new rules and counts from the start; refuses a rule it would not understand."""
        for rule in rules:
            if unknown := set(rule) - SELECTORS - FAULTS:
                raise ValueError(f"unknown fault: {', '.join(sorted(unknown))}")
            re.compile(rule.get("path", ""))
        with self.lock:
            self.rules = [(rule, [0]) for rule in rules]

    def faults(self, method, target, headers):
        """What goes wrong with this request: the faults of every rule that fits it, merged."""
        merged = {}
        with self.lock:
            for rule, count in self.profile + self.rules:
                if not fits(rule, method, target, headers):
                    continue
                count[0] += 1
                if hits(rule.get("occurrence"), count[0]):
                    merged.update((name, value) for name, value in rule.items() if name in FAULTS)
        return merged


def fits(rule, method, target, headers):
    return (
        method in rule.get("method", method).split("|")
        and re.search(rule.get("path", ""), target)
        and ("with" not in rule or has(headers, rule["with"]))
        and ("without" not in rule or rule["without"] not in headers)
        and ("over" not in rule or int(headers.get("Content-Length") or 0) > rule["over"])
    )


def has(headers, wanted):
    name, _, start = wanted.partition(": ")
    return (headers.get(name) or "").startswith(start) and name in headers


def hits(occurrence, number):
    if occurrence is None:
        return True
    if isinstance(occurrence, list):
        return number in occurrence
    if isinstance(occurrence, str):
        return number >= int(occurrence.rstrip("+"))
    return number == occurrence


class Answer:
    """An answer before it is sent: what a correct registry says, then what the faults make of it."""

    def __init__(self, status, body=b"", **headers):
        self.status, self.body = status, body
        self.headers = [(name.replace("_", "-"), str(value)) for name, value in headers.items()]
        self.length = len(body)  # what Content-Length says; for HEAD the length that GET would have

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def set(self, name, *values):
        self.headers = [field for field in self.headers if field[0].lower() != name.lower()]
        self.headers += [(name, str(value)) for value in values]

    def spoil(self, faults, place):
        """Applies the faults of headers and body; `place` turns a PLACE and a path into a URL."""
        if "answer_status" in faults and self.status < 300:
            self.status = faults["answer_status"]
        if self.status == 404 and "missing_as" in faults:
            self.body = json.dumps({"errors": [{"code": faults["missing_as"], "message": "not found"}]}).encode()
            self.length = len(self.body)
        if "flip" in faults and self.body:
            body = bytearray(self.body)
            body[faults["flip"]] ^= 0xFF
            self.body = bytes(body)
        if "truncate" in faults:
            self.body = self.body[: faults["truncate"]]
            self.length = len(self.body)
        if faults.get("encoded"):
            self.body = gzip.compress(self.body, mtime=0)
            self.length = len(self.body)
            self.set("Content-Encoding", "gzip")
        if "location" in faults and self.header("Location"):
            self.set("Location", place(faults["location"], self.header("Location")))
        if "link" in faults and self.status == 200:
            known = (self.header("Link") or "</v2/>").partition(">")[0].removeprefix("<")
            self.set("Link", f'<{place(faults["link"], known)}>; rel="next"')
        if self.header("Range") and faults.get("stale_range") not in (None, True, "piece"):
            self.set("Range", faults["stale_range"])
        if wrong := faults.get("wrong_digest_header"):
            other = "sha256:" + hashlib.sha256(b"something else").hexdigest()
            self.set("Docker-Content-Digest", other if wrong is True else wrong)
        if self.status not in (204, 304):
            self.set("Content-Length", self.length)
        if faults.get("no_length") or faults.get("endless"):
            self.set("Content-Length")
            self.set("Connection", "close")
        if faults.get("chunked"):
            self.set("Content-Length")
            self.set("Transfer-Encoding", "chunked")
        for name, value in faults.get("extra_headers", {}).items():
            values = value if isinstance(value, list) else [] if value is None else [value]
            self.set(name, *values)
        if faults.get("odd_case"):
            self.headers = [(name.swapcase(), value) for name, value in self.headers]


def literal(value):
    """The `body` of a rule as bytes."""
    return (value if isinstance(value, str) else json.dumps(value)).encode()


def abort(connection, faults):
    """Ends the connection here; what was not sent never comes."""
    if faults.get("reset"):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise loopback.Abort


def deliver(answer, request, faults):
    """Sends the answer over the request's connection, with the faults of its delivery."""
    stall = faults.get("stall")
    if isinstance(stall, (int, float)):
        time.sleep(stall)
    request.send_response_only(answer.status)
    for name, value in answer.headers:
        request.send_header(name, value)
    request.flush_headers()
    out = request.wfile
    while faults.get("endless") == "headers":
        out.write(b"X-More: " + b"x" * 1000 + b"\r\n")
    out.write(b"\r\n")
    if answer.header("Connection") == "close":
        request.close_connection = True
    if request.command == "HEAD" or answer.status in (204, 304):
        return
    body, end = answer.body, faults.get("cut", len(answer.body))
    pause_at = stall["after"] if isinstance(stall, dict) else None
    slow = faults.get("slow", {"bytes": 1 << 20, "seconds": 0})
    position = 0
    while position < min(end, len(body)):
        stop = min(position + slow["bytes"], end, len(body))
        if pause_at is not None and position <= pause_at < stop:
            write_piece(out, body[position:pause_at], faults)
            time.sleep(stall["seconds"])
            position, pause_at = pause_at, None
        write_piece(out, body[position:stop], faults)
        position = stop
        time.sleep(slow["seconds"])
    if "cut" in faults:
        abort(request.connection, faults)
    while faults.get("endless") == "body":
        out.write(bytes(loopback.PIECE))
    if faults.get("chunked"):
        out.write(b"0\r\n\r\n")


def write_piece(out, piece, faults):
    if faults.get("chunked") and piece:
        piece = b"%x\r\n%s\r\n" % (len(piece), piece)
    out.write(piece)
