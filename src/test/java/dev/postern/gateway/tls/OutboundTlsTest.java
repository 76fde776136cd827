package dev.postern.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.DestinationControlSpec.TlsMode;
import dev.postern.gateway.tls.OutboundTls.Action;
import dev.postern.gateway.tls.OutboundTls.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OutboundTlsTest {
    private static final Verdict GOOD = Verdict.verified("partner.test");
    private static final Verdict BAD = Verdict.failed(Verdict.Reason.NameMismatch, "certificate is not for partner.test but for other.test");

    /** The table as the documentation has it: columns are fails before 220, fails after 220, encrypted unverified, encrypted verified. */
    private static final String TABLE = """
            Preferred       clear       next        send             send
            Required        next+alert  next+alert  send             send
            PreferredVerify clear       next        send+unverified  send
            RequiredVerify  next+alert  next+alert  next+alert       send
            """;

    record Cell(TlsMode mode, Outcome outcome, Verdict verdict, String expected) {
    }

    static List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        for (String row : TABLE.lines().toList()) {
            String[] columns = row.strip().split(" +");
            TlsMode mode = TlsMode.valueOf(columns[0]);
            for (Outcome before : List.of(Outcome.EHLO_REFUSED, Outcome.NOT_OFFERED, Outcome.STARTTLS_REFUSED)) {
                cells.add(new Cell(mode, before, null, columns[1]));
            }
            for (Outcome after : List.of(Outcome.STARTTLS_LOST, Outcome.INJECTED, Outcome.HANDSHAKE_FAILED)) {
                cells.add(new Cell(mode, after, null, columns[2]));
            }
            cells.add(new Cell(mode, Outcome.ENCRYPTED, BAD, columns[3]));
            cells.add(new Cell(mode, Outcome.ENCRYPTED, GOOD, columns[4]));
        }
        return cells;
    }

    @ParameterizedTest
    @MethodSource("cells")
    void decidesAsTheTableSays(Cell cell) {
        var decision = OutboundTls.decide(cell.mode, cell.outcome, cell.verdict);

        String action = switch (decision.action()) {
            case SEND -> "send";
            case SEND_CLEAR -> "clear";
            case NEXT_HOST -> "next";
        };
        assertThat(action + (decision.alert() ? "+alert" : "") + (decision.unverified() ? "+unverified" : "")).isEqualTo(cell.expected.strip());
        boolean failed = decision.action() != Action.SEND || decision.unverified();
        assertThat(decision.reason() != null).isEqualTo(failed);
        assertThat(decision.text() != null).isEqualTo(failed);
    }

    @Test
    void noneNeverTriesTls() {
        assertThat(OutboundTls.decide(TlsMode.None, Outcome.NOT_TRIED, null).action()).isEqualTo(Action.SEND_CLEAR);
        for (Outcome outcome : Outcome.values()) {
            if (outcome != Outcome.NOT_TRIED) {
                assertThatThrownBy(() -> OutboundTls.decide(TlsMode.None, outcome, null)).isInstanceOf(IllegalArgumentException.class);
            }
        }
        assertThatThrownBy(() -> OutboundTls.decide(TlsMode.Required, Outcome.NOT_TRIED, null)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void modesThatDoNotVerifyNeedNoVerdict() {
        assertThat(OutboundTls.decide(TlsMode.Preferred, Outcome.ENCRYPTED, null).action()).isEqualTo(Action.SEND);
        assertThat(OutboundTls.decide(TlsMode.Required, Outcome.ENCRYPTED, null).action()).isEqualTo(Action.SEND);
        assertThat(OutboundTls.verifies(TlsMode.Required)).isFalse();
    }
}
