#!/usr/bin/env python3
"""Stand between a client and a server, and keep every exchange with the whole answer.

    recorder.py PORT SERVER_URL FOLDER

forwards what comes in on 127.0.0.1:PORT and writes FLOW.jsonl files into FOLDER: a line per exchange with call,
method, path, body, status and answer, which is null where it was no JSON. Requests to /__flow?name=FLOW and /__flow?mark=CALL, which recorders of such
flows understand, say what comes next; they are forwarded as well, so that recorders can be chained.
"""
import http.client
import http.server
import json
import sys
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

HOP_BY_HOP = {"connection", "content-length", "date", "host", "server", "transfer-encoding"}


class Recorder:
    """A forwarding server on a free or given port of the loopback; a context manager."""

    def __init__(self, server_url, folder=None, port=0):
        self.target = urlsplit(server_url).netloc
        self.folder = Path(folder) if folder else None
        self.exchanges = []
        self.flow, self.call = "", ""
        self.lock = threading.Lock()
        handler = type("Handler", (Forwarder,), {"recorder": self})
        self.listener = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.listener.daemon_threads = True
        self.url = "http://127.0.0.1:%d" % self.listener.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown()
        self.listener.server_close()

    def switch(self, query):
        """Takes what /__flow says about the exchanges to come."""
        with self.lock:
            self.flow = query.get("name", [self.flow])[0]
            self.call = query.get("mark", [self.call])[0]

    def keep(self, method, path, body, answer):
        """Keeps an exchange; `answer` is (response, bytes)."""
        response, text = answer
        is_json = "json" in (response.getheader("Content-Type") or "") and text
        with self.lock:
            exchange = {"call": self.call, "method": method, "path": path, "body": body.decode("utf-8", "replace"),
                        "status": response.status, "answer": json.loads(text) if is_json else None}
            self.exchanges.append(exchange)
            if self.folder and self.flow:
                with open(self.folder / (self.flow + ".jsonl"), "a", encoding="utf-8") as file:
                    file.write(json.dumps(exchange) + "\n")


class Forwarder(http.server.BaseHTTPRequestHandler):
    """One client's connection."""

    protocol_version = "HTTP/1.1"
    recorder = None  # set by the recorder

    def log_message(self, *_):
        pass

    def forward(self):
        url = urlsplit(self.path)
        if url.path == "/__flow":
            self.recorder.switch(parse_qs(url.query))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        response, text = self.ask(body)
        if url.path != "/__flow":
            self.recorder.keep(self.command, self.path, body, (response, text))
        self.send_response(response.status, response.reason)
        for name, value in response.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def ask(self, body):
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        connection = http.client.HTTPConnection(self.recorder.target, timeout=600)
        try:
            connection.request(self.command, self.path, body or (b"" if self.command == "POST" else None), headers)
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    do_GET = do_POST = do_DELETE = do_PUT = do_HEAD = forward


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    with Recorder(sys.argv[2], sys.argv[3], int(sys.argv[1])):
        threading.Event().wait()


if __name__ == "__main__":
    main()
