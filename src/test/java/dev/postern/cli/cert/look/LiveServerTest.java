package dev.postern.cli.cert.look;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that is slow does not hold the looker up for longer than its limits. */
@Timeout(60)
class LiveServerTest {
    private static final Duration LONG = Duration.ofSeconds(50);

    @Test
    void aServerThatSaysNothingIsLeft() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var looker = new LiveServer(Duration.ofMillis(300), Duration.ofMillis(100), LONG);
            assertThat(look(looker, silent, Starttls.smtp).trouble()).contains("does not answer within");
            assertThat(look(looker, silent, Starttls.auto)).satisfies(p -> {
                assertThat(p.how()).isEqualTo("TLS");
                assertThat(p.trouble()).contains("does not answer within");
            });
        }
    }

    @Test
    void aServerThatSendsAByteNowAndThenIsLeft() throws IOException {
        try (ServerSocket drip = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.startVirtualThread(() -> drip(drip));
            assertThat(look(new LiveServer(LONG, LONG, Duration.ofMillis(500)), drip, Starttls.smtp).trouble()).contains("takes longer than");
        }
    }

    private static Presented look(LiveServer looker, ServerSocket server, Starttls starttls) throws IOException {
        return looker.look(List.of(InetAddress.getLoopbackAddress()), server.getLocalPort(), "a.example", starttls);
    }

    private static void drip(ServerSocket server) {
        try (Socket client = server.accept()) {
            while (true) {
                client.getOutputStream().write('2');
                Thread.sleep(50);
            }
        } catch (IOException e) {
            // the client has gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
