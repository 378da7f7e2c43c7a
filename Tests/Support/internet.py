#!/usr/bin/env python3
"""Runs commands in a simulated internet: public names and addresses, each with a scripted registry behind it.

The behavior of a client with a *public* registry cannot be tested on loopback. This runs in a separate network and mount
namespace, which `unshare -rmn internet.py` creates without privileges; it is not visible outside.

Reads one JSON document from stdin:

  folder    a folder for the table of names
  certificates   a folder for certificates, created if missing; its ca/ca.crt is the authority for every host
  hosts     {NAME: {"address": A, ...}}: the name resolves to the address; NAME may be an address itself.
            Every address has a scripted registry: TLS on the ports 443 and 8443, plain HTTP on 80. Further members:
            "auth" (open, basic, bearer), "user" (a list of NAME:PASSWORD), "unknown_authority": true (a certificate
            of an unknown authority), "speaks": "http" (plain HTTP also on 443 and 8443), "resolves_to" (the address
            for the name, if it is another notation of the server's)
  steps     a list of {"rules": {NAME: a list of rules, as JSON or as text}, "run": [PROGRAM, ARGUMENT...], "input": TEXT}

Prints a JSON list, for each step: {"status", "stdout", "stderr", "requests": {NAME: the record}, "connections":
{NAME: the number of opened connections}}. Each step resets rules and records; pushed content is kept.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import threading

import scripted_registry

HERE = pathlib.Path(__file__).parent
SHARED = ("lock", "repositories", "uploads", "tokens", "identity_tokens", "entries", "script")
PATIENCE = 120


class Host:
    """One name, its address, and its servers, which share everything except their port."""

    def __init__(self, name, facts, certificates):
        self.name, self.address = name, facts["address"]
        certificates = certificates / "stranger" if facts.get("unknown_authority") else certificates
        certificate = (str(certificates / "server.crt"), str(certificates / "server.key"))
        secure = (None, None) if facts.get("speaks") == "http" else certificate
        self.servers = [
            self.server(facts, port, *pair) for port, pair in ((443, secure), (8443, secure), (80, (None, None)))
        ]
        for server in self.servers[1:]:
            for name in SHARED:
                setattr(server, name, getattr(self.servers[0], name))
        for server in self.servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def server(self, facts, port, certificate, key):
        options = scripted_registry.options(["--auth", facts.get("auth", "open"), "--port", str(port)])
        options.address, options.cert, options.key = self.address, certificate, key
        options.user = facts.get("user", [])
        return scripted_registry.RegistryServer(options)

    def begin(self, rules):
        self.servers[0].script.replace(json.loads(rules) if isinstance(rules, str) else rules)
        self.servers[0].entries.clear()
        for server in self.servers:
            server.accepted = 0

    def connections(self):
        return sum(server.accepted for server in self.servers)


def prepare(plan, folder):
    """Addresses, names and certificates."""
    certificates = pathlib.Path(plan["certificates"])
    for kind in (certificates / "stranger", certificates):
        if not (kind / "server.crt").exists():
            names = [f"--host={name}" for name in plan["hosts"]]
            names += [f"--host={facts['address']}" for facts in plan["hosts"].values()]
            subprocess.run([sys.executable, str(HERE / "certificates.py"), *names, str(kind)], check=True)
    addresses = sorted({facts["address"] for facts in plan["hosts"].values()})
    orders = ["link set lo up"]
    orders += [f"addr add {address}/32 dev lo" for address in addresses if not address.startswith("127.")]
    subprocess.run(["ip", "-batch", "-"], input="\n".join(orders), text=True, check=True)
    lines = ["127.0.0.1 localhost"]
    lines += [f"{facts.get('resolves_to') or facts['address']} {name}" for name, facts in plan["hosts"].items() if name != facts["address"]]
    (folder / "hosts").write_text("\n".join(lines) + "\n")
    subprocess.run(["mount", "--bind", str(folder / "hosts"), "/etc/hosts"], check=True)


def main():
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    plan = json.load(sys.stdin)
    folder = pathlib.Path(plan["folder"])
    prepare(plan, folder)
    hosts = [Host(name, facts, pathlib.Path(plan["certificates"])) for name, facts in plan["hosts"].items()]
    results = []
    for step in plan["steps"]:
        for host in hosts:
            host.begin(step.get("rules", {}).get(host.name, []))
        done = subprocess.run(
            step["run"], input=step.get("input", ""), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        result = {"status": done.returncode, "stdout": done.stdout, "stderr": done.stderr}
        result["requests"] = {host.name: list(host.servers[0].entries) for host in hosts}
        result["connections"] = {host.name: host.connections() for host in hosts}
        results.append(result)
    print(json.dumps(results))


if __name__ == "__main__":
    sys.exit(main())
