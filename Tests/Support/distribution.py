"""The distribution API in memory: the responses of the scripted registry without faults.

`API` is the part of a request handler for blobs, uploads, manifests and tags; each method returns an `Answer`.
"""

import hashlib
import json
import re
import secrets
import urllib.parse

import loopback
from faults import Answer

MANIFEST_LIMIT = 4 << 20
CODES = {400: "UNSUPPORTED", 401: "UNAUTHORIZED", 403: "DENIED", 404: "NOT_FOUND", 405: "UNSUPPORTED"}
NAME = r"(?P<name>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)"
ROUTES = [
    (r"/v2/", "base"),
    (rf"/v2/{NAME}/blobs/uploads/", "start_upload"),
    (rf"/v2/{NAME}/blobs/uploads/(?P<upload>[0-9a-f]+)", "upload"),
    (rf"/v2/{NAME}/blobs/(?P<digest>[a-z0-9]+:[0-9a-f]+)", "blob"),
    (rf"/v2/{NAME}/manifests/(?P<reference>[^/]+)", "manifest"),
    (rf"/v2/{NAME}/tags/list", "tag_list"),
    (rf"/__blob/{NAME}/(?P<digest>[a-z0-9]+:[0-9a-f]+)", "elsewhere"),
]


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def error(status, code=None, message="", **headers):
    body = {"errors": [{"code": code or CODES.get(status, "UNKNOWN"), "message": message, "detail": None}]}
    return Answer(status, json.dumps(body).encode(), Content_Type="application/json", **headers)


class Repository:
    """One repository: blobs, manifests (with their media type) and tags, all by digest."""

    def __init__(self):
        self.blobs, self.manifests, self.tags = {}, {}, {}


class Upload:
    """The received part of an upload; `is_short` once a chunk was shorter than the registry's minimum for all but the last."""

    def __init__(self, identifier, data=b""):
        self.identifier, self.data, self.is_short = identifier, bytearray(data), False

    @property
    def state(self):
        return f"{self.identifier[::-1]}-{len(self.data)}"


class API:
    """The endpoints; `name`, `repository`, `query`, `faults`, `server` and `body()` are the handler's."""

    def base(self):
        return Answer(200, b"{}", Content_Type="application/json", Docker_Distribution_Api_Version="registry/2.0")

    def start_upload(self):
        if self.command != "POST":
            return error(405)
        query = dict(self.query)
        if query.get("mount") and "from" in query and not self.faults.get("no_mount"):
            data = self.server.repository(query["from"]).blobs.get(query["mount"])
            if data is not None:
                return self.created(data)
        data = self.body()
        if "digest" in query:
            return self.finish_upload(data, query["digest"])
        upload = Upload(secrets.token_hex(8), data)
        with self.server.lock:
            self.server.uploads[upload.identifier] = upload
        answer = self.upload_state(202, upload)
        if "min_chunk" in self.faults:
            answer.set("OCI-Chunk-Min-Length", self.faults["min_chunk"])
        return answer

    def upload_state(self, status, upload):
        path = f"/v2/{self.name}/blobs/uploads/{upload.identifier}?_state={upload.state}"
        span = f"0-{max(len(upload.data) - 1, 0)}"
        return Answer(status, Location=self.place("absolute", path), Range=span, Docker_Upload_UUID=upload.identifier)

    def upload(self, upload):
        upload = self.server.uploads.get(upload)
        if upload is None:
            self.body()
            return error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")
        state = dict(self.query).get("_state", "")
        # A client that lost the connection knows only an old state, and may request the new one or stop.
        is_known = state.startswith(upload.identifier[::-1] + "-") if self.command in ("GET", "DELETE") else False
        if state != upload.state and not is_known:
            self.body()
            return error(400, "BLOB_UPLOAD_INVALID", "the query of Location was lost or is stale")
        if self.command == "DELETE":
            del self.server.uploads[upload.identifier]
            return Answer(204)
        if self.command == "GET":
            return self.upload_state(204, upload)
        if self.command not in ("PATCH", "PUT"):
            return error(405)
        return self.take_piece(upload)

    def take_piece(self, upload):
        before = len(upload.data)
        start = re.match(r"(\d+)-", self.headers.get("Content-Range", ""))
        length = int(self.headers.get("Content-Length") or 0)
        if start and (int(start[1]) != before or (upload.is_short and length)):
            self.body()
            return error(416, "BLOB_UPLOAD_INVALID", f"expected {before}", Range=f"0-{max(before - 1, 0)}")
        try:
            for piece in self.pieces():  # what came before a connection ended is kept
                upload.data += piece
        except loopback.Abort:
            if self.faults.get("forget"):
                self.server.uploads.pop(upload.identifier, None)
            raise
        upload.is_short = len(upload.data) - before < self.faults.get("min_chunk", 0)
        if self.command == "PATCH":
            answer = self.upload_state(202, upload)
            said = {True: before, "piece": len(upload.data) - before}.get(self.faults.get("stale_range"))
            if said is not None:
                answer.set("Range", f"0-{max(said - 1, 0)}")
            return answer
        self.server.uploads.pop(upload.identifier, None)
        return self.finish_upload(bytes(upload.data), dict(self.query).get("digest"))

    def finish_upload(self, data, digest):
        if digest != digest_of(data):
            return error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        return self.created(data)

    def created(self, data):
        digest = digest_of(data)
        self.repository.blobs[digest] = data
        location = self.place("absolute", f"/v2/{self.name}/blobs/{digest}")
        return Answer(201, Location=location, Docker_Content_Digest=digest)

    def blob(self, digest):
        if digest not in self.repository.blobs:
            return error(404, "BLOB_UNKNOWN", "blob unknown to registry")
        if self.command == "DELETE":
            del self.repository.blobs[digest]
            return Answer(202)
        if "redirect" in self.faults and self.command == "GET":
            location = self.place(self.faults["redirect"], f"/__blob/{self.name}/{digest}?signature=x")
            return Answer(307, Location=location)
        return self.content(self.repository.blobs[digest], digest, "application/octet-stream")

    def elsewhere(self, digest):
        """Serves a blob from a storage with a signed URL, like S3: a second authentication method is an error."""
        if "Authorization" in self.headers:
            return Answer(400, b"<Error><Code>InvalidArgument</Code></Error>", Content_Type="application/xml")
        if digest not in self.repository.blobs:
            return Answer(404)
        return self.content(self.repository.blobs[digest], digest, "binary/octet-stream")

    def content(self, data, digest, media_type):
        headers = {"Content_Type": media_type, "Docker_Content_Digest": digest, "Accept_Ranges": "bytes"}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not wanted or self.faults.get("whole"):
            return Answer(200, data, **headers)
        first, last = int(wanted[1]), min(int(wanted[2] or len(data)), len(data) - 1)
        if first >= len(data):
            return Answer(416, Content_Range=f"bytes */{len(data)}")
        return Answer(206, data[first : last + 1], Content_Range=f"bytes {first}-{last}/{len(data)}", **headers)

    def manifest(self, reference):
        if self.command == "PUT":
            return self.put_manifest(reference, self.body())
        digest = self.repository.tags.get(reference, reference)
        if digest not in self.repository.manifests:
            return error(404, "MANIFEST_UNKNOWN", "manifest unknown")
        if self.command == "DELETE":
            if reference not in self.repository.tags:
                del self.repository.manifests[digest]
            tags = self.repository.tags.items()
            self.repository.tags = {t: d for t, d in tags if t != reference and (d != digest or reference != digest)}
            return Answer(202)
        media_type, data = self.repository.manifests[digest]
        return Answer(200, data, Content_Type=media_type, Docker_Content_Digest=digest)

    def put_manifest(self, reference, data):
        digest = digest_of(data)
        if ":" in reference and reference != digest:
            return error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        if len(data) > MANIFEST_LIMIT:
            return error(413, "SIZE_INVALID", "manifest too large")
        try:
            value = json.loads(data)
            children = [value["config"], *value["layers"]] if "layers" in value else []
            missing = [child["digest"] for child in children if child["digest"] not in self.repository.blobs]
            nested = [child["digest"] for child in value.get("manifests", [])]
        except (ValueError, KeyError, TypeError, AttributeError):
            return error(400, "MANIFEST_INVALID", "manifest invalid")
        if self.faults.get("needs_media_type") and "mediaType" not in value:
            return error(405, "UNSUPPORTED", "Invalid JSON syntax")
        config_types, config = self.faults.get("config_types"), value.get("config", {})
        if config_types and config.get("mediaType", config_types[0]) not in config_types:
            return error(400, "MANIFEST_INVALID", "manifest invalid: unknown config mediaType")
        if self.faults.get("no_overwrite") and self.repository.tags.get(reference, digest) != digest:
            return error(403, "MANIFEST_INVALID", "not enough permissions to delete what the tag names")
        if missing or not set(nested) <= set(self.repository.manifests):
            return error(400, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry")
        self.repository.manifests[digest] = (self.headers.get("Content-Type", ""), data)
        if ":" not in reference:
            self.repository.tags[reference] = digest
        location = self.place("absolute", f"/v2/{self.name}/manifests/{digest}")
        return Answer(201, Location=location, Docker_Content_Digest=digest)

    def tag_list(self):
        query, tags = dict(self.query), sorted(self.repository.tags)
        if not tags and not self.repository.manifests:
            return error(404, "NAME_UNKNOWN", "repository name not known to registry")
        rest = [tag for tag in tags if tag > query.get("last", "")]
        page = rest[: int(query["n"])] if "n" in query else rest
        body = json.dumps({"name": self.name, "tags": page}).encode()
        answer = Answer(200, body, Content_Type="application/json")
        if page and len(page) < len(rest):
            more = urllib.parse.urlencode({"n": query["n"], "last": page[-1]})
            answer.set("Link", f'</v2/{self.name}/tags/list?{more}>; rel="next"')
        return answer
