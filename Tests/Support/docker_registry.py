#!/usr/bin/env python3
"""Starts Debian's `docker-registry` (distribution 2.8) on a free port, with all its files in a separate folder.

  --auth open       everything is allowed without credentials
  --auth htpasswd   Basic, one user
  --auth token      Bearer, with token_service.py; a client without credentials gets a token to pull

Prints one line of JSON when it is ready: {"port": N, "ca": FILE or null, "folder": FOLDER, "token_port": N or
null, "token_log": FILE or null}.
Ends when its stdin closes or on SIGTERM: the servers are killed by their process IDs, and the folder is removed.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

import loopback

HERE = pathlib.Path(__file__).parent
PATIENCE = 20


def first_line(stream, pattern):
    """Returns the match in the first line that has one, within PATIENCE; reads and drops the rest."""
    found, result, seen = threading.Event(), [], []

    def read():
        for line in stream:
            if not result:
                seen.append(line)
                if match := re.search(pattern, line):
                    result.append(match[1])
                    found.set()
        found.set()

    threading.Thread(target=read, daemon=True).start()
    found.wait(PATIENCE)
    if not result:
        raise RuntimeError("did not start:\n" + "".join(seen))
    return result[0]


def start(processes, command, pattern, **environment):
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment or None,
    )
    processes.append(process)
    return first_line(process.stdout, pattern)


def authentication(options, folder, processes):
    """The `auth` section of the registry's configuration, and the token service's port."""
    if options.auth == "htpasswd":
        name, _, password = options.user.partition(":")
        command = ["htpasswd", "-B", "-C", "4", "-i", "-n", name]
        entry = subprocess.run(command, input=password, check=True, capture_output=True, text=True).stdout
        (folder / "htpasswd").write_text(entry)
        return {"htpasswd": {"realm": "test", "path": str(folder / "htpasswd")}}, None
    if options.auth == "token":
        command = [sys.executable, str(HERE / "token_service.py"), "--user", options.user, "--anonymous", "pull"]
        command += ["--signing-key", f"{folder}/sign.key", "--signing-cert", f"{folder}/sign.crt"]
        command += ["--log", f"{folder}/tokens.log", *options.tokens]
        if not options.plain:
            command += ["--cert", f"{folder}/server.crt", "--key", f"{folder}/server.key"]
        port = start(processes, command, r'"port": (\d+)')
        return {
            "token": {
                "realm": f"{'http' if options.plain else 'https'}://{options.host}:{options.realm_port or port}/token",
                "service": "registry.test",
                "issuer": "test",
                "rootcertbundle": f"{folder}/sign.crt",
            }
        }, port
    return None, None


def serve(options, folder, processes):
    subprocess.run(
        [sys.executable, str(HERE / "certificates.py"), str(folder)]
        + (["--expired"] if options.expired else [])
        + [argument for host in ["localhost", options.host, *options.name] for argument in ("--host", host)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    configuration = {
        "version": "0.1",
        "storage": {"filesystem": {"rootdirectory": f"{folder}/content"}, "delete": {"enabled": True}},
        "http": {"addr": f"127.0.0.1:{options.port}"},
    }
    if not options.plain:
        configuration["http"]["tls"] = {"certificate": f"{folder}/server.crt", "key": f"{folder}/server.key"}
    auth, token_port = authentication(options, folder, processes)
    if auth:
        configuration["auth"] = auth
    # JSON is also YAML.
    (folder / "registry.yml").write_text(json.dumps(configuration))
    # The registry reads each REGISTRY_… variable as configuration, also those of other tools.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
    command = ["docker-registry", "serve", str(folder / "registry.yml")]
    return int(start(processes, command, r"listening on [^ ]*:(\d+)", **environment)), token_port


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--auth", choices=["open", "htpasswd", "token"], default="open", help="default: %(default)s")
    parser.add_argument("--user", default="demo:demo", metavar="NAME:PASSWORD", help="default: %(default)s")
    parser.add_argument(
        "--tokens", action="append", default=[], metavar="ARGUMENT", help="one more for token_service.py, repeatable"
    )
    parser.add_argument("--host", default="localhost", help="a name of this machine; default: %(default)s")
    parser.add_argument("--name", action="append", default=[], help="repeatable; one more name in the certificate")
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--realm-port", type=int, metavar="PORT", help="the token service's port in the challenge")
    parser.add_argument("--plain", action="store_true", help="HTTP without TLS, also for the token service")
    parser.add_argument("--expired", action="store_true", help="the certificate ended yesterday")
    options = parser.parse_args()

    done, processes = threading.Event(), []
    folder = pathlib.Path(tempfile.mkdtemp(prefix="wasmpack-registry-"))
    loopback.end_with_stdin(done)
    try:
        port, token_port = serve(options, folder, processes)
        ready = {
            "port": port,
            "ca": None if options.plain else str(folder / "ca/ca.crt"),
            "folder": str(folder),
            "token_port": token_port and int(token_port),
            "token_log": str(folder / "tokens.log") if options.auth == "token" else None,
        }
        print(json.dumps(ready), flush=True)
        done.wait()
    except (OSError, RuntimeError, subprocess.CalledProcessError) as problem:
        print(json.dumps({"error": str(problem)}), flush=True)
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
