"""A line with a round-trip time: relays on loopback that hold back what passes, in both directions.

The kernel answers TCP's handshake on loopback at once, so the first bytes of each connection wait for one round trip more.
Counts connections, and requests if they are plain HTTP.
"""

import asyncio
import re
import threading

PIECE = 256 * 1024
REQUEST = re.compile(rb"(?:^|\r\n\r\n)(?:GET|HEAD|POST|PUT|PATCH|DELETE) /[^ \r\n]* HTTP/1\.1\r\n")


class Line:
    """Runs the relays on a thread; every relay's target can be set after its port is known."""

    def __init__(self, seconds=0.0):
        self.seconds, self.connections, self.requests = seconds, 0, 0
        self.targets = {}
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def listen(self, target=None):
        """Opens a relay; returns its port."""
        started = asyncio.start_server(self.serve, "127.0.0.1", 0)
        server = asyncio.run_coroutine_threadsafe(started, self.loop).result(10)
        port = server.sockets[0].getsockname()[1]
        self.targets[port] = target
        return port

    def reset(self):
        self.connections = self.requests = 0

    async def serve(self, reader, writer):
        self.connections += 1
        port = writer.get_extra_info("sockname")[1]
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.targets[port])
        except OSError:
            writer.close()
            return
        await asyncio.gather(
            self.pass_on(reader, far_writer, self.seconds * 1.5, True),
            self.pass_on(far_reader, writer, self.seconds * 0.5, False),
        )

    async def pass_on(self, reader, writer, first, counts):
        """Passes one direction on: `first` seconds after the connection opened at the earliest, then half a round trip late."""
        pieces, now = asyncio.Queue(256), self.loop.time
        opened = now() + first

        async def write():
            try:
                while (item := await pieces.get()) is not None:
                    due, data = item
                    if (pause := due - now()) > 0:
                        await asyncio.sleep(pause)
                    writer.write(data)
                    await writer.drain()
            except OSError:
                pass
            finally:
                writer.close()

        writing = asyncio.ensure_future(write())
        try:
            while data := await reader.read(PIECE):
                if counts:
                    self.requests += len(REQUEST.findall(data))
                await pieces.put((max(opened, now() + self.seconds / 2), data))
        except OSError:
            pass
        await pieces.put(None)
        await writing
