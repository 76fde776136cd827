package dev.postern.gateway.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.MailFlowPolicySpec.TlsMode;
import dev.postern.gateway.tls.TestCertificates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One dialog out of a file of them. A line begins with what it is:
 * <pre>
 * == SECTION SENTENCE       a dialog begins, after the greeting; the sentence is what it shows
 * % NAME=VALUE ...          how the listener is set: size, recipients, messages, tls, relay
 * > TEXT                    sent with CRLF; \r \n \0 \xHH are octets, and a backslash at the end leaves the CRLF out
 * < TEXT                    one line of a reply; an asterisk at the end is any text
 * <~ CODE                   a whole reply of this code
 * ! closed                  the server closes the connection
 * ! tls                     the client makes its handshake
 * = TEXT                    a line of the message that was taken last, somewhere in it; = NUMBER alone: so many were taken
 * </pre>
 */
record Scenario(String name, List<String> settings, List<String> steps) {
    private static final TestCertificates.Pair CERTIFICATE = TestCertificates.ecdsa("mail.example.com");
    private static final Pattern OCTET = Pattern.compile("\\\\(?:x([0-9A-Fa-f]{2})|([rn0\\\\]))");

    static List<Scenario> read(Path file) throws IOException {
        List<Scenario> scenarios = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("== ")) {
                scenarios.add(new Scenario(line.substring(3), new ArrayList<>(), new ArrayList<>()));
            } else if (line.startsWith("% ")) {
                scenarios.getLast().settings.addAll(List.of(line.substring(2).split(" ")));
            } else if (!line.isBlank() && !line.startsWith("#")) {
                scenarios.getLast().steps.add(line);
            }
        }
        return scenarios;
    }

    void play() {
        try (var fixture = new ServerFixture(this::set); var client = fixture.client()) {
            client.expect("220 mail.example.com ESMTP Postern");
            for (String step : steps) {
                String text = step.replaceFirst("^\\S+ ?", "");
                switch (step.replaceFirst(" .*", "")) {
                    case ">" -> client.send(text.endsWith("\\") && !text.endsWith("\\\\") ? octets(text.substring(0, text.length() - 1)) : octets(text) + "\r\n");
                    case "<" -> {
                        String line = client.line();
                        if (text.endsWith("*")) {
                            assertThat(line).as(step).startsWith(text.substring(0, text.length() - 1));
                        } else {
                            assertThat(line).as(step).isEqualTo(text);
                        }
                    }
                    case "<~" -> assertThat(client.reply()).as(step).isNotEmpty().allMatch(l -> l.startsWith(text));
                    case "!" -> {
                        if (text.equals("tls")) {
                            client.handshake(null);
                        } else {
                            client.expectClosed();
                        }
                    }
                    case "=" -> {
                        if (text.matches("[0-9]+")) {
                            assertThat(fixture.spool.messages).hasSize(Integer.parseInt(text));
                        } else {
                            assertThat(fixture.spool.messages.getLast().text().lines()).as(step).contains(octets(text));
                        }
                    }
                    default -> throw new IllegalArgumentException("what is this: " + step);
                }
            }
        }
    }

    private void set(TestPlan plan) {
        for (String setting : settings) {
            String[] pair = setting.split("=");
            switch (pair[0]) {
                case "size" -> plan.maxSize = Long.parseLong(pair[1]);
                case "recipients" -> plan.maxRecipients = Integer.parseInt(pair[1]);
                case "messages" -> plan.maxMessages = Integer.parseInt(pair[1]);
                case "tls" -> {
                    plan.tls = TlsMode.valueOf(pair[1]);
                    plan.certificates = List.of(CERTIFICATE);
                }
                case "relay" -> plan.behavior = dev.postern.api.MailFlowPolicySpec.Behavior.Relay;
                default -> throw new IllegalArgumentException("what is this: " + setting);
            }
        }
    }

    private static String octets(String text) {
        String utf8 = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return OCTET.matcher(utf8).replaceAll(m -> java.util.regex.Matcher.quoteReplacement(String.valueOf(m.group(1) != null ? (char) Integer.parseInt(m.group(1), 16)
                : switch (m.group(2)) {
                    case "r" -> '\r';
                    case "n" -> '\n';
                    case "0" -> '\0';
                    default -> '\\';
                })));
    }

    @Override
    public String toString() {
        return name;
    }
}
