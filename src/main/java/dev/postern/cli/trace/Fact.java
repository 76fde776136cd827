package dev.postern.cli.trace;

import java.util.List;
import java.util.Map;

/**
 * What a line of the mail log says, whichever form it had. The names are those of {@link dev.postern.gateway.report.MailEvent}.
 *
 * @param stamp  when, as the line has it
 * @param level  of the line
 * @param text   the line behind its time and level, as the text form has it
 * @param event  name of the event, or empty for one that has no meaning here
 * @param mid    message, or 0
 * @param icid   incoming connection, or 0
 * @param dcid   delivery connection, or 0
 * @param rids   recipients, or none
 * @param values other fields, by name
 */
record Fact(String stamp, String level, String text, String event, long mid, long icid, long dcid, List<Integer> rids, Map<String, String> values) {
    String value(String name) {
        return values.get(name);
    }
}
