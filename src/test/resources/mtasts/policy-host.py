"""Policy hosts on one port, each with the certificate and the manners that FOLDER gives it by name: FOLDER ADDRESS PORT. Ends with
its standard input.

FOLDER/HOST.pem is key and chain, FOLDER/HOST.txt the policy, FOLDER/HOST.manner one of those below. Each request is a line of FOLDER/requests.
"""
import http.server
import os
import ssl
import sys
import threading
import time

FOLDER = sys.argv[1]


def read(name, otherwise):
    path = os.path.join(FOLDER, name)
    return open(path, newline="").read() if os.path.exists(path) else otherwise


def context(name):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(os.path.join(FOLDER, name + ".pem"))
    return made


def choose(connection, name, _):
    if name is None or not os.path.exists(os.path.join(FOLDER, name + ".pem")):
        return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
    connection.context = context(name)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        self.request = TLS.wrap_socket(self.request, server_side=True)
        super().setup()

    def do_GET(self):
        host = self.headers["Host"].split(":")[0]
        with open(os.path.join(FOLDER, "requests"), "a") as requests:
            requests.write(host + " " + self.path + "\n")
        manner = read(host + ".manner", "good")
        body = read(host + ".txt", "").encode()
        status, kind = 200, "text/plain; charset=utf-8"
        if manner == "missing":
            status = 404
        elif manner == "moved":
            status = 301
        elif manner == "created":
            status = 201
        elif manner == "html":
            kind = "text/html"
        elif manner == "big":
            body += b"x: " + b"x" * 70000 + b"\n"
        elif manner == "slow":
            time.sleep(60)
        elif manner == "binary":
            body = b"\xff\xfe\x00"
        self.send_response(status)
        if status == 301:
            self.send_header("Location", "https://" + self.headers["Host"] + "/elsewhere.txt")
        if manner != "typeless":
            self.send_header("Content-Type", kind)
        if manner == "gzip":
            self.send_header("Content-Encoding", "gzip")
        if manner == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        elif manner not in ("until-closed", "until-cut"):
            self.send_header("Content-Length", str(len(body) + (100 if manner == "cut" else 0)))
        self.end_headers()
        if manner == "trickle":
            for byte in body:
                self.wfile.write(bytes([byte]))
                time.sleep(1)
        elif manner == "chunked":
            for byte in body:
                self.wfile.write(b"1\r\n" + bytes([byte]) + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.wfile.write(body)
        self.close_connection = True
        if manner == "until-closed":
            try:
                self.request.unwrap()   # says in TLS that this was all
            except OSError:
                pass

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


TLS = context("default")
TLS.sni_callback = choose
server = Server((sys.argv[2], int(sys.argv[3])), Handler)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
