# Takes POSTs over TLS: keeps each in FOLDER as N.head and N.body, and answers with the next STATUS (the last one for ever). Prints its port.
# usage: https-server.py CERTIFICATE-AND-KEY FOLDER STATUS...
import http.server
import os
import ssl
import sys

pem, folder, *statuses = sys.argv[1:]
seen = 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # else each answer ends its connection
    def do_POST(self):
        global seen
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = int(statuses[min(seen, len(statuses) - 1)])
        for name, data in (("body", body), ("head", f"{self.requestline}\n{self.headers}".encode())):
            with open(os.path.join(folder, f"{seen}.{name}.new"), "wb") as f:
                f.write(data)
            os.rename(os.path.join(folder, f"{seen}.{name}.new"), os.path.join(folder, f"{seen}.{name}"))
        seen += 1
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(pem)
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
