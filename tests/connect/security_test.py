#!/usr/bin/env python3
"""Who may connect: a server that others can reach asks for a token or TLS; the token is checked; TLS works with a CA."""
import os
import socket
import subprocess
import sys
import tempfile
import unittest

import serving

serving.use_client_python()

RUN = serving.program("""
import sys
from pyspark.sql import SparkSession
print("answer", SparkSession.builder.remote(sys.argv[1]).create().range(5).count())
""")


def run_client(url, **environment):
    """A client process; its return code and everything that it printed."""
    clean = {name: value for name, value in os.environ.items() if name != "SPARK_CONNECT_AUTHENTICATE_TOKEN"}
    run = subprocess.run([sys.executable, RUN, url], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         text=True, timeout=60, env=clean | environment)
    return run.returncode, run.stdout


class Refused(unittest.TestCase):
    def start(self, *flags):
        run = subprocess.run([serving.MILLRACE, "serve", "--port", "0", *flags], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, timeout=30)
        self.assertEqual((run.returncode, run.stdout), (1, ""), run.stderr)
        return run.stderr

    def test_an_open_address_needs_a_token_or_tls(self):
        for host in ("0.0.0.0", "::", "192.0.2.1"):
            message = self.start("--host", host)
            for word in (host, "--token", "--tls-cert", "--tls-key", "127.0.0.1"):
                self.assertIn(word, message)

    def test_tls_needs_both_files(self):
        for flags in (("--tls-cert", "cert.pem"), ("--tls-key", "key.pem")):
            message = self.start(*flags)
            self.assertIn("--tls-cert", message)
            self.assertIn("--tls-key", message)

    def test_files_that_are_not_there_or_are_no_certificate(self):
        self.assertIn("/nowhere/cert.pem", self.start("--tls-cert", "/nowhere/cert.pem", "--tls-key", "/nowhere/key.pem"))
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
            file.write("no certificate\n")
            file.flush()
            self.assertNotEqual(self.start("--tls-cert", file.name, "--tls-key", file.name), "")

    def test_a_port_that_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            run = subprocess.run([serving.MILLRACE, "serve", "--port", address.split(":")[1]], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30)
        self.assertEqual(run.returncode, 1)
        self.assertIn(address, run.stderr)


class Token(unittest.TestCase):
    def check(self, server):
        code, out = run_client(server.url())
        self.assertNotEqual(code, 0)
        self.assertIn("No authentication token provided", out)
        # Of a client whose URL has a token, all calls carry it; PySpark lets it go to this machine without TLS.
        for wrong in ("wrong", "right1", "righ", "rightright", "RIGHT"):
            code, out = run_client(server.url(token=wrong))
            self.assertNotEqual(code, 0)
            self.assertIn("Invalid authentication token", out)
        code, out = run_client(server.url(token="right"))
        self.assertEqual(code, 0, out)
        self.assertIn("answer 5\n", out)

    def test_token_of_the_flag(self):
        with serving.Server("--token", "right") as server:
            self.check(server)

    def test_token_of_the_environment(self):
        with serving.Server(environment={"SPARK_CONNECT_AUTHENTICATE_TOKEN": "right"}) as server:
            self.check(server)

    def test_every_call_asks_for_it(self):
        """Not only those that a client begins with: UNAUTHENTICATED from each of the service's calls."""
        import grpc
        import pyspark.sql.connect.proto as proto
        import pyspark.sql.connect.proto.base_pb2_grpc as service

        with serving.Server("--token", "right") as server, grpc.insecure_channel(f"localhost:{server.port}") as channel:
            stub = service.SparkConnectServiceStub(channel)
            calls = [("ExecutePlan", proto.ExecutePlanRequest()), ("AnalyzePlan", proto.AnalyzePlanRequest()), ("Config", proto.ConfigRequest()),
                     ("AddArtifacts", iter([proto.AddArtifactsRequest()])), ("ArtifactStatus", proto.ArtifactStatusesRequest()),
                     ("Interrupt", proto.InterruptRequest()), ("ReattachExecute", proto.ReattachExecuteRequest()),
                     ("ReleaseExecute", proto.ReleaseExecuteRequest()), ("ReleaseSession", proto.ReleaseSessionRequest()),
                     ("FetchErrorDetails", proto.FetchErrorDetailsRequest()), ("CloneSession", proto.CloneSessionRequest()),
                     ("GetStatus", proto.GetStatusRequest())]
            self.assertEqual({name for name, _ in calls}, {name for name in vars(stub) if not name.startswith("_")})
            for name, request in calls:
                with self.subTest(call=name), self.assertRaises(grpc.RpcError) as raised:
                    answer = getattr(stub, name)(request, metadata=[("authorization", "Bearer wrong")])
                    list(answer)
                self.assertEqual(raised.exception.code(), grpc.StatusCode.UNAUTHENTICATED, name)


class WorkersPort(unittest.TestCase):
    """Python workers have a port of their own where they could not use the server's."""

    def listening(self, server):
        """(address, port) of each socket at which the server listens."""
        folder = f"/proc/{server.process.pid}"
        inodes = {os.readlink(f"{folder}/fd/{fd}").removeprefix("socket:[").rstrip("]") for fd in os.listdir(f"{folder}/fd")}
        found = []
        for table in ("tcp", "tcp6"):
            with open(f"{folder}/net/{table}") as lines:
                rows = [line.split() for line in lines][1:]
            found += [row[1].split(":") for row in rows if row[3] == "0A" and row[9] in inodes]
        return [(address, int(port, 16)) for address, port in found]

    def test_there_is_one_only_where_it_is_needed(self):
        for flags in ((), ("--token", "right"), ("--host", "localhost"), ("--host", "0.0.0.0", "--token", "right")):
            with serving.Server(*flags) as server:
                self.assertEqual({port for _, port in self.listening(server)}, {server.port}, flags)

    def test_it_asks_for_a_token_of_its_own(self):
        import grpc
        import pyspark.sql.connect.proto as proto
        import pyspark.sql.connect.proto.base_pb2_grpc as service

        for flags in (("--host", "127.0.0.2"), ("--host", "127.0.0.2", "--token", "right")):
            with serving.Server(*flags) as server:
                (other,) = [found for found in self.listening(server) if found[1] != server.port]
                self.assertIn(other[0], ("0100007F", "0000000000000000FFFF00000100007F"))  # 127.0.0.1
                with grpc.insecure_channel(f"127.0.0.1:{other[1]}") as channel:
                    stub = service.SparkConnectServiceStub(channel)
                    for metadata in ([], [("authorization", "Bearer ")], [("authorization", "Bearer right")]):
                        with self.assertRaises(grpc.RpcError) as raised:
                            stub.Config(proto.ConfigRequest(), metadata=metadata)
                        self.assertEqual(raised.exception.code(), grpc.StatusCode.UNAUTHENTICATED)


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.cert, cls.key, other = f"{folder}/cert.pem", f"{folder}/key.pem", f"{folder}/other.pem"
        for cert, key in ((cls.cert, cls.key), (other, f"{folder}/other-key.pem")):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj",
                            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
        cls.other = other

    def test_a_client_that_trusts_the_certificate(self):
        with serving.Server("--tls-cert", self.cert, "--tls-key", self.key) as server:
            code, out = run_client(server.url(use_ssl="true"), GRPC_DEFAULT_SSL_ROOTS_FILE_PATH=self.cert)
            self.assertEqual(code, 0, out)
            self.assertIn("answer 5\n", out)

    def test_tls_and_token_on_all_addresses(self):
        with serving.Server("--host", "0.0.0.0", "--tls-cert", self.cert, "--tls-key", self.key, "--token", "right") as server:
            trusted = {"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": self.cert}
            code, out = run_client(server.url(use_ssl="true", token="right"), **trusted)
            self.assertEqual(code, 0, out)
            code, out = run_client(server.url(use_ssl="true", token="wrong"), **trusted)
            self.assertNotEqual(code, 0)
            self.assertIn("Invalid authentication token", out)

    def test_clients_that_do_not_trust_it_or_speak_no_tls(self):
        """Their handshake fails; the client would try again for minutes, so it is left after some seconds."""
        import grpc

        with serving.Server("--tls-cert", self.cert, "--tls-key", self.key) as server, open(self.other, "rb") as other:
            address = f"localhost:{server.port}"
            for channel in (grpc.secure_channel(address, grpc.ssl_channel_credentials(other.read())), grpc.insecure_channel(address)):
                with channel, self.assertRaises(grpc.FutureTimeoutError):
                    grpc.channel_ready_future(channel).result(timeout=3)
            with open(self.cert, "rb") as cert, grpc.secure_channel(address, grpc.ssl_channel_credentials(cert.read())) as channel:
                grpc.channel_ready_future(channel).result(timeout=60)


if __name__ == "__main__":
    unittest.main(verbosity=2)
