"""The faults of the scripted registry: which requests they affect, and how they change a response.

A script is a JSON list of rules. A rule selects requests and defines their faults:

  method        "GET" or "GET|HEAD"; any if absent
  path          a regular expression, searched in path and query; any if absent
  with          a header field that the request has, or "Name: start of its value"
  without       a header field that the request does not have
  over          N: only if Content-Length is more than N
  occurrence    which of the matching requests, counted from 1: 2, [1, 3], "2+" (the second and later); all if absent

Instead of the requested action:
  status        answer with this status, with `headers` (an object) and `body` (text, or JSON that is not text)
  unread        with status: answer without reading the request's body, and close
  drop          "before": close without any action; "after": perform the action, and close without a response
  cut_upload    N: read N bytes of the request's body, then close; an upload keeps them
  forget        true, with cut_upload or a closed connection: the upload and its content are deleted
  redirect      PLACE: 307 to the same blob without authentication, where an Authorization header is rejected

  no_mount      true: the blob is not mounted from another repository; an upload begins (202)
  token_ends    true: the token expires during this request, which gives a 401 after its body
  min_chunk     N: POST announces OCI-Chunk-Min-Length, and a chunk after a shorter one is rejected with 416
  needs_media_type      true: a manifest without mediaType is rejected
  config_types  a list: a manifest whose config has another media type is rejected
  no_overwrite  true: a tag is not moved

To the answer's headers:
  answer_status perform the action, and answer with this status
  location      PLACE: the target of Location
  realm         PLACE: the realm of the challenge, instead of /token
  challenges    a list: the values of WWW-Authenticate on a 401, one field each; {realm} is /token's URL, {scope} the scope
  link          PLACE: the URL of a list's next page; also on the last page, so that a list never ends
  stale_range   true: Range has its value from before this request, as in ECR; "piece": it counts from this chunk;
                any other text is sent instead
  wrong_digest_header   true (a digest of other content) or the text for Docker-Content-Digest
  extra_headers         an object; replaces headers by name; null removes a header, a list gives several
  odd_case      true: swaps lower and upper case in field names
  no_length     true: no Content-Length; the end of the connection ends the body
  chunked       true: Transfer-Encoding: chunked instead

To the answer's body:
  whole         true: the whole blob (200), although a part was requested
  flip          N: the byte at N (negative: from the end) is inverted
  truncate      N: only the first N bytes, with a Content-Length that fits
  missing_as    the error code of every 404
  encoded       true: Content-Encoding: gzip, whether or not it was requested
  endless       "body" or "headers": it never ends (until the peer disconnects)

To the delivery:
  held          true: the answer waits until the rules are replaced
  hold          N: N bytes of the request's body are read, or of the answer's body sent; then as held, then the rest
  stall         seconds before the answer, or {"after": N, "seconds": S}: N bytes of the body, then a pause, then the rest
  slow          {"bytes": N, "seconds": S}: N bytes of the body at a time, with a pause after each
  cut           N: N bytes of the body, then the connection is closed
  reset         true, with cut, drop or cut_upload: closes it by RST instead of FIN

A PLACE is "absolute", "relative", "http", "otherhost" (localhost for 127.0.0.1 and the reverse), or a literal value.
All rules that match a request apply together; the later of two conflicting rules has priority.
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
    *("held", "hold", "stall", "slow", "cut", "reset"),
}


class Script:
    """The rules, and how often each has matched; the rules of a profile come first and are kept."""

    def __init__(self, rules=(), profile=()):
        self.lock = threading.Condition()
        self.profile = [(rule, [0]) for rule in profile]
        self.replace(list(rules))

    def replace(self, rules):
        """Sets new rules and resets the counts; rejects an unknown rule."""
        for rule in rules:
            if unknown := set(rule) - SELECTORS - FAULTS:
                raise ValueError(f"unknown fault: {', '.join(sorted(unknown))}")
            re.compile(rule.get("path", ""))
        with self.lock:
            self.rules = [(rule, [0]) for rule in rules]
            self.lock.notify_all()

    def wait_for_others(self, faults):
        """Waits until the rules that a request had are replaced, which may have happened already."""
        with self.lock:
            self.lock.wait_for(lambda: self.rules is not faults["rules"])

    def faults(self, method, target, headers):
        """Returns the merged faults of all rules that match this request, and the rules as `rules`."""
        with self.lock:
            merged = {"rules": self.rules}
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
    """A response before it is sent: the correct one, then with the faults applied."""

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
    """Returns the `body` of a rule as bytes."""
    return (value if isinstance(value, str) else json.dumps(value)).encode()


def abort(connection, faults):
    """Closes the connection; the rest is never sent."""
    if faults.get("reset"):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise loopback.Abort


def deliver(answer, request, faults):
    """Sends the response over the request's connection, with the delivery faults."""
    if faults.get("held"):
        request.server.script.wait_for_others(faults)
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
    pause_at = stall["after"] if isinstance(stall, dict) else faults.get("hold")
    slow = faults.get("slow", {"bytes": 1 << 20, "seconds": 0})
    position = 0
    while position < min(end, len(body)):
        stop = min(position + slow["bytes"], end, len(body))
        if pause_at is not None and position <= pause_at < stop:
            write_piece(out, body[position:pause_at], faults)
            if "hold" in faults:
                request.server.script.wait_for_others(faults)
            else:
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
