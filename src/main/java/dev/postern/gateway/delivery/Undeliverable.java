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

    /** Over TLS, and of a kind that waiting does not mend. */
    static Undeliverable never(String status, String text, Target target) {
        return new Undeliverable(Outcome.failed(status, text, target.describe()), true);
    }

    Outcome outcome() {
        return outcome;
    }

    boolean tls() {
        return tls;
    }
}
