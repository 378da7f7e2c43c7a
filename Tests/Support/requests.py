#!/usr/bin/env python3
"""Writes requests to a registry as bytes, one connection a file: seeds of the fuzzer of the server.  requests.py FOLDER"""

import hashlib
import pathlib
import sys

BLOB = b"0123456789"
DIGEST = "sha256:" + hashlib.sha256(BLOB).hexdigest()
TYPE = "application/vnd.oci.image.manifest.v1+json"


def request(method, target, *fields, body=b"", version="1.1"):
    head = [f"{method} {target} HTTP/{version}", "Host: localhost", *fields]
    if body and not any(field.lower().startswith(("content-length", "transfer-encoding")) for field in fields):
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join(head + ["", ""]).encode() + body


CHUNKED = b"4\r\n0123\r\n6;x=y\r\n456789\r\n0\r\nT: v\r\n\r\n"
UPLOAD = f"/v2/a/b/blobs/uploads/?digest={DIGEST}"
REQUESTS = {
    "get": request("GET", "/v2/"),
    "head": request("HEAD", "/v2/a/manifests/v1") + request("GET", "/v2/_catalog?n=3&last=a"),
    "pipelined": request("GET", "/v2/") + request("POST", UPLOAD, body=BLOB) + request("GET", f"/v2/a/b/blobs/{DIGEST}"),
    "chunked": request("POST", UPLOAD, "Transfer-Encoding: chunked", body=CHUNKED) + request("GET", "/v2/"),
    "continue": request("POST", UPLOAD, "Expect: 100-continue", body=BLOB),
    "close": request("GET", "/v2/", "Connection: close") + request("GET", "/v2/"),
    "old": request("GET", "/v2/", version="1.0"),
    "keep": request("GET", "/v2/", "Connection: keep-alive", version="1.0") + request("GET", "/v2/"),
    "absolute": request("GET", "http://localhost:5000/v2/a/tags/list?n=1"),
    "upgrade": request("GET", "/v2/", "Upgrade: h2c", "Connection: Upgrade") + b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "range": request("GET", f"/v2/a/b/blobs/{DIGEST}", "Range: bytes=2-5"),
    "patch": request("PATCH", "/v2/a/blobs/uploads/0123456789abcdef0123456789abcdef", "Content-Range: 0-9", body=BLOB),
    "manifest": request("PUT", "/v2/a/manifests/v1", f"Content-Type: {TYPE}", body=b'{"schemaVersion":2}'),
    "lengths": request("POST", UPLOAD, "Content-Length: 10", "Content-Length: 11", body=BLOB),
    "both": request("POST", UPLOAD, "Content-Length: 5", "Transfer-Encoding: chunked", body=CHUNKED),
    "space": request("POST", UPLOAD, "Transfer-Encoding : chunked", body=CHUNKED),
    "cut": request("POST", UPLOAD, "Content-Length: 100", body=BLOB),
    "web": request("POST", "/v2/a/blobs/uploads/", "Origin: http://x"),
}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in REQUESTS.items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
