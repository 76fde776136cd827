package dev.postern.gateway.delivery;

import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.testing.MarkedText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The tables in docs/tls.md are those that the gateway is tested by. */
class OutboundDocsGoldenTest {
    private static final Path PAGE = Path.of("docs", "tls.md");
    private static final String MODES = Arrays.stream(TlsMode.values()).map(TlsMode::name).collect(Collectors.joining(" | "));

    @Test
    void theTableOfOneHostIsCurrent() throws IOException {
        StringBuilder text = new StringBuilder("| the server | " + MODES + " | reason | status |\n|---|" + "---|".repeat(TlsMode.values().length) + "---|---|\n");
        for (OutboundServer server : OutboundServer.rows()) {
            text.append("| ").append(server.description()).append(" | ");
            for (TlsMode mode : TlsMode.values()) {
                text.append(OutboundTable.fate(mode, server).words).append(" | ");
            }
            text.append(server.reason.reason() == null ? "" : "`" + server.reason.reason() + "`").append(" | ");
            text.append(server.reason.status() == null ? "" : server.reason.status()).append(" |\n");
        }
        MarkedText.assertCurrent(PAGE, "one host", text.toString());
    }

    @Test
    void theTableOfTwoHostsIsCurrent() throws IOException {
        StringBuilder text = new StringBuilder("| the first host | the second host | " + MODES + " |\n|---|---|" + "---|".repeat(TlsMode.values().length) + "\n");
        for (OutboundServer first : OutboundTable.kinds()) {
            for (OutboundServer second : OutboundTable.kinds()) {
                text.append("| ").append(OutboundTable.Pair.describe(first)).append(" | ").append(OutboundTable.Pair.describe(second)).append(" |");
                for (TlsMode mode : TlsMode.values()) {
                    text.append(' ').append(new OutboundTable.Pair(mode, first, second).words()).append(" |");
                }
                text.append('\n');
            }
        }
        MarkedText.assertCurrent(PAGE, "two hosts", text.toString());
    }
}
