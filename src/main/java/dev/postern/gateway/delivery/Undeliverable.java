package dev.postern.gateway.delivery;

/** No connection on which mail for a domain may go: what that means for its messages, and whether TLS was the reason. */
final class Undeliverable extends Exception {
    private final transient Outcome outcome;
    private final boolean tls;

    Undeliverable(Outcome outcome, boolean tls) {
        super(outcome.text());
        this.outcome = outcome;
        this.tls = tls;
    }

    static Undeliverable later(String status, String text, Target target, boolean tls) {
        return new Undeliverable(Outcome.retry(status, text, target.describe()), tls);
    }

    Outcome outcome() {
        return outcome;
    }

    boolean tls() {
        return tls;
    }
}
