#!/usr/bin/env python3
"""Talks TLS to 127.0.0.1:PORT as no library would, and prints what comes back.

  get           one request of 8 MiB, then close_notify; prints the end of the response
  cut           the same, then the end of the TCP stream without close_notify
  notify        the same with close_notify right after the request
  half          the first 40 bytes of a ClientHello, then waits; prints "closed" when the server closes
  h2            offers only h2 by ALPN; prints the alert
  version       prints the TLS version and the protocol that the server chooses
  slow          requests /large, prints "reading" when the response begins, on standard error, and reads no more
  flood         sends a body of 256 MiB to /unread until the server takes no more for two seconds; prints how many bytes it took
"""

import signal
import socket
import ssl
import sys

# Larger than the buffers of a connection: the server still sends when it sees the end of the request's stream.
BODY = bytes(8 * 1024 * 1024) + b"hello"
REQUEST = f"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(BODY)}\r\n\r\n".encode() + BODY


def main():
    port, authority, mode = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    context = ssl.create_default_context(cafile=authority)
    context.set_alpn_protocols(["h2"] if mode == "h2" else ["h2", "http/1.1"])
    received, to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(received, to_send, server_hostname="localhost")
    connection = socket.create_connection(("127.0.0.1", port), timeout=120)

    def send():
        if data := to_send.read():
            connection.sendall(data)

    def run(step):
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                send()
                data = connection.recv(65536)
                if data:
                    received.write(data)
                else:
                    received.write_eof()

    if mode == "half":
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            connection.sendall(to_send.read()[:40])
        while connection.recv(100):
            pass
        print("closed")
        return
    run(tls.do_handshake)
    send()
    if mode == "version":
        print(tls.version(), tls.selected_alpn_protocol())
        return
    if mode == "slow":
        tls.write(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        send()
        run(lambda: tls.read(100))
        print("reading", file=sys.stderr, flush=True)
        signal.pause()
    if mode == "flood":
        size, count = 256 * 1024 * 1024, 0
        tls.write(f"POST /unread HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n".encode())
        send()
        connection.settimeout(2)
        try:
            while count < size:
                tls.write(bytes(65536))
                connection.sendall(to_send.read())
                count += 65536
        except TimeoutError:
            pass
        print(count)
        return
    tls.write(REQUEST)
    if mode == "notify":
        try:
            tls.unwrap()
        except ssl.SSLWantReadError:
            pass
    send()
    if mode in ("cut", "notify"):
        connection.shutdown(socket.SHUT_WR)
    text = b""
    while b"hello" not in text:
        try:
            piece = run(lambda: tls.read(65536))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            break
        if not piece:
            break
        text += piece
    print(len(text) > len(BODY), text[-5:].decode(errors="replace"))


if __name__ == "__main__":
    try:
        main()
    except ssl.SSLError as error:
        print(error)
