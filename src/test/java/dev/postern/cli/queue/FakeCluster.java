package dev.postern.cli.queue;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/**
 * An API server with pods of the gateway {@code edge} in namespace {@code mail}, as far as {@code exec} and logs need one: what is run in a pod is run here, with the pod's folder. (The
 * real one has no kubelet here.)
 */
public final class FakeCluster implements AutoCloseable {
    private static final byte STDIN = 0;
    private static final byte STDOUT = 1;
    private static final byte STATUS = 3;
    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    private final Map<String, Path> folders;
    private final Map<String, String> logs;
    /** What was asked for. */
    final List<String> requests = new CopyOnWriteArrayList<>();

    /** @param folders data folders, by pod; @param logs by pod */
    public FakeCluster(Map<String, Path> folders, Map<String, String> logs) throws Exception {
        this.folders = folders;
        this.logs = logs;
        server = vertx.createHttpServer(new HttpServerOptions().setWebSocketSubProtocols(List.of("v5.channel.k8s.io", "v4.channel.k8s.io"))).requestHandler(this::request)
                .listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** A kubeconfig for it. */
    public Path kubeconfig(Path folder) throws IOException {
        return Files.writeString(folder.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: fake, cluster: {server: "http://127.0.0.1:%d"}}]
                users: [{name: me, user: {token: x}}]
                contexts: [{name: fake, context: {cluster: fake, user: me, namespace: mail}}]
                current-context: fake
                """.formatted(server.actualPort()));
    }

    private void request(HttpServerRequest request) {
        requests.add(request.method() + " " + request.uri());
        String path = request.path();
        if (path.endsWith("/selfsubjectreviews")) {
            request.body().onSuccess(body -> json(request, 201, "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"SelfSubjectReview\",\"metadata\":{},\"status\":{\"userInfo\":{\"username\":\"alice@example.com\"}}}"));
        } else if (path.equals("/api/v1/namespaces/mail/pods")) {
            json(request, 200, "{\"apiVersion\":\"v1\",\"kind\":\"PodList\",\"metadata\":{},\"items\":[" + String.join(",", folders.keySet().stream().sorted().map(FakeCluster::pod).toList()) + "]}");
        } else if (path.startsWith("/api/v1/namespaces/mail/pods/") && path.split("/").length == 7) {
            json(request, 200, pod(path.split("/")[6]));
        } else if (path.endsWith("/exec")) {
            request.toWebSocket().onSuccess(socket -> exec(socket, path.split("/")[6], request.params().getAll("command")));
        } else if (path.endsWith("/log")) {
            request.response().putHeader("Content-Type", "text/plain").end(logs.getOrDefault(path.split("/")[6], ""));
        } else {
            json(request, 404, "{\"apiVersion\":\"v1\",\"kind\":\"Status\",\"status\":\"Failure\",\"code\":404,\"message\":\"there is no " + path + "\"}");
        }
    }

    private static void json(HttpServerRequest request, int status, String json) {
        request.response().setStatusCode(status).putHeader("Content-Type", "application/json").end(json);
    }

    private static String pod(String name) {
        return "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"" + name + "\",\"namespace\":\"mail\",\"labels\":{\"app.kubernetes.io/component\":\"gateway\","
                + "\"postern.dev/gateway\":\"edge\"}},\"spec\":{\"containers\":[{\"name\":\"gateway\"}]},\"status\":{\"phase\":\"Running\"}}";
    }

    private void exec(ServerWebSocket socket, String pod, List<String> command) {
        Buffer input = Buffer.buffer();
        socket.binaryMessageHandler(frame -> {
            if (frame.length() > 0 && frame.getByte(0) == STDIN) {
                input.appendBuffer(frame, 1, frame.length() - 1);
                if (input.toString().endsWith("\n")) {
                    vertx.executeBlocking(() -> run(pod, command, input.getBytes())).onSuccess(out -> answer(socket, out));
                }
            }
        });
    }

    private String run(String pod, List<String> command, byte[] input) {
        requests.add(pod + ": " + String.join(" ", command));
        WireCommand wire = new WireCommand();
        wire.in = new ByteArrayInputStream(input);
        StringWriter out = new StringWriter();
        new CommandLine(wire).setOut(new PrintWriter(out)).execute("--folder", folders.get(pod).toString());
        return out.toString();
    }

    /** In pieces, as they come through a network. */
    private static void answer(ServerWebSocket socket, String out) {
        byte[] bytes = out.getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at < bytes.length; at += 1000) {
            socket.writeBinaryMessage(Buffer.buffer().appendByte(STDOUT).appendBytes(bytes, at, Math.min(1000, bytes.length - at)));
        }
        socket.writeBinaryMessage(Buffer.buffer().appendByte(STATUS).appendString("{\"apiVersion\":\"v1\",\"kind\":\"Status\",\"status\":\"Success\"}"));
        socket.close();
    }

    @Override
    public void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
