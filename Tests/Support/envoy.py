"""Starts a real Envoy with a Wasm plugin in front of a backend, on free ports of this machine.

The plugin is a file, as a mesh's agent provides it to its proxy; the backend answers 200 to everything.

Prints one line of JSON when the proxy is ready: {"port": N}, or {"error": TEXT} with what Envoy said.
Ends when its stdin closes or on SIGTERM: Envoy is killed by its process ID, and the folder is removed.
"""

import argparse
import http.server
import json
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.request

import loopback

PATIENCE = 30
BODY = b"hello from the backend\n"


class Backend(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_):
        pass


def configuration(module, backend):
    def address(port):
        return {"socket_address": {"address": "127.0.0.1", "port_value": port}}

    plugin = {
        "name": "plugin",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
            "config": {
                "name": "plugin",
                "vm_config": {"runtime": "envoy.wasm.runtime.v8", "code": {"local": {"filename": module}}},
            },
        },
    }
    router = {
        "name": "router",
        "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
    }
    route = {"match": {"prefix": "/"}, "route": {"cluster": "backend"}}
    manager = {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "story",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
        "http_filters": [plugin, router],
    }
    chain = {"filters": [{"name": "http", "typed_config": manager}]}
    endpoint = {"endpoint": {"address": address(backend)}}
    return {
        "admin": {"address": address(0)},
        "static_resources": {
            "listeners": [{"name": "story", "address": address(0), "filter_chains": [chain]}],
            "clusters": [
                {
                    "name": "backend",
                    "load_assignment": {"cluster_name": "backend", "endpoints": [{"lb_endpoints": [endpoint]}]},
                }
            ],
        },
    }


def listening_port(admin):
    with urllib.request.urlopen(f"http://{admin}/listeners?format=json", timeout=PATIENCE) as answer:
        statuses = json.load(answer)["listener_statuses"]
    return statuses[0]["local_address"]["socket_address"]["port_value"]


def wait_until_ready(envoy, folder):
    """Returns the proxy's port; polls, because Envoy does not report that it is ready."""
    deadline = time.monotonic() + PATIENCE
    place = folder / "admin"
    while time.monotonic() < deadline and envoy.poll() is None:
        try:
            admin = place.read_text()
            with urllib.request.urlopen(f"http://{admin}/ready", timeout=PATIENCE) as answer:
                if answer.status == 200:
                    return listening_port(admin)
        except (OSError, IndexError):
            pass
        time.sleep(0.02)
    raise RuntimeError("Envoy did not start: " + (folder / "log").read_text()[-4000:])


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("envoy", help="the program")
    parser.add_argument("module", help="the plugin, a .wasm")
    options = parser.parse_args()

    done = threading.Event()
    loopback.end_with_stdin(done)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="wasmpack-envoy-"))
    backend = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    threading.Thread(target=backend.serve_forever, daemon=True).start()
    (folder / "envoy.json").write_text(json.dumps(configuration(options.module, backend.server_port)))
    command = [options.envoy, "-c", str(folder / "envoy.json"), "--concurrency", "1", "--disable-hot-restart"]
    command += ["--admin-address-path", str(folder / "admin"), "-l", "warning", "--component-log-level", "wasm:debug"]
    with open(folder / "log", "wb") as log:
        envoy = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        print(json.dumps({"port": wait_until_ready(envoy, folder), "log": str(folder / "log")}), flush=True)
        done.wait()
    except RuntimeError as problem:
        print(json.dumps({"error": str(problem)}), flush=True)
    finally:
        envoy.terminate()
        envoy.wait()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
