package dev.postern.gateway.delivery;

import dev.postern.gateway.spool.Envelope.Recipient;
import dev.postern.gateway.spool.Envelope.State;
import dev.postern.gateway.spool.Envelope;
import dev.postern.plan.DestinationPlan.Retry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What follows from one attempt: the recipients' new states, what is tried again and when, and what the sender is told. Pure. */
final class Settlement {
    private static final int MAX_TEXT = 500;

    final Map<Integer, Recipient> updates = new TreeMap<>();
    final List<Integer> delivered = new ArrayList<>();
    final List<Integer> again = new ArrayList<>();
    /** By status, text and time: what shares them shares a log line and an entry. */
    final Map<Group, List<Integer>> delayed = new LinkedHashMap<>();
    final Map<Group, List<Integer>> bounced = new LinkedHashMap<>();
    final List<Dsn.Report> reports = new ArrayList<>();
    String response = "";

    /** @param next milliseconds since the epoch, or 0 where nothing follows */
    record Group(String status, String text, long next) {
    }

    private Settlement() {
    }

    /**
     * Works it out.
     *
     * @param outcomes by RID
     * @param now      milliseconds since the epoch
     * @param random   from 0 to 1, for the schedule's jitter: one for all, so that they stay together
     */
    static Settlement of(Envelope envelope, Map<Integer, Outcome> outcomes, Retry retry, long now, double random) {
        Settlement result = new Settlement();
        long expiry = envelope.receivedAt() + retry.maxAgeSeconds() * 1000;
        outcomes.forEach((rid, outcome) -> {
            Recipient recipient = envelope.recipients().get(rid);
            String text = cut(outcome.text());
            switch (outcome.kind()) {
                case DELIVERED -> result.delivered(rid, recipient, outcome, text);
                case AGAIN -> result.again.add(rid);
                case FAILED -> result.bounced(rid, recipient, outcome, outcome.status(), text);
                case RETRY -> {
                    if (Expiry.over(retry, envelope.receivedAt(), recipient.attempts() + 1, now)) {
                        result.expired(rid, recipient, outcome, text);
                    } else {
                        long next = Expiry.next(retry, envelope.receivedAt(), Backoff.millis(retry, recipient.attempts() + 1, random), now);
                        result.delayed(rid, recipient, outcome, text, next);
                        long told = envelope.receivedAt() + Split.DELAY_NOTICE;
                        boolean crossing = recipient.nextAttempt() < told && next >= told;
                        if (crossing && Split.asked(recipient, "DELAY")) {
                            result.reports.add(report(recipient, outcome, Dsn.Action.delayed, outcome.status(), text, expiry));
                        }
                    }
                }
            }
        });
        return result.toNobodyOf(envelope);
    }

    /** What follows where nothing was tried, but senders who asked for it are to know that their mail is delayed: no attempt is counted, and they are told once. */
    static Settlement delayed(Envelope envelope, List<Integer> rids, Outcome reason, Retry retry) {
        Settlement result = new Settlement();
        long told = envelope.receivedAt() + Split.DELAY_NOTICE;
        for (int rid : rids) {
            Recipient recipient = envelope.recipients().get(rid);
            String text = cut(reason.text());
            result.updates.put(rid, recipient.with(State.PENDING, recipient.attempts(), Math.max(recipient.nextAttempt(), told), reason.status(), text));
            if (Split.asked(recipient, "DELAY")) {
                result.reports.add(report(recipient, reason, Dsn.Action.delayed, reason.status(), text, envelope.receivedAt() + retry.maxAgeSeconds() * 1000));
            }
        }
        return result;
    }

    /** What follows where the time is over and nothing more is tried. */
    static Settlement expired(Envelope envelope, List<Integer> rids, Outcome reason) {
        Settlement result = new Settlement();
        rids.forEach(rid -> result.expired(rid, envelope.recipients().get(rid), reason, cut(reason.text())));
        return result.toNobodyOf(envelope);
    }

    private void expired(int rid, Recipient recipient, Outcome outcome, String text) {
        bounced(rid, recipient, outcome, last(outcome), "delivery time expired; last error: " + outcome.status() + " " + text);
    }

    /** A notice about a notice would never end (RFC 5321 section 6.1). */
    private Settlement toNobodyOf(Envelope envelope) {
        if (envelope.sender().isEmpty()) {
            reports.clear();
        }
        return this;
    }

    private static String cut(String text) {
        return text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
    }

    /** 5.4.7, delivery time expired; the statuses of REQUIRETLS say more than that (RFC 8689 section 4.2.1). */
    private static String last(Outcome outcome) {
        boolean requireTls = !outcome.reply() && (outcome.status().equals("4.7.30") || outcome.status().equals("4.7.10"));
        return requireTls ? "5" + outcome.status().substring(1) : "5.4.7";
    }

    private void delivered(int rid, Recipient recipient, Outcome outcome, String text) {
        delivered.add(rid);
        response = text;
        updates.put(rid, recipient.with(State.DELIVERED, recipient.attempts(), recipient.nextAttempt(), outcome.status(), text));
        if (!outcome.dsn() && Split.asked(recipient, "SUCCESS")) {
            reports.add(report(recipient, outcome, Dsn.Action.relayed, outcome.status(), text, 0));
        }
    }

    private void delayed(int rid, Recipient recipient, Outcome outcome, String text, long next) {
        updates.put(rid, recipient.with(State.PENDING, recipient.attempts() + 1, next, outcome.status(), text));
        delayed.computeIfAbsent(new Group(outcome.status(), text, next), g -> new ArrayList<>()).add(rid);
    }

    private void bounced(int rid, Recipient recipient, Outcome outcome, String status, String text) {
        updates.put(rid, recipient.with(State.BOUNCED, recipient.attempts() + 1, 0, status, text));
        bounced.computeIfAbsent(new Group(status, text, 0), g -> new ArrayList<>()).add(rid);
        if (wantsFailure(recipient)) {
            reports.add(report(recipient, outcome, Dsn.Action.failed, status, text, 0));
        }
    }

    /** Whether the sender of a message is told when this recipient's delivery fails. */
    static boolean failureTold(Envelope envelope, Recipient recipient) {
        return !envelope.sender().isEmpty() && wantsFailure(recipient);
    }

    private static boolean wantsFailure(Recipient recipient) {
        return recipient.dsnNotify() == null || Split.asked(recipient, "FAILURE");
    }

    private static Dsn.Report report(Recipient recipient, Outcome outcome, Dsn.Action action, String status, String text, long retryUntil) {
        return new Dsn.Report(recipient.address(), recipient.orcpt(), action, status, text, outcome.reply() && !status.equals("5.4.7"), outcome.host(), retryUntil);
    }
}
