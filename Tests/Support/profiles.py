"""Differences between real registries and the specification, by name, for `scripted_registry.py --profile`.

A profile is data: options of the registry, and rules of faults.py, which are kept when a script is replaced. All of it is
based on reports of these registries' users and on other clients' sources; it was not tested against the real
services. A quirk is selected by profile, never by the name of a host, and a client must not depend on names either.
"""

import dataclasses

PIECE_CAP = 4 << 20
EMPTY_BLOB = "sha256(:|%3A)e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
CONFIG_TYPES = [
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.cncf.helm.config.v1+json",
]


@dataclasses.dataclass(frozen=True)
class Profile:
    """One registry: its known quirks, the scripted registry's options, the permanent rules."""

    known_for: str
    options: dict
    rules: list


def refusal(status, code, message="", **rule):
    """Returns a rule that answers with an error in the specification's format."""
    body = {"errors": [{"code": code, "message": message, "detail": None}]}
    return {**rule, "status": status, "body": body, "headers": {"Content-Type": "application/json"}}


def mount_refused(status, code, message):
    return refusal(status, code, message, method="POST", path=r"[?&]mount=")


# Blobs are in a storage with signed URLs that rejects an Authorization header.
STORED_ELSEWHERE = {"method": "GET", "path": "/blobs/sha256:", "redirect": "otherhost"}
# A body of unknown length is never accepted; here, at least, the client does not wait forever.
NO_STREAMS = {"with": "Transfer-Encoding", "drop": "before"}
UPLOADS = "/blobs/uploads/."

PROFILES = {
    "hub": Profile(
        "tokens from another host; a limit of pulls, reported in a nonstandard form; mounts from unknown places are 400",
        {"auth": "bearer", "anonymous_pull": True, "token_life": 300},
        [
            {"realm": "otherhost"},
            STORED_ELSEWHERE,
            mount_refused(400, "NAME_INVALID", "invalid repository name"),
            {
                "method": "GET",
                "path": "/manifests/",
                "occurrence": 1,
                "status": 429,
                "headers": {"Retry-After": "1", "ratelimit-limit": "100;w=21600", "ratelimit-remaining": "0;w=21600"},
                "body": {"message": "toomanyrequests: You have reached your pull rate limit."},
            },
        ],
    ),
    "ghcr": Profile(
        "a password is good at the token service only; a piece with Content-Range has at most 4 MiB",
        {"auth": "bearer", "anonymous_pull": True},
        [
            STORED_ELSEWHERE,
            refusal(403, "DENIED", "requested access to the resource is denied", path="^/v2/", **{"with": "Authorization: Basic"}),
            refusal(
                416, "SIZE_INVALID", "exceeds the maximum permissible limit of 4.00MiB",
                method="PATCH", path=UPLOADS, over=PIECE_CAP, **{"with": "Content-Range"},
            ),
        ],
    ),  # fmt: skip
    "gar": Profile(
        "the challenge is at /v2/ only; every POST needs Content-Length; no pieces; no empty blobs",
        {"auth": "bearer"},
        [
            {"path": "^/v2/.", "challenges": []},
            {"method": "POST|PUT|PATCH", "without": "Content-Length", "status": 411},
            refusal(400, "UNSUPPORTED", "chunked uploads are not supported", method="PATCH", **{"with": "Content-Range"}),
            refusal(400, "UNSUPPORTED", "empty blob", method="PUT|POST", path=EMPTY_BLOB),
        ],
    ),
    "ecr": Profile(
        "Basic; repositories are made before; PATCH is 201 and Range is stale; manifests say their mediaType",
        {"auth": "basic"},
        [
            refusal(404, "NAME_UNKNOWN", "The repository does not exist in the registry", path="^/v2/(?!test/).", **{"with": "Authorization"}),
            {"method": "PATCH", "stale_range": True, "answer_status": 201},
            {"method": "PUT", "path": "/manifests/", "needs_media_type": True},
            refusal(405, "UNSUPPORTED", "Invalid parameter n", path=r"/tags/list.*[?&]n=(1\d{3,}(?<!1000)|[2-9]\d{3,})(&|$)"),
        ],
    ),  # fmt: skip
    "ecr-public": Profile(
        "tokens for the scope aws, whatever is done with them; stalls with bodies of unknown length",
        {"auth": "bearer", "token_scope": "aws", "token_path": "/token/"},
        [NO_STREAMS],
    ),
    "azure": Profile(
        "identity tokens; an upload is gone when its connection is, as 404 with BLOB_UPLOAD_INVALID",
        {"auth": "bearer", "token_path": "/oauth2/token", "reusable_identity_tokens": True},
        [
            STORED_ELSEWHERE,
            {"method": "GET", "path": "^/oauth2/token", "status": 405},
            {"method": "PUT|PATCH", "path": UPLOADS, "forget": True},
            {"path": UPLOADS, "missing_as": "BLOB_UPLOAD_INVALID"},
            {"method": "PUT|PATCH", "path": UPLOADS, "over": 1 << 20, "occurrence": 1, "cut_upload": 700_000, "reset": True},
        ],
    ),  # fmt: skip
    "acr-aliyun": Profile(
        "Range of an answer counts from the start of the piece",
        {"auth": "bearer"},
        [{"method": "PATCH", "stale_range": "piece"}],
    ),
    "quay": Profile(
        "config media types on a list; mount needs from; deleting is forbidden; slow with bodies of unknown length",
        {"auth": "bearer"},
        [
            STORED_ELSEWHERE,
            NO_STREAMS,
            refusal(400, "BLOB_UPLOAD_INVALID", "mount without from", method="POST", path=r"^(?!.*[?&]from=).*[?&]mount="),
            refusal(401, "UNAUTHORIZED", "access to the requested resource is not authorized", method="DELETE"),
            {"method": "PUT", "path": "/manifests/", "config_types": CONFIG_TYPES},
        ],
    ),
    "harbor": Profile(
        "a mount from an unknown project is 401; all that is missing is UNKNOWN; robot$ accounts",
        {"auth": "bearer"},
        [mount_refused(401, "UNAUTHORIZED", "unauthorized to access repository"), {"missing_as": "UNKNOWN"}],
    ),
    "gitlab": Profile(
        "tokens that end while a large blob is on its way",
        {"auth": "bearer", "token_life": 300},
        [STORED_ELSEWHERE, {"method": "PUT|PATCH", "path": UPLOADS, "over": 1 << 16, "occurrence": 1, "token_ends": True}],
    ),
    "artifactory": Profile(
        "POST, then PUT with the content, is 404; a tag is not moved without the right to delete",
        {"auth": "bearer"},
        [
            refusal(404, "BLOB_UNKNOWN", "blob unknown to registry", method="PUT", path=UPLOADS, over=0),
            {"method": "PUT", "path": "/manifests/", "no_overwrite": True},
        ],
    ),
    "pulp": Profile("PATCH is 204", {"auth": "bearer"}, [{"method": "PATCH", "answer_status": 204}]),
    "distribution": Profile(
        "giving up an upload needs the right to delete; a mount that cannot be is 202; a lost upload is 404",
        {"auth": "bearer"},
        [{"method": "PUT|PATCH", "path": UPLOADS, "forget": True}, {"method": "POST", "no_mount": True}],
    ),
    "odd": Profile(
        "no HEAD, no Docker-Content-Digest, field names in odd letters, relative places: each was met somewhere",
        {"auth": "basic"},
        [
            {"method": "HEAD", "status": 405},
            {"extra_headers": {"Docker-Content-Digest": None}, "odd_case": True},
            {"location": "relative"},
        ],
    ),
}


def overview():
    """Returns the names and quirks for --help."""
    return "\n".join(f"  {name:13} {profile.known_for}" for name, profile in PROFILES.items())
