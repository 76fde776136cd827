package dev.postern.gateway.delivery;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.postern.api.DestinationControlSpec.TlsMode;
import java.util.List;
import java.util.Map;

/**
 * What delivery would meet on its way to a domain.
 *
 * @param domain   recipient domain in lower-case A-labels
 * @param mode     level of the domain's DestinationControl
 * @param steps    that concern the domain as a whole
 * @param hosts    every address in the order of delivery
 * @param verdicts what would become of mail, for each mode
 */
@JsonPropertyOrder({"domain", "mode", "verdict", "verdicts", "steps", "hosts"})
public record ProbeReport(String domain, TlsMode mode, List<Step> steps, List<Host> hosts, Map<TlsMode, Fate> verdicts) {

    /** What would become of mail as the DestinationControl has it. */
    public Fate getVerdict() {
        return verdicts.get(mode);
    }

    /** How a step went. */
    public enum Status { OK, FAILED, NOTE }

    /**
     * One step of the way.
     *
     * @param name such as {@code mx}, {@code starttls}
     * @param text what was seen, for a person
     */
    public record Step(String name, Status status, String text) {
    }

    /**
     * One address.
     *
     * @param verdicts what this address alone would mean, for each mode
     */
    public record Host(String host, String address, int port, List<Step> steps, Map<TlsMode, Fate> verdicts) {
    }

    /**
     * What would become of mail.
     *
     * @param how    in which way it would be sent, or that it would not
     * @param alert  whether a failure of required TLS would be told
     * @param reason why not sent, in one word; null where sent
     * @param text   why, for a person; null where there is nothing to say
     */
    public record Fate(How how, boolean alert, String reason, String text) {
        public boolean sent() {
            return how != How.NOT_SENT;
        }
    }

    /** Ways to travel. */
    public enum How { VERIFIED, ENCRYPTED, CLEAR, NOT_SENT }
}
