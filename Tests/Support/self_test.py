#!/usr/bin/env python3
"""Checks the test servers of this folder: a fault that does not happen tests nothing.

Needs the openssl command only. Takes the options of Python's unittest, for example `self_test.py -v Faults`.
"""

import argparse
import base64
import contextlib
import gzip
import hashlib
import http.client
import json
import os
import pathlib
import random
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import bombs
import kill_points
import kills
import modules
import mutants
import profiles
import soak_bench
import soak_kills
import wasm_assembler
from soak_bench import Violation

HERE = pathlib.Path(__file__).parent
sys.path.append(str(HERE.parent / "Bench"))
import delay  # noqa: E402
import generated  # noqa: E402
import report  # noqa: E402

DATA = bytes(range(256)) * 400
DIGEST = "sha256:" + hashlib.sha256(DATA).hexdigest()
BLOB = f"/v2/team/plugin/blobs/{DIGEST}"


@contextlib.contextmanager
def server(script, *options):
    command = [sys.executable, str(HERE / script), *map(str, options)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield json.loads(process.stdout.readline())["port"]
    finally:
        process.stdin.close()
        status = process.wait(5)
        process.stdout.close()
        assert status == 0, f"{script} ended with {status}"


class Client:
    """One connection to one server."""

    def __init__(self, port, tls=None):
        kind = http.client.HTTPSConnection if tls else http.client.HTTPConnection
        self.connection = kind("127.0.0.1", port, timeout=5, **({"context": tls} if tls else {}))

    def __call__(self, method, path, body=None, **headers):
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        path = path.removeprefix(f"http://127.0.0.1:{self.connection.port}")
        self.connection.request(method, path, body, fields)
        answer = self.connection.getresponse()
        answer.content = answer.read()
        return answer

    def script(self, *rules):
        answer = self("PUT", "/__control", json.dumps(rules))
        assert answer.status == 200, answer.content

    def seed(self):
        return self("POST", f"/v2/team/plugin/blobs/uploads/?digest={DIGEST}", DATA)


class Registry(unittest.TestCase):
    """The registry without faults."""

    def setUp(self):
        self.client = Client(self.enterContext(server("scripted_registry.py")))

    def test_an_image_goes_in_and_comes_out(self):
        start = self.client("POST", "/v2/team/plugin/blobs/uploads/", b"")
        self.assertEqual(start.status, 202)
        first = self.client("PATCH", start.headers["Location"], DATA[:1000], Content_Range="0-999")
        self.assertEqual((first.status, first.headers["Range"]), (202, "0-999"))
        wrong = self.client("PATCH", first.headers["Location"], DATA[:5], Content_Range="0-4")
        self.assertEqual(wrong.status, 416)
        done = self.client("PUT", first.headers["Location"] + "&digest=" + DIGEST, DATA[1000:])
        self.assertEqual((done.status, done.headers["Docker-Content-Digest"]), (201, DIGEST))
        self.assertEqual(self.client("GET", BLOB).content, DATA)
        part = self.client("GET", BLOB, Range="bytes=10-19")
        self.assertEqual((part.status, part.content), (206, DATA[10:20]))
        head = self.client("HEAD", BLOB)
        self.assertEqual((head.headers["Content-Length"], head.content), (str(len(DATA)), b""))
        manifest = json.dumps({"config": {"digest": DIGEST}, "layers": []}).encode()
        self.assertEqual(self.client("PUT", "/v2/team/plugin/manifests/v1", manifest).status, 201)
        self.assertEqual(self.client("GET", "/v2/team/plugin/manifests/v1").content, manifest)
        self.assertEqual(json.loads(self.client("GET", "/v2/team/plugin/tags/list").content)["tags"], ["v1"])

    def test_what_must_be_refused_is(self):
        refused = self.client("POST", f"/v2/team/plugin/blobs/uploads/?digest={DIGEST}", b"other")
        self.assertEqual((refused.status, json.loads(refused.content)["errors"][0]["code"]), (400, "DIGEST_INVALID"))
        manifest = json.dumps({"config": {"digest": DIGEST}, "layers": []})
        unknown = self.client("PUT", "/v2/team/plugin/manifests/v1", manifest)
        self.assertEqual(json.loads(unknown.content)["errors"][0]["code"], "MANIFEST_BLOB_UNKNOWN")
        self.assertEqual(self.client("GET", BLOB).status, 404)

    def test_the_record_shows_requests_without_secrets(self):
        self.client("GET", BLOB, Authorization="Basic c2VjcmV0")
        record = json.loads(self.client("GET", "/__record").content)
        self.assertEqual([(entry["method"], entry["status"]) for entry in record], [("GET", 404)])
        expected = "Basic sha256:" + hashlib.sha256(b"c2VjcmV0").hexdigest()
        self.assertIn(["Authorization", expected], record[0]["headers"])


class Faults(unittest.TestCase):
    """Each fault happens to the intended request."""

    def setUp(self):
        self.port = self.enterContext(server("scripted_registry.py"))
        self.client = Client(self.port)
        self.client.seed()

    def get(self, **fault):
        self.client.script({"path": "/blobs/", **fault})
        return self.client("GET", BLOB)

    def test_status_by_occurrence(self):
        self.client.script({"path": "/blobs/", "occurrence": 2, "status": 503, "headers": {"Retry-After": "1"}})
        self.assertEqual([self.client("GET", BLOB).status for _ in range(3)], [200, 503, 200])
        self.client.script({"method": "GET", "occurrence": "2+", "status": 429, "body": {"message": "slowly"}})
        self.assertEqual([self.client("GET", BLOB).status for _ in range(3)], [200, 429, 429])
        self.assertEqual(self.client("HEAD", BLOB).status, 200)

    def test_bodies(self):
        self.assertEqual(self.get(flip=0).content, b"\xff" + DATA[1:])
        self.assertEqual(self.get(truncate=7).headers["Content-Length"], "7")
        encoded = self.get(encoded=True)
        self.assertEqual((encoded.headers["Content-Encoding"], gzip.decompress(encoded.content)), ("gzip", DATA))
        self.assertEqual(self.get(chunked=True).content, DATA)
        self.assertEqual(self.get(slow={"bytes": 40000, "seconds": 0.01}).content, DATA)

    def test_headers(self):
        self.assertNotEqual(self.get(wrong_digest_header=True).headers["Docker-Content-Digest"], DIGEST)
        answer = self.get(extra_headers={"X-One": ["a", "b"], "Content-Type": None})
        self.assertEqual((answer.headers.get_all("X-One"), answer.headers["Content-Type"]), (["a", "b"], None))
        answer = self.get(no_length=True)
        self.assertEqual((answer.headers["Content-Length"], answer.content), (None, DATA))

    def test_places(self):
        port = self.port
        for kind, start in [
            ("absolute", f"http://127.0.0.1:{port}/v2/"),
            ("relative", "/v2/"),
            ("otherhost", f"http://localhost:{port}/v2/"),
            ("http://169.254.169.254/", "http://169.254.169.254/"),
        ]:
            self.client.script({"location": kind})
            location = self.client("POST", "/v2/team/plugin/blobs/uploads/").headers["Location"]
            self.assertTrue(location.startswith(start), location)
        answer = self.get(redirect="relative")
        self.assertEqual(answer.status, 307)
        self.assertEqual(self.client("GET", answer.headers["Location"]).status, 200)
        self.assertEqual(self.client("GET", answer.headers["Location"], Authorization="Bearer x").status, 400)

    def test_a_range_that_is_stale(self):
        for fault, expected in ((True, "0-0"), ("0-9999", "0-9999")):
            start = self.client("POST", "/v2/team/plugin/blobs/uploads/", b"")
            self.client.script({"method": "PATCH", "stale_range": fault})
            answer = self.client("PATCH", start.headers["Location"], DATA[:1000])
            self.assertEqual((answer.status, answer.headers["Range"]), (202, expected))
            # Only the header is wrong: the upload resumes at the real offset.
            done = self.client("PUT", answer.headers["Location"] + "&digest=" + DIGEST, DATA[1000:])
            self.assertEqual(done.status, 201)

    def test_what_a_cut_upload_keeps(self):
        for fault, expected in (({}, (204, "0-999")), ({"forget": True}, (404, None))):
            start = self.client("POST", "/v2/team/plugin/blobs/uploads/", b"")
            self.client.script({"method": "PATCH", "cut_upload": 1000, **fault})
            with self.assertRaises(ConnectionError):
                self.client("PATCH", start.headers["Location"], DATA)
            self.client = Client(self.port)
            state = self.client("GET", start.headers["Location"])
            self.assertEqual((state.status, state.headers["Range"]), expected)
            if not fault:
                self.client.script()
                stale = self.client("PATCH", start.headers["Location"], DATA[1000:])
                self.assertEqual(stale.status, 400)
                done = self.client("PUT", state.headers["Location"] + "&digest=" + DIGEST, DATA[1000:])
                self.assertEqual(done.status, 201)

    def test_pieces_that_are_too_short(self):
        self.client.script({"path": "/blobs/uploads/", "min_chunk": 100})
        start = self.client("POST", "/v2/team/plugin/blobs/uploads/", b"")
        self.assertEqual(start.headers["OCI-Chunk-Min-Length"], "100")
        location, statuses = start.headers["Location"], []
        for first, end in ((0, 100), (100, 199), (199, 300)):
            answer = self.client("PATCH", location, DATA[first:end], Content_Range=f"{first}-{end - 1}")
            location = answer.headers["Location"] or location
            statuses.append(answer.status)
        self.assertEqual(statuses, [202, 202, 416])
        self.assertEqual(self.client("PATCH", start.headers["Location"], DATA[:100]).status, 400, "stale state")

    def test_another_status_for_what_was_done(self):
        self.client.script({"method": "POST", "answer_status": 201})
        self.assertEqual(self.client("POST", "/v2/team/plugin/blobs/uploads/", b"").status, 201)

    def test_rules_for_some_requests_only(self):
        self.client.script(
            {"with": "Content-Range", "over": 100, "status": 416}, {"without": "Content-Length", "status": 411}
        )
        location = self.client("POST", "/v2/team/plugin/blobs/uploads/", b"").headers["Location"]
        self.assertEqual(self.client("GET", BLOB).status, 411)
        self.assertEqual(self.client("PATCH", location, DATA[:101], Content_Range="0-100").status, 416)
        small = self.client("PATCH", location, DATA[:100], Content_Range="0-99")
        self.assertEqual(small.status, 202)
        self.assertEqual(self.client("PATCH", small.headers["Location"], DATA[:101]).status, 202)

    def test_pages(self):
        manifest = json.dumps({"config": {"digest": DIGEST}, "layers": []}).encode()
        for tag in "abc":
            self.client("PUT", f"/v2/team/plugin/manifests/{tag}", manifest)
        tags = "/v2/team/plugin/tags/list"
        first = self.client("GET", f"{tags}?n=2")
        self.assertEqual(first.headers["Link"], f'<{tags}?n=2&last=b>; rel="next"')
        self.assertIsNone(self.client("GET", f"{tags}?n=2&last=b").headers["Link"])
        self.client.script({"path": "/tags/list", "link": "absolute"})
        self.assertIn(f"<http://127.0.0.1:{self.port}{tags}?n=2&last=b>", self.client("GET", f"{tags}?n=2").headers["Link"])
        self.client.script({"path": "/tags/list", "link": f"{tags}?n=1&last=a"})
        last = self.client("GET", f"{tags}?n=9")
        self.assertEqual(last.headers["Link"], f'<{tags}?n=1&last=a>; rel="next"', "a list without an end")

    def test_ends(self):
        with self.assertRaises(http.client.IncompleteRead) as caught:
            self.get(cut=1000)
        self.assertEqual(caught.exception.partial, DATA[:1000])
        self.client = Client(self.port)
        with self.assertRaises(http.client.RemoteDisconnected):
            self.get(drop="before")
        self.client = Client(self.port)
        with self.assertRaises(ConnectionResetError):
            self.get(drop="after", reset=True)
        self.client = Client(self.port)
        self.client.script({"method": "POST", "cut_upload": 10})
        with self.assertRaises(ConnectionError):
            self.client.seed()

    def test_silence(self):
        self.client.script({"path": "/blobs/", "stall": {"after": 10, "seconds": 0.3}})
        start = time.monotonic()
        self.assertEqual(self.client("GET", BLOB).content, DATA)
        self.assertGreater(time.monotonic() - start, 0.3)

    def test_held(self):
        self.client.script({"path": "/blobs/", "held": True})
        got = []
        other = Client(self.port)
        waiting = threading.Thread(target=lambda: got.append(other("GET", BLOB).content))
        waiting.start()
        self.client("GET", "/__wait?path=/blobs/sha256")
        self.assertEqual(got, [])
        self.client.script()
        waiting.join(60)
        self.assertEqual(got, [DATA])

    def test_no_end(self):
        for kind in ("body", "headers"):
            self.client.script({"path": "/blobs/", "endless": kind})
            with socket.create_connection(("127.0.0.1", self.port)) as connection:
                connection.sendall(f"GET {BLOB} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                received = 0
                while received < 5_000_000:
                    received += len(connection.recv(1 << 20))

    def test_an_answer_before_the_body(self):
        large = b"x" * 4_000_000
        self.client.script({"method": "POST", "status": 413, "unread": True})
        try:
            answer = self.client("POST", "/v2/team/plugin/blobs/uploads/", large)
            self.assertEqual((answer.status, answer.headers["Connection"]), (413, "close"))
        except ConnectionError:
            pass  # what a client that only writes sees
        self.client = Client(self.port)
        self.assertLess(json.loads(self.client("GET", "/__record").content)[-1]["body_length"], len(large))

    def test_a_script_that_is_not_understood_is_refused(self):
        self.assertEqual(self.client("PUT", "/__control", json.dumps([{"cutt": 1}])).status, 400)


IDENTITY = "hush-identity"
MANIFEST = {"schemaVersion": 2, "config": {"digest": DIGEST}, "layers": []}


class Profiles(unittest.TestCase):
    """The problems of a client that only follows the specification, for each profile."""

    def open(self, name, wanted="pull,push"):
        """Returns a logged-in client."""
        options = ["--identity-token", IDENTITY] if name == "azure" else ["--user", "ci:hush"]
        self.port = self.enterContext(server("scripted_registry.py", "--profile", name, *options))
        self.client, self.basic = Client(self.port), "Basic " + base64.b64encode(b"ci:hush").decode()
        self.authorization = self.basic
        challenge = self.client("GET", "/v2/").headers["WWW-Authenticate"]
        if challenge.startswith("Bearer"):
            self.realm, scope = re.search('realm="http://[^/]*([^"]*)"', challenge)[1], f"repository:team/plugin:{wanted}"
            self.authorization = "Bearer " + self.token("aws" if 'scope="aws"' in challenge else scope)
        if name == "ecr":
            self.base = "/v2/test/plugin"
        else:
            self.base = "/v2/team/plugin"

    def token(self, scope):
        if self.realm.startswith("/oauth2"):
            form = f"grant_type=refresh_token&refresh_token={IDENTITY}&scope={scope}"
            answer = self.client("POST", self.realm, form)
        else:
            answer = self.client("GET", f"{self.realm}?scope={scope}", Authorization=self.basic)
        return json.loads(answer.content)["token"]

    def ask(self, method, path, body=None, **headers):
        path = path if path.startswith(("http", "/v2/")) else self.base + path
        return self.client(method, path, body, Authorization=self.authorization, **headers)

    def begin(self):
        return self.ask("POST", "/blobs/uploads/", b"").headers["Location"]

    def put(self, data=DATA):
        return self.ask("PUT", self.begin() + "&digest=sha256:" + hashlib.sha256(data).hexdigest(), data)

    def code(self, answer):
        return answer.status, json.loads(answer.content)["errors"][0]["code"]

    def manifest(self, **more):
        return self.ask("PUT", "/manifests/v1", json.dumps({**MANIFEST, **more}))

    def test_blobs_at_a_storage_that_refuses_tokens(self):
        for name in ("hub", "ghcr", "azure", "quay", "gitlab"):
            self.open(name)
            self.put(b"x")
            sent = self.ask("GET", "/blobs/sha256:" + hashlib.sha256(b"x").hexdigest())
            self.assertEqual((sent.status, "//localhost:" in sent.headers["Location"]), (307, True), name)
            place = sent.headers["Location"].partition(str(self.port))[2]
            self.assertEqual(self.client("GET", place, Authorization=self.authorization).status, 400)
            self.assertEqual(self.client("GET", place).content, b"x")

    def test_hub(self):
        self.open("hub")
        challenge = self.client("GET", "/v2/team/plugin/tags/list").headers["WWW-Authenticate"]
        self.assertIn(f'realm="http://localhost:{self.port}/token"', challenge)
        self.assertEqual(self.put().status, 201)
        mount = self.ask("POST", f"/blobs/uploads/?mount={DIGEST}&from=other/plugin", b"")
        self.assertEqual(self.code(mount), (400, "NAME_INVALID"))
        self.manifest()
        limit, then = self.ask("GET", "/manifests/v1"), self.ask("GET", "/manifests/v1")
        self.assertIn("toomanyrequests", json.loads(limit.content)["message"])
        self.assertEqual((limit.status, limit.headers["Retry-After"], then.status), (429, "1", 200))

    def test_ghcr(self):
        self.open("ghcr")
        self.assertEqual(self.client("GET", BLOB, Authorization=self.basic).status, 403)
        large = bytes((4 << 20) + 1)
        ranged = self.ask("PATCH", self.begin(), large, Content_Range=f"0-{4 << 20}")
        self.assertEqual((ranged.status, b"4.00MiB" in ranged.content), (416, True))
        self.assertEqual(self.ask("PATCH", self.begin(), large).status, 202)
        self.assertEqual(self.ask("PATCH", self.begin(), large[1:], Content_Range=f"0-{(4 << 20) - 1}").status, 202)

    def test_gar(self):
        self.open("gar")
        self.assertIsNone(self.client("GET", BLOB).headers["WWW-Authenticate"])
        self.assertIsNotNone(self.client("GET", "/v2/").headers["WWW-Authenticate"])
        head = f"POST {self.base}/blobs/uploads/ HTTP/1.1\r\nHost: x\r\nAuthorization: {self.authorization}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.port), 5) as connection:
            connection.sendall(head.encode())
            self.assertIn(b" 411 ", connection.recv(100))
        self.assertEqual(self.ask("PATCH", self.begin(), DATA, Content_Range=f"0-{len(DATA) - 1}").status, 400)
        self.assertEqual(self.put(b"").status, 400)

    def test_ecr(self):
        self.open("ecr")
        self.base = "/v2/missing/plugin"
        self.assertEqual(self.code(self.ask("POST", "/blobs/uploads/", b"")), (404, "NAME_UNKNOWN"))
        self.base = "/v2/test/plugin"
        first = self.ask("PATCH", self.begin(), DATA[:1000], Content_Range="0-999")
        second = self.ask("PATCH", first.headers["Location"], DATA[1000:3000], Content_Range="1000-2999")
        self.assertEqual((second.status, second.headers["Range"]), (201, "0-999"))
        self.put()
        self.assertEqual(self.code(self.manifest()), (405, "UNSUPPORTED"))
        self.assertEqual(self.manifest(mediaType="application/vnd.oci.image.manifest.v1+json").status, 201)
        statuses = [self.ask("GET", f"/tags/list?n={n}").status for n in (1000, 1001, 1999, 2000, 10000)]
        self.assertEqual(statuses, [200, 405, 405, 405, 405])

    def test_ecr_public(self):
        self.open("ecr-public")
        self.assertEqual(self.put().status, 201)
        self.authorization = "Bearer " + self.token("repository:team/plugin:pull,push")
        refused = self.ask("POST", "/blobs/uploads/", b"")
        self.assertIn('scope="aws"', refused.headers["WWW-Authenticate"])
        with self.assertRaises(ConnectionError):
            self.ask("POST", "/blobs/uploads/", iter([b"x"]))

    def test_azure(self):
        self.open("azure")
        self.assertEqual(self.client("GET", "/oauth2/token").status, 405)
        location, large = self.begin(), bytes(1_100_000)
        with self.assertRaises(ConnectionError):
            self.ask("PATCH", location, large)
        self.client = Client(self.port)
        self.assertEqual(self.code(self.ask("GET", location)), (404, "BLOB_UPLOAD_INVALID"))
        self.assertEqual(self.put(large).status, 201)

    def test_acr_aliyun(self):
        self.open("acr-aliyun")
        first = self.ask("PATCH", self.begin(), DATA[:1000], Content_Range="0-999")
        second = self.ask("PATCH", first.headers["Location"], DATA[1000:1500], Content_Range="1000-1499")
        self.assertEqual((second.status, second.headers["Range"]), (202, "0-499"))

    def test_quay(self):
        self.open("quay", "pull,push,delete")
        self.put()
        self.assertEqual(self.ask("POST", f"/blobs/uploads/?mount={DIGEST}", b"").status, 400)
        mounted = self.ask("POST", f"/blobs/uploads/?from=team/plugin&mount={DIGEST}", b"")
        self.assertEqual(mounted.status, 201)
        config = {"digest": DIGEST, "mediaType": "application/vnd.example.config+json"}
        self.assertEqual(self.code(self.manifest(config=config)), (400, "MANIFEST_INVALID"))
        self.assertEqual(self.manifest().status, 201)
        self.assertEqual(self.ask("DELETE", "/manifests/v1").status, 401)
        with self.assertRaises(ConnectionError):
            self.ask("POST", "/blobs/uploads/", iter([b"x"]))

    def test_harbor(self):
        self.open("harbor")
        mount = self.ask("POST", f"/blobs/uploads/?mount={DIGEST}&from=other/plugin", b"")
        self.assertEqual(self.code(mount), (401, "UNAUTHORIZED"))
        self.assertEqual(self.code(self.ask("GET", "/manifests/v1")), (404, "UNKNOWN"))

    def test_gitlab(self):
        self.open("gitlab")
        self.assertEqual(self.put().status, 401)
        self.assertEqual(self.ask("POST", "/blobs/uploads/", b"").status, 401, "the token is gone, not only for one request")
        self.authorization = "Bearer " + self.token("repository:team/plugin:pull,push")
        self.assertEqual(self.put().status, 201)

    def test_artifactory(self):
        self.open("artifactory")
        self.assertEqual(self.code(self.put()), (404, "BLOB_UNKNOWN"))
        patched = self.ask("PATCH", self.begin(), DATA)
        done = self.ask("PUT", patched.headers["Location"] + "&digest=" + DIGEST, b"")
        self.assertEqual((patched.status, done.status), (202, 201))
        self.assertEqual((self.manifest().status, self.manifest().status), (201, 201))
        self.assertEqual(self.code(self.manifest(other=1)), (403, "MANIFEST_INVALID"))

    def test_pulp(self):
        self.open("pulp")
        patched = self.ask("PATCH", self.begin(), DATA)
        self.assertEqual(patched.status, 204)
        self.assertIsNotNone(patched.headers["Location"])

    def test_distribution(self):
        self.open("distribution")
        location = self.begin()
        self.assertEqual(self.ask("DELETE", location).status, 401)
        self.put()
        self.assertEqual(self.ask("POST", f"/blobs/uploads/?mount={DIGEST}&from=team/plugin", b"").status, 202)
        self.client.script({"method": "PATCH", "cut_upload": 100})
        with self.assertRaises(ConnectionError):
            self.ask("PATCH", location, DATA)
        self.client = Client(self.port)
        self.assertEqual(self.code(self.ask("GET", location)), (404, "BLOB_UPLOAD_UNKNOWN"))

    def test_odd(self):
        self.open("odd")
        self.put()
        self.assertEqual(self.ask("HEAD", f"/blobs/{DIGEST}").status, 405)
        answer = self.ask("GET", f"/blobs/{DIGEST}")
        self.assertEqual((answer.status, answer.headers["Docker-Content-Digest"]), (200, None))
        self.assertIn("cONTENT-lENGTH", answer.headers.keys())
        self.assertTrue(self.begin().startswith("/v2/"))

    def test_each_profile_has_a_test(self):
        tested = {name.removeprefix("test_").replace("_", "-") for name in dir(self) if name.startswith("test_")}
        self.assertLessEqual(set(profiles.PROFILES), tested)


class Soak(unittest.TestCase):
    """The soak detects violations."""

    def setUp(self):
        self.bench = soak_bench.Bench("wasmpack")
        self.addCleanup(self.bench.close, False)
        self.images = argparse.Namespace(bench=self.bench, port=0, large_module="sha256:new", large="sha256:new", small="")

    def test_a_file_that_is_partial_or_gone(self):
        pull = soak_kills.Pull(self.images)
        pull.set_up(0)
        self.assertEqual(pull.check(0), "absent")
        pull.set_up(1)
        self.assertEqual(pull.check(1), "old")
        pull.target.write_bytes(b"half")
        self.assertRaises(Violation, pull.check, 0)
        self.assertRaises(Violation, pull.check, 1)
        pull.target.unlink()
        self.assertRaises(Violation, pull.check, 1)

    def test_a_tag_without_its_content(self):
        port = self.enterContext(server("scripted_registry.py"))
        client = Client(port)
        self.assertIsNone(soak_bench.stored_image(port, "team/plugin", "v1"))
        client.seed()
        manifest = json.dumps(MANIFEST).encode()
        client("PUT", "/v2/team/plugin/manifests/v1", manifest)
        self.assertEqual(soak_bench.stored_image(port, "team/plugin", "v1"), soak_bench.sha256([manifest]))
        client.script({"method": "GET", "path": "/blobs/", "flip": 5})
        self.assertRaises(Violation, soak_bench.stored_image, port, "team/plugin", "v1")
        client.script()
        client("DELETE", BLOB)
        self.assertRaises(Violation, soak_bench.stored_image, port, "team/plugin", "v1")

    def test_a_configuration_that_is_neither_old_nor_new(self):
        login = soak_kills.Login.__new__(soak_kills.Login)
        login.bench, login.registry, login.old = self.bench, "here:1", b'{"auths": {}}'
        login.set_up(0)
        self.assertEqual(login.check(0), "old")
        for content in (b"", b'{"auths": {"here:1": {}}', b'{"auths": {"here:1": {}}}'):
            self.bench.config.write_bytes(content)
            self.assertRaises(Violation, login.check, 0)
        self.bench.config.write_bytes(b'{"auths": {"here:1": {}, "other.example": {}}, "detachKeys": "ctrl-e,e"}')
        self.assertEqual(login.check(0), "new")
        self.bench.config.chmod(0o644)
        self.assertRaises(Violation, login.check, 0)

    def test_a_layout_whose_index_or_blobs_are_wrong(self):
        build = soak_kills.Build(self.images)
        build.layout, self.bench.program = self.bench.folder / "layout", "/bin/true"
        blobs = build.layout / "blobs/sha256"
        blobs.mkdir(parents=True)
        self.assertEqual(build.check(0), "absent")
        (build.layout / "index.json").write_text('{"manifests": [{"digest": "sha256:new"}]}')
        self.assertEqual(build.check(0), "new")
        (blobs / hashlib.sha256(b"x").hexdigest()).write_bytes(b"y")
        self.assertRaises(Violation, build.check, 0)
        (build.layout / "index.json").write_text('{"manifests": []}')
        self.assertRaises(Violation, build.check, 1)
        (build.layout / "index.json").unlink()
        self.assertRaises(Violation, build.check, 1)

    def test_moments_are_spread(self):
        found = soak_kills.moments(8, 40, random.Random(1))
        early, late = [sorted(moment for moment in found if (moment >= 32) is is_late) for is_late in (False, True)]
        self.assertEqual(sorted(int(moment // 10) for moment in early + late[:1]), [0, 1, 2, 3])
        self.assertEqual([int((moment - 32) // 2) for moment in late[-4:]], [0, 1, 2, 3])


class Kills(unittest.TestCase):
    """A kill comes at its event, and what it must not leave is seen."""

    def test_only_calls_that_change_files_are_points(self):
        trace = r"""
12 write(2, "a message", 9) = 9
12 write(4, "\1\0\0\0\0\0\0\0", 8) = 8
12 write(5, "content", 7) = 7
13 write(6, "content" <unfinished ...>
12 rename("a", "b") = 0
"""
        self.assertEqual(kill_points.calls_of(trace), [("write", 3), ("write", 1), ("rename", 1)])

    def test_a_relay_signals_at_its_byte_and_passes_everything(self):
        port = self.enterContext(server("scripted_registry.py"))
        Client(port).seed()
        relay, sent = kill_points.Watch(port), []
        self.addCleanup(relay.close)
        run = argparse.Namespace(process=argparse.Namespace(send_signal=sent.append))
        for at, fired in ((10, True), (len(DATA), True), (2 * len(DATA), False)):
            relay.arm(at)
            relay.aim(run, at)
            self.assertEqual(Client(relay.port)("GET", BLOB).content, DATA)
            self.assertEqual(relay.fired, fired)
        self.assertEqual(sent, [10, len(DATA)])

    def test_a_secret_in_a_file(self):
        bench = soak_bench.Bench("wasmpack")
        self.addCleanup(bench.close, False)
        kills.require_no_secret(bench, may_keep=False)
        for secret in (b"hush", base64.b64encode(b"demo:hush-word"), base64.b64encode(b"me:hush-word")):
            bench.config.write_bytes(secret)
            kills.require_no_secret(bench, may_keep=False)
            left = bench.temporary / ".wasmpack-secret-1.tmp"
            left.write_bytes(secret)
            left.chmod(0o600)
            kills.require_no_secret(bench, may_keep=True)
            self.assertRaises(Violation, kills.require_no_secret, bench, may_keep=False)
            left.chmod(0o644)
            self.assertRaises(Violation, kills.require_no_secret, bench, may_keep=True)
            left.unlink()

    def test_a_status_that_no_signal_gives(self):
        def run(status):
            return argparse.Namespace(status=status, said=lambda *_: "")

        for status, state in ((143, "old"), (0, "old"), (75, "new"), (-11, "old")):
            self.assertRaises(Violation, kills.require_status, run(status), signal.SIGINT, state)
        for status, state in ((130, "old"), (0, "new"), (-2, "old")):
            kills.require_status(run(status), signal.SIGINT, state)


class Bombs(unittest.TestCase):
    """Bombs are what they say, and their need is measured."""

    def test_packed_parts_are_one_member(self):
        self.assertEqual(gzip.decompress(bombs.packed((b"ab", 3), (b"c" * 1000, 2))), b"ababab" + b"c" * 2000)
        self.assertEqual(bombs.hashed((b"ab", 3)), "sha256:" + hashlib.sha256(b"ababab").hexdigest())

    def test_a_layout_has_what_its_index_names(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            bombs.BOMBS["nested-indexes"](folder)
            root = json.loads((folder / "layout/index.json").read_text())["manifests"][0]
            for _ in range(12):
                file = folder / "layout/blobs/sha256" / root["digest"].removeprefix("sha256:")
                self.assertEqual(file.stat().st_size, root["size"])
                parts = json.loads(file.read_text())["manifests"]
                self.assertEqual(len(parts), 10)
                root = parts[0]

    def test_memory_and_status_are_those_of_the_program(self):
        with tempfile.TemporaryDirectory() as name:
            for code, status in (("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 11)", -11)):
                program = f"a = b'x' * 100_000_000\n{code}"
                command = [sys.executable, str(HERE / "measured.py"), f"{name}/report", sys.executable, "-c", program]
                self.assertEqual(subprocess.run(command, check=False).returncode, status)
                peak = json.loads(pathlib.Path(name, "report").read_text())["peak"]
                self.assertTrue(100_000_000 < peak < 200_000_000, peak)


class Sockets(unittest.TestCase):
    """Each behavior happens, and what comes before it is correct."""

    @classmethod
    def setUpClass(cls):
        command = [sys.executable, str(HERE / "sockets.py")]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        cls.ports = json.loads(process.stdout.readline())["ports"]
        cls.addClassCleanup(process.stdout.close)
        cls.addClassCleanup(process.wait, 5)
        cls.addClassCleanup(process.stdin.close)

    def test_the_image_is_correct(self):
        client = Client(self.ports["correct"])
        manifest = json.loads(client("GET", "/v2/test/plugin/manifests/v1").content)
        for part in [manifest["config"], *manifest["layers"]]:
            data = client("GET", f"/v2/test/plugin/blobs/{part['digest']}").content
            self.assertEqual("sha256:" + hashlib.sha256(data).hexdigest(), part["digest"])
        self.assertEqual(client("POST", "/v2/test/plugin/blobs/uploads/").status, 202)
        self.assertEqual(client("PUT", "/v2/test/plugin/blobs/uploads/1?digest=x", b"data").status, 201)

    def test_a_behavior_meets_lists_blobs_and_uploads(self):
        client = Client(self.ports["503-forever"])
        self.assertEqual(client("GET", "/v2/test/plugin/manifests/v1").status, 200)
        self.assertEqual(client("GET", "/v2/test/plugin/tags/list").status, 503)
        self.assertEqual(client("POST", "/v2/test/plugin/blobs/uploads/").status, 503)

    def test_no_end(self):
        for name in self.ports:
            if name.startswith("endless-"):
                with socket.create_connection(("127.0.0.1", self.ports[name]), 5) as peer:
                    peer.sendall(b"GET /v2/test/plugin/tags/list HTTP/1.1\r\n\r\n")
                    got = 0
                    while got < 1_000_000:
                        piece = peer.recv(65536)
                        self.assertTrue(piece, name)
                        got += len(piece)

    def test_ends(self):
        for name in ("close-at-once", "close-within-the-head", "close-within-the-body", "half-close", "tls-alert"):
            with socket.create_connection(("127.0.0.1", self.ports[name]), 5) as peer:
                peer.sendall(b"GET /v2/test/plugin/tags/list HTTP/1.1\r\n\r\n")
                with contextlib.suppress(ConnectionResetError):
                    while peer.recv(65536):
                        pass


class Cuts(unittest.TestCase):
    """The relay cuts only at the given points."""

    def setUp(self):
        self.port = self.enterContext(server("scripted_registry.py"))
        Client(self.port).seed()
        self.log = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())) / "log"

    def relay(self, *options):
        return self.enterContext(server("cuts.py", "--to", self.port, "--log", self.log, *options))

    def said(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def test_downloads_are_cut_to_the_byte_and_then_pass(self):
        port = self.relay("--direction", "down", "--at", "5000", "--at", "20000", "--seed", "5")
        got = []
        for _ in range(2):
            with self.assertRaises((http.client.IncompleteRead, ConnectionError)) as caught:
                Client(port)("GET", BLOB)
            got.append(len(getattr(caught.exception, "partial", b"")))
        self.assertTrue(all(size < 15000 for size in got), got)
        self.assertEqual(Client(port)("GET", BLOB).content, DATA)
        self.assertEqual([(cut["at"], cut["direction"]) for cut in self.said()], [(5000, "down"), (20000, "down")])

    def test_uploads_are_cut_both_ways(self):
        port = self.relay("--cuts", "12", "--total", len(DATA) // 2, "--seed", "2")
        tries = 0
        while tries < 20:
            tries += 1
            try:
                self.assertEqual(Client(port).seed().status, 201)
                break
            except (ConnectionError, http.client.HTTPException):
                pass
        self.assertEqual((tries, len(self.said())), (13, 12))
        self.assertEqual({cut["how"] for cut in self.said()}, {"fin", "reset"})
        record = json.loads(Client(self.port)("GET", "/__record").content)
        self.assertEqual(record[-1]["body_digest"], DIGEST)
        self.assertLess(max(entry["body_length"] for entry in record[1:-1]), len(DATA))


class Ends(unittest.TestCase):
    """A server ends with its caller, or on SIGTERM."""

    def test_both_ways_with_status_0(self):
        for end in (lambda process: process.stdin.close(), lambda process: process.terminate()):
            command = [sys.executable, str(HERE / "scripted_registry.py")]
            with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
                process.stdout.readline()
                end(process)
                self.assertEqual(process.wait(5), 0)


class Tokens(unittest.TestCase):
    """The registry's tokens and the token service's."""

    def test_a_token_ends_by_use(self):
        options = ["--auth", "bearer", "--user", "alice:secret", "--token-uses", "1"]
        client = Client(self.enterContext(server("scripted_registry.py", *options)))
        challenge = client("GET", BLOB).headers["WWW-Authenticate"]
        self.assertIn('scope="repository:team/plugin:pull"', challenge)
        basic = "Basic " + base64.b64encode(b"alice:secret").decode()
        self.assertEqual(client("GET", "/token").status, 401)
        answer = client("GET", "/token?scope=repository:team/plugin:pull", Authorization=basic)
        token = "Bearer " + json.loads(answer.content)["token"]
        self.assertIn("insufficient_scope", client("DELETE", BLOB, Authorization=token).headers["WWW-Authenticate"])
        self.assertIn("invalid_token", client("GET", BLOB, Authorization=token).headers["WWW-Authenticate"])

    def test_several_challenges(self):
        client = Client(self.enterContext(server("scripted_registry.py", "--auth", "bearer")))
        client.script({"challenges": ["Negotiate", 'Basic realm="x", Bearer realm="{realm}",scope="{scope}"']})
        fields = client("GET", BLOB).headers.get_all("WWW-Authenticate")
        realm = f"http://127.0.0.1:{client.connection.port}/token"
        self.assertEqual(
            fields, ["Negotiate", f'Basic realm="x", Bearer realm="{realm}",scope="repository:team/plugin:pull"']
        )

    def test_the_record_has_token_requests_in_their_order(self):
        options = ["--auth", "bearer", "--user", "alice:hush-secret"]
        client = Client(self.enterContext(server("scripted_registry.py", *options)))
        form = "grant_type=password&username=alice&password=hush-secret&scope=repository:team/plugin:pull"
        client("GET", BLOB)
        client("POST", "/token", form)
        text = client("GET", "/__record").content.decode()
        first, second = json.loads(text)
        self.assertEqual([first["path"], second["path"]], [BLOB, "/token"])
        self.assertEqual((first["body_length"], first["body_digest"]), (0, None))
        self.assertEqual(second["body_length"], len(form))
        self.assertEqual(second["body_digest"], "sha256:" + hashlib.sha256(form.encode()).hexdigest())
        self.assertNotIn("hush-secret", text)

    def test_signatures_over_tls(self):
        for kind in ([], ["--rsa"]):
            folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
            subprocess.run([sys.executable, HERE / "certificates.py", *kind, folder], check=True)
            options = ["--cert", folder / "server.crt", "--key", folder / "server.key"]
            options += ["--signing-key", folder / "sign.key", "--signing-cert", folder / "sign.crt"]
            options += ["--user", "bob:secret:pull", "--log", folder / "log"]
            tls = ssl.create_default_context(cafile=str(folder / "ca/ca.crt"))
            client = Client(self.enterContext(server("token_service.py", *options)), tls)
            form = "grant_type=password&username=bob&password=secret&scope=repository:a/b:pull,push"
            answer = client("POST", "/token", iter([form[:9].encode(), form[9:].encode()]))
            token = json.loads(answer.content)["access_token"].split(".")
            claims = json.loads(base64.urlsafe_b64decode(token[1] + "=="))
            self.assertEqual(claims["access"], [{"type": "repository", "name": "a/b", "actions": ["pull"]}])
            self.assertNotIn("secret&", (folder / "log").read_text())
            self.assertNotIn('"secret"', (folder / "log").read_text())
            if kind:
                self.verify_rsa(folder, token)

    def verify_rsa(self, folder, token):
        (folder / "signature").write_bytes(base64.urlsafe_b64decode(token[2] + "=="))
        key = subprocess.run(["openssl", "pkey", "-in", folder / "sign.key", "-pubout"], capture_output=True).stdout
        (folder / "public").write_bytes(key)
        command = ["openssl", "dgst", "-sha256", "-verify", folder / "public", "-signature", folder / "signature"]
        subprocess.run(command, input=".".join(token[:2]).encode(), check=True, capture_output=True)


class Internet(unittest.TestCase):
    """Names and addresses of a simulated internet."""

    def test_each_name_has_its_address_and_its_record(self):
        command = ["unshare", "-rmn", sys.executable, str(HERE / "internet.py")]
        if subprocess.run([*command[:2], "true"], capture_output=True, check=False).returncode:
            self.skipTest("unshare cannot create a network namespace here")
        folder = self.enterContext(tempfile.TemporaryDirectory())
        curl = ["curl", "-sS", "--cacert", f"{folder}/ca/ca.crt", "-o", "/dev/null", "-w", "%{remote_ip} %{http_code}"]
        plan = {
            "folder": folder,
            "certificates": folder,
            "hosts": {
                "one.example": {"address": "203.0.113.5", "auth": "basic"},
                "two.example": {"address": "10.0.0.7"},
                "three.example": {"address": "127.0.0.1", "unknown_authority": True},
            },
            "steps": [
                {"run": [*curl, "https://one.example/v2/"]},
                {"run": [*curl, "https://two.example:8443/v2/"], "rules": {"two.example": '[{"status": 418}]'}},
                {"run": [*curl, "https://three.example/v2/"]},
                {"run": [*curl, "http://three.example/v2/"]},
            ],
        }
        done = subprocess.run(command, input=json.dumps(plan), capture_output=True, text=True, check=True)
        one, two, three, plain = json.loads(done.stdout)
        self.assertEqual([one["stdout"], two["stdout"]], ["203.0.113.5 401", "10.0.0.7 418"])
        self.assertEqual(one["connections"], {"one.example": 1, "two.example": 0, "three.example": 0})
        self.assertEqual([entry["path"] for entry in two["requests"]["two.example"]], ["/v2/"])
        self.assertEqual((three["status"], three["requests"]["three.example"]), (60, []))
        self.assertEqual(plain["stdout"], "127.0.0.1 200")


class Secrets(unittest.TestCase):
    """The search of the tests' log finds a secret in output, not in input."""

    def search(self, text):
        return self.run_tests(text).returncode

    def run_tests(self, text, status=0):
        said = f"{text}\n\u2714 Test run with 1 test in 1 suite passed after 0 seconds."
        command = [sys.executable, "-c", f"import sys; print({said!r}); sys.exit({status})"]
        with tempfile.TemporaryDirectory() as folder:
            return subprocess.run(
                [sys.executable, str(HERE / "run_tests.py"), f"{folder}/log", *command],
                capture_output=True,
                text=True,
                env=os.environ | {"PYTHONIOENCODING": "utf-8"},
                check=False,
            )

    def test_what_is_found_and_what_is_not(self):
        mark = "hu" + "sh-1"
        given = f'\u25c7 Test case passing 1 argument x \u2192 "a\n{mark}" to "t" started.\n'
        self.assertEqual(self.search("nothing\n" + given), 0)
        self.assertEqual(self.search(given + mark), 1)
        self.assertEqual(self.search("it says: Test case passing \n" + mark), 1)
        self.assertEqual(self.search("Basic " + base64.b64encode(b"ci:" + mark.encode()).decode()), 1)
        self.assertEqual(self.search("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ0ZXN0In0.x"), 1)

    def test_of_a_run_that_fails_the_failure_is_printed_and_no_other_test(self):
        passing = '\u25c7 Test "a" started.\n\u2714 Test "a" passed after 1 seconds.\nnoise\n'
        known = '\u2718 Test "k" recorded a known issue at F.swift:1:1: no\n\u21b3 known\n'
        failing = '\u2718 Test "b" recorded an issue at F.swift:2:2: Expectation failed\n\u21b3 why\nexit 1\n'
        run = self.run_tests(passing + failing + passing + known + passing, status=1)
        shown = run.stdout.splitlines()
        self.assertEqual(shown[:3], failing.splitlines())
        self.assertIn("everything that was said: ", shown[3])
        self.assertEqual(len(shown), 5)
        self.assertEqual(run.returncode, 1)
        run = self.run_tests(passing)
        self.assertEqual(run.returncode, 0)
        self.assertNotIn("noise", run.stdout)
        self.assertIn("Test run with 1 test", run.stdout)

    def test_each_long_suite_is_called_so(self):
        """`make test-long` finds them by name; `make test` leaves them out by their mark."""
        texts = [place.read_text() for place in HERE.parent.glob("*Tests/**/*.swift")]
        suites = [suite for text in texts for suite in re.findall(r"@Suite\((.*?)\)\s+(?:final )?(?:struct|class) (\w+)", text, re.S)]
        self.assertEqual([name for marks, name in suites if name.endswith("LongTests") != marks.strip().startswith(".long")], [])
        self.assertGreater(sum(name.endswith("LongTests") for _, name in suites), 5)
        self.assertEqual(sum(len(re.findall(r"(?:\(|^\s*)\.long\b", text, re.M)) for text in texts),
                         sum(name.endswith("LongTests") for _, name in suites))  # fmt: skip

    def test_a_run_that_dies_shows_its_last_lines(self):
        run = self.run_tests("Fatal error: no", status=132)
        self.assertEqual(run.returncode, 132)
        self.assertIn("Fatal error: no", run.stdout)


class Modules(unittest.TestCase):
    """The corpus and the mutants are the same in every run, and a mutant differs from its original."""

    def test_each_name_stands_for_one_module(self):
        names = [name for name, _ in modules.corpus()]
        self.assertEqual(len(names), len(set(names)))
        self.assertGreater(len(names), 500)
        self.assertEqual(dict(modules.corpus()), dict(modules.corpus()))

    def test_mutants_depend_on_the_seed_only(self):
        originals = [("every", dict(modules.corpus())["every-section"])]
        changed = dict(mutants.mutants(originals, 300, 1))
        self.assertEqual(changed, dict(mutants.mutants(originals, 300, 1)))
        self.assertNotEqual(changed, dict(mutants.mutants(originals, 300, 2)))
        self.assertLess(sum(module == originals[0][1] for module in changed.values()), 5)
        self.assertGreater(len(set(changed.values())), 250)

    def test_a_hollow_module_has_all_its_sections_and_other_bodies(self):
        whole = dict(modules.corpus())["every-section"]
        hollow = wasm_assembler.hollow(whole)
        for one, other in zip(wasm_assembler.taken_apart(whole), wasm_assembler.taken_apart(hollow)):
            self.assertEqual(one[0], other[0])
            self.assertEqual(one == other, one[0] != wasm_assembler.CODE)
        with self.assertRaises(ValueError):
            wasm_assembler.hollow(whole[:-1])


class Benchmark(unittest.TestCase):
    def test_a_generated_module_is_the_same_each_time(self):
        first = generated.module(300_000)
        self.assertEqual(first, generated.module(300_000))
        self.assertLess(abs(len(first) - 300_000), generated.FUNCTION_SIZE)
        # Neither zeros nor noise.
        self.assertTrue(0.2 < len(gzip.compress(first, 6, mtime=0)) / len(first) < 0.4)

    def test_a_line_delays_both_directions_and_the_first_bytes_by_one_round_trip_more(self):
        server = socket.create_server(("127.0.0.1", 0))
        line = delay.Line(0.04)
        port = line.listen(server.getsockname()[1])
        times = []
        with socket.create_connection(("127.0.0.1", port)) as client:
            far = server.accept()[0]
            with far:
                for _ in range(2):
                    begun = time.monotonic()
                    client.sendall(b"GET /v2/ HTTP/1.1\r\nHost: a\r\n\r\n")
                    far.recv(100)
                    far.sendall(b"x")
                    client.recv(1)
                    times.append(time.monotonic() - begun)
        server.close()
        self.assertGreaterEqual(times[0], 0.08)
        self.assertGreaterEqual(times[1], 0.04)
        self.assertEqual((line.connections, line.requests), (1, 2))

    def test_a_target_counts_as_reached_up_to_its_limit(self):
        def result(median):
            return {"median": median, "cpu": 0, "peak": 30 * 2**20}

        rows = [
            {"row": "start", "results": {"wasmpack": result(0.0055), "crane": result(0.005), "skopeo": result(0.01)}},
            {"row": "digest 2.5 MB, 50 ms", "results": {"wasmpack": result(0.176)}},
            {"row": "pull 2.5 MB, 50 ms", "results": {"wasmpack": result(0.2249)}},
        ]
        self.assertEqual([reached for *_, reached in report.verdicts(rows)], [False, True, True, False, False])


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # sockets that the tests leave to the collector
