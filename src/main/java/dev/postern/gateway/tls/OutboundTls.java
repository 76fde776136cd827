package dev.postern.gateway.tls;

import dev.postern.api.DestinationControlSpec.TlsMode;

/**
 * The table of outbound TLS levels: from what a connection came to, to what may be sent on it. Pure. A message never goes
 * out below its destination's level, and never in clear once the server agreed to TLS (220).
 */
public final class OutboundTls {

    /** Reason of a server that does not take REQUIRETLS over. */
    public static final String REQUIRETLS_NOT_OFFERED = "RequireTlsNotOffered";

    private OutboundTls() {
    }

    /** What a connection came to. */
    public enum Outcome {
        /** TLS was not asked for: mode None. */
        NOT_TRIED(Phase.NONE, Stage.EHLO, null, null),
        /** The server does not know EHLO. */
        EHLO_REFUSED(Phase.BEFORE_220, Stage.EHLO, "EhloRefused", "EHLO not understood"),
        /** STARTTLS is not among its extensions. */
        NOT_OFFERED(Phase.BEFORE_220, Stage.STARTTLS, "NotOffered", "STARTTLS not offered"),
        /** It answered STARTTLS with an error or with no reply at all that SMTP knows. */
        STARTTLS_REFUSED(Phase.BEFORE_220, Stage.STARTTLS, "StarttlsRefused", "STARTTLS unexpected response"),
        /** The connection ended or stalled before STARTTLS was answered. Nobody refused TLS, so nothing goes in clear. */
        STARTTLS_LOST(Phase.AFTER_220, Stage.STARTTLS, "ConnectionLost", "connection lost before STARTTLS was answered"),
        /** Bytes came in clear between the 220 and the handshake. */
        INJECTED(Phase.AFTER_220, Stage.HANDSHAKE, "UnexpectedData", "unexpected data in clear before the handshake"),
        /** The handshake failed, was cut or stalled, or the server ended the connection right behind it. */
        HANDSHAKE_FAILED(Phase.AFTER_220, Stage.HANDSHAKE, "HandshakeFailed", "handshake failed"),
        /** The session is encrypted. */
        ENCRYPTED(Phase.ENCRYPTED, Stage.VERIFICATION, null, null);

        private final Phase phase;
        private final Stage stage;
        private final String reason;
        private final String text;

        Outcome(Phase phase, Stage stage, String reason, String text) {
            this.phase = phase;
            this.stage = stage;
            this.reason = reason;
            this.text = text;
        }
    }

    /** What follows. */
    public enum Action {
        /** Send on the encrypted session. */
        SEND,
        /** Send in clear. */
        SEND_CLEAR,
        /** Not here: the next host, then later. */
        NEXT_HOST
    }

    /** Where TLS failed. */
    public enum Stage { POLICY, EHLO, STARTTLS, HANDSHAKE, VERIFICATION }

    /**
     * What may be done with the connection.
     *
     * @param alert      whether a required level was not reached
     * @param unverified whether the session is used though its peer is not verified, in a mode that asks for it
     * @param stage      where TLS failed; of use where something failed
     * @param reason     CamelCase and from a small set; null where nothing failed
     * @param text       what happened, for a log line; null where nothing failed
     */
    public record Decision(Action action, boolean alert, boolean unverified, Stage stage, String reason, String text) {
    }

    private enum Phase { NONE, BEFORE_220, AFTER_220, ENCRYPTED }

    /** Whether the peer's certificate is to be verified at all. */
    public static boolean verifies(TlsMode mode) {
        return mode == TlsMode.PreferredVerify || mode == TlsMode.RequiredVerify;
    }

    /** Whether mail may not go out without TLS. */
    public static boolean required(TlsMode mode) {
        return mode == TlsMode.Required || mode == TlsMode.RequiredVerify;
    }

    /**
     * Decides.
     *
     * @param verdict of the verification: needed where the outcome is ENCRYPTED and the mode verifies, else ignored
     * @throws IllegalArgumentException for what cannot be: TLS tried under None, or not tried under another mode
     */
    public static Decision decide(TlsMode mode, Outcome outcome, Verdict verdict) {
        if ((mode == TlsMode.None) != (outcome == Outcome.NOT_TRIED)) {
            throw new IllegalArgumentException("mode " + mode + " does not go with " + outcome);
        }
        return switch (outcome.phase) {
            case NONE -> new Decision(Action.SEND_CLEAR, false, false, outcome.stage, null, null);
            case BEFORE_220 -> failed(required(mode) ? Action.NEXT_HOST : Action.SEND_CLEAR, mode, outcome);
            case AFTER_220 -> failed(Action.NEXT_HOST, mode, outcome);
            case ENCRYPTED -> encrypted(mode, verdict);
        };
    }

    /** Decides about a host that what is published rules out. */
    public static Decision refused(Requirement.Refusal refusal) {
        return new Decision(Action.NEXT_HOST, true, false, Stage.POLICY, refusal.reason(), refusal.text());
    }

    /** Decides about a server that does not take REQUIRETLS over (RFC 8689 section 4.2.1). */
    public static Decision requireTlsNotOffered() {
        return new Decision(Action.NEXT_HOST, true, false, Stage.EHLO, REQUIRETLS_NOT_OFFERED, "REQUIRETLS not offered");
    }

    private static Decision failed(Action action, TlsMode mode, Outcome outcome) {
        return new Decision(action, required(mode), false, outcome.stage, outcome.reason, outcome.text);
    }

    private static Decision encrypted(TlsMode mode, Verdict verdict) {
        if (!verifies(mode) || verdict.verified()) {
            return new Decision(Action.SEND, false, false, Stage.VERIFICATION, null, null);
        }
        boolean refuse = mode == TlsMode.RequiredVerify;
        return new Decision(refuse ? Action.NEXT_HOST : Action.SEND, refuse, !refuse, Stage.VERIFICATION, verdict.reason().name(), verdict.detail());
    }
}
