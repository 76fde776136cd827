package dev.postern.gateway.spool;

import java.util.LinkedHashMap;
import java.util.Map;

/** Envelopes last written, to spare most updates a read. Bounded by messages and by recipients. One thread. */
final class EnvelopeCache {
    private static final int MESSAGES = 8_192;
    private static final int RECIPIENTS = 32_768;

    private final Map<Long, Envelope> byMid = new LinkedHashMap<>(1024, 0.75f, true);
    private int recipients;

    Envelope get(long mid) {
        return byMid.get(mid);
    }

    void put(Envelope envelope) {
        remove(envelope.mid());
        byMid.put(envelope.mid(), envelope);
        recipients += envelope.recipients().size();
        var eldest = byMid.values().iterator();
        while (byMid.size() > MESSAGES || recipients > RECIPIENTS) {
            recipients -= eldest.next().recipients().size();
            eldest.remove();
        }
    }

    void remove(long mid) {
        var old = byMid.remove(mid);
        if (old != null) {
            recipients -= old.recipients().size();
        }
    }

    void clear() {
        byMid.clear();
        recipients = 0;
    }
}
