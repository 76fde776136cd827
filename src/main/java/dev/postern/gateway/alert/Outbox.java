package dev.postern.gateway.alert;

import dev.postern.gateway.delivery.DirectSender.Fate;
import dev.postern.gateway.delivery.DirectSender.Kind;
import dev.postern.gateway.delivery.DirectSender.Letter;
import dev.postern.plan.DestinationPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * Mails that are written and not sent. Each is tried {@value #ATTEMPTS} times within the interval of alerts, with pauses that grow
 * fourfold. Bounded. Pure but for its own state; used by one thread.
 */
final class Outbox {
    static final int ATTEMPTS = 4;
    private static final int MOST = 50;

    private final Deque<Mail> mails = new ArrayDeque<>();

    /** One mail. */
    static final class Mail {
        private final String subject;
        private final byte[] content;
        private final Duration interval;
        private List<String> waiting;
        private final List<String> given = new ArrayList<>();
        private String why = "";
        private int attempts;
        private Instant due;

        Mail(String subject, byte[] content, List<String> recipients, Duration interval, Instant now) {
            this.subject = subject;
            this.content = content;
            this.interval = interval;
            this.waiting = List.copyOf(recipients);
            this.due = now;
        }

        String subject() {
            return subject;
        }

        Letter letter(String from, List<DestinationPlan.Host> route) {
            return new Letter(from, waiting, content, route);
        }

        /** Recipients that it will not reach any more. */
        List<String> given() {
            return given;
        }

        /** Why it did not reach the last that it did not reach. */
        String why() {
            return why;
        }

        /** Takes the fates of an attempt; true where the mail is done with, one way or the other. */
        boolean attempted(Map<String, Fate> fates, Instant now) {
            attempts++;
            List<String> later = new ArrayList<>();
            for (String recipient : waiting) {
                Fate fate = fates.get(recipient);
                if (fate.kind() != Kind.TAKEN) {
                    why = fate.text();
                    (fate.kind() == Kind.LATER && attempts < ATTEMPTS ? later : given).add(recipient);
                }
            }
            waiting = later;
            due = now.plus(interval.dividedBy(32).multipliedBy(1L << 2 * (attempts - 1)));
            return later.isEmpty();
        }
    }

    /** @return one that had to make room, or null */
    Mail add(Mail mail) {
        mails.add(mail);
        return mails.size() > MOST ? mails.poll() : null;
    }

    /** Takes out the first mail whose time has come; null where there is none. */
    Mail poll(Instant now) {
        Mail found = mails.stream().filter(m -> !now.isBefore(m.due)).findFirst().orElse(null);
        if (found != null) {
            mails.remove(found);
        }
        return found;
    }

    int size() {
        return mails.size();
    }

    void clear() {
        mails.clear();
    }
}
