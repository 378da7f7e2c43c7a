#!/usr/bin/env python3
"""Writes the files for TLS and for signing tokens into FOLDER, with the openssl command:

  ca/ca.crt, ca.key       a private certificate authority; ca/ contains only ca.crt, as skopeo's --cert-dir requires
  server.crt, server.key  a server certificate issued by it for localhost, 127.0.0.1, ::1 and every --host
  sign.crt, sign.key      a self-signed certificate for the token service and the registry's rootcertbundle

Keys are P-256; --rsa makes the signing key RSA 2048 (RS256 instead of ES256). Valid from now for --days.
"""

import argparse
import ipaddress
import os
import pathlib
import subprocess
import sys

P256 = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
RSA = ["-newkey", "rsa:2048"]


def request(folder, key, certificate, subject, algorithm, *more):
    command = ["openssl", "req", "-x509", "-nodes", *algorithm, "-subj", f"/CN={subject}"]
    command += ["-keyout", str(folder / key), "-out", str(folder / certificate), *more]
    subprocess.run(command, check=True, capture_output=True)


def alternative_name(host):
    try:
        return f"IP:{ipaddress.ip_address(host)}"
    except ValueError:
        return f"DNS:{host}"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", metavar="FOLDER", type=pathlib.Path)
    parser.add_argument("--host", action="append", default=[], help="repeatable; one more DNS name or address")
    parser.add_argument("--days", default="2", help="default: %(default)s")
    parser.add_argument("--rsa", action="store_true", help="sign tokens with an RSA key")
    parser.add_argument("--expired", action="store_true", help="the server's certificate ended yesterday")
    options = parser.parse_args()

    folder, days = options.folder, ["-days", options.days]
    os.umask(0o077)
    (folder / "ca").mkdir(parents=True, exist_ok=True)
    authority = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"]
    request(folder, "ca.key", "ca/ca.crt", "wasmpack test authority", P256, *authority, *days)
    names = ["DNS:localhost", "IP:127.0.0.1", "IP:::1", *map(alternative_name, options.host)]
    by_authority = ["-CA", str(folder / "ca/ca.crt"), "-CAkey", str(folder / "ca.key")]
    server = [
        *("-addext", "subjectAltName=" + ",".join(names)),
        *("-addext", "basicConstraints=critical,CA:FALSE"),
        *("-addext", "extendedKeyUsage=serverAuth"),
    ]
    request(folder, "server.key", "server.crt", "localhost", P256, *by_authority, *server, *days)
    if options.expired:
        # `req -x509` rejects days in the past; `x509` accepts them.
        wanted = ["-key", str(folder / "server.key"), "-subj", "/CN=localhost", "-out", str(folder / "server.csr")]
        subprocess.run(["openssl", "req", "-new", *wanted, *server], check=True, capture_output=True)
        command = ["openssl", "x509", "-req", "-in", str(folder / "server.csr"), *by_authority, "-CAcreateserial"]
        command += ["-copy_extensions", "copyall", "-days", "-1", "-out", str(folder / "server.crt")]
        subprocess.run(command, check=True, capture_output=True)
    request(folder, "sign.key", "sign.crt", "wasmpack test tokens", RSA if options.rsa else P256, *days)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(error.stderr.decode())
