"""A CycloneDX document (version 1.5) about the binary."""

import datetime
import hashlib
import json
import uuid

# The document's number follows from its content, so that the same binary has the same document.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://cyclonedx.org/")


def document(binary, version, commit, epoch, components, linked, opened):
    """Returns the document as text.

    `components` are linked statically. `linked` are the sonames that the dynamic linker loads, and `opened` the libraries
    that commands open; both come from the system, so their versions are not known here.
    """
    digest = hashlib.sha256(binary.read_bytes()).hexdigest()
    root = f"wasmpack@{version}"
    inside = [_component(component) for component in components]
    outside = [_library(soname, "linked", "required") for soname in linked]
    outside += [
        _library(library.soname, f"opened at run time, {library.minimum} or later", "optional")
        for library in opened
        # A library that the opened ones share with the linked ones stands once.
        if library.soname not in linked
    ]
    body = {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": datetime.datetime.fromtimestamp(epoch, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": "wasmpack",
                "version": version,
                "hashes": [{"alg": "SHA-256", "content": digest}],
                "licenses": [{"license": {"id": "Apache-2.0"}}],
                **({"pedigree": {"commits": [{"uid": commit}]}} if commit else {}),
            },
        },
        "components": inside + outside,
        "dependencies": [
            {"ref": root, "dependsOn": sorted(part["bom-ref"] for part in inside + outside)},
            *({"ref": part["bom-ref"]} for part in inside + outside),
        ],
    }
    number = uuid.uuid5(NAMESPACE, json.dumps(body, sort_keys=True))
    return json.dumps({**body, "serialNumber": f"urn:uuid:{number}"}, indent=2, sort_keys=True) + "\n"


def _component(component):
    return {
        "type": "library",
        "bom-ref": component.purl,
        "name": component.name,
        "version": component.version,
        "purl": component.purl,
        "scope": "required",
        "licenses": [{"expression": component.license}],
        "externalReferences": [{"type": "website", "url": component.url}],
        "properties": [{"name": "wasmpack:linkage", "value": "static"}],
        **({"pedigree": {"commits": [{"uid": component.revision}]}} if component.revision else {}),
    }


def _library(soname, linkage, scope):
    return {
        "type": "library",
        "bom-ref": soname,
        "name": soname,
        "scope": scope,
        "properties": [{"name": "wasmpack:linkage", "value": f"dynamic, {linkage}"}],
    }
