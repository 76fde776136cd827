package dev.postern.gateway.tlsrpt;

import dev.postern.gateway.tlsrpt.ReportRecord.Destination.Https;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Posts reports (RFC 8460 section 5.4). The server's certificate must be good, and redirects are not followed: where a report goes is for the
 * domain's own record to say.
 */
final class HttpsTransport implements Transport<Https>, AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    /** Of an exchange from its beginning to the answer's end. */
    private static final Duration WHOLE = Duration.ofSeconds(60);
    private final HttpClient client;

    HttpsTransport() {
        this(HttpClient.newBuilder().connectTimeout(CONNECT).followRedirects(HttpClient.Redirect.NEVER).build());
    }

    HttpsTransport(HttpClient client) {
        this.client = client;
    }

    @Override
    public void send(Report report, Https to) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(to.target()).timeout(WHOLE).header("Content-Type", "application/tlsrpt+gzip")
                .POST(HttpRequest.BodyPublishers.ofByteArray(report.gzip())).build();
        CompletableFuture<HttpResponse<Void>> answer = client.sendAsync(request, HttpResponse.BodyHandlers.discarding());
        try {
            int status = answer.get(WHOLE.toSeconds(), TimeUnit.SECONDS).statusCode();
            if (status < 200 || status > 299) {
                throw new IOException("the server answered " + status);
            }
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().toString(), e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + WHOLE.toSeconds() + " s", e);
        } finally {
            answer.cancel(true);   // of use where it has not ended: an answer without end must not stay open
        }
    }

    /** Cuts off what is under way. */
    @Override
    public void close() {
        client.shutdownNow();
    }
}
