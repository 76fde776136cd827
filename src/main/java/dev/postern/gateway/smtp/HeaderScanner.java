package dev.postern.gateway.smtp;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Watches a message's header as it streams by: its size, how many Received fields it has, its Message-ID, and what it says of TLS. The header ends
 * at the empty line, or at a line that is no field. Memory does not grow with the header.
 */
public final class HeaderScanner {
    /** Largest header in octets. */
    public static final int MAX_HEADER = 256 * 1024;
    /** Received fields beyond which a message is in a loop (RFC 5321 section 6.3). */
    public static final int MAX_RECEIVED = 100;
    /** Received fields of this server's own beyond which a message is in a loop: each round trip leaves one. */
    public static final int MAX_OWN = 15;
    private static final int MAX_MESSAGE_ID = 998;
    private static final int LONGEST_NAME = "tls-required".length();
    private static final String NO = "No";

    private final StringBuilder name = new StringBuilder();
    private final StringBuilder messageId = new StringBuilder();
    private boolean inName = true;
    private boolean lineStart = true;
    private boolean inMessageId;
    private boolean haveMessageId;
    private boolean inTlsRequired;
    private final StringBuilder tlsRequired = new StringBuilder();
    private int tlsRequiredFields;
    private boolean done;
    private int size;
    private int received;
    private final byte[] ownTrace;
    private boolean inReceived;
    private int matched;
    private int own;

    /** @param serverName what this server calls itself in Received fields */
    public HeaderScanner(String serverName) {
        ownTrace = (" by " + serverName + ReceivedHeader.PRODUCT).toLowerCase(Locale.ROOT).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Looks at {@code length} octets from {@code index}; the buffer's indices stay. */
    public void scan(ByteBuf content, int index, int length) {
        for (int i = index; i < index + length && !done; i++) {
            size++;
            octet((char) (content.getByte(i) & 0xff));
        }
    }

    /** Whether the header is larger than {@value #MAX_HEADER} octets. */
    public boolean tooLarge() {
        return size > MAX_HEADER;
    }

    /** Whether there are more than {@value #MAX_RECEIVED} Received fields, or more than {@value #MAX_OWN} that this server wrote. */
    public boolean looping() {
        return received > MAX_RECEIVED || own > MAX_OWN;
    }

    /** What shows the loop. */
    public String loop() {
        return own > MAX_OWN ? "mail loop: it came through here " + own + " times" : "mail loop: more than " + MAX_RECEIVED + " Received fields";
    }

    /** The Message-ID without its angle brackets; empty where there is none. At most 998 characters. */
    public String messageId() {
        String id = messageId.toString().strip();
        return id.startsWith("<") && id.endsWith(">") ? id.substring(1, id.length() - 1) : id;
    }

    /** Whether there is exactly one TLS-Required field, and it says {@code No} in whatever case: nothing else has a meaning (RFC 8689 section 3). */
    public boolean tlsOptional() {
        return tlsRequiredFields == 1 && tlsRequired.toString().stripTrailing().equalsIgnoreCase(NO);
    }

    private void octet(char c) {
        if (c == '\n') {
            lineStart = true;
            return;
        }
        if (lineStart) {
            lineStart = false;
            if (c == '\r') {
                done = true;
                return;
            }
            inName = c != ' ' && c != '\t';
            if (inName) {
                name.setLength(0);
                haveMessageId |= inMessageId;
                inMessageId = false;
                inTlsRequired = false;
                inReceived = false;
            }
        }
        if (inName) {
            fieldName(c);
        } else if (inMessageId && c != '\r' && messageId.length() < MAX_MESSAGE_ID) {
            messageId.append(c == '\t' ? ' ' : c < ' ' || c > '~' ? '?' : c);
        } else if (inTlsRequired && c != '\r') {
            tlsRequired(c);
        } else if (inReceived) {
            received(c);
        }
    }

    /** Looks for the words that {@link ReceivedHeader} writes; the first is preceded by white space, and nothing in them repeats their beginning but that. */
    private void received(char c) {
        char plain = c == '\t' ? ' ' : Character.toLowerCase(c);
        matched = plain == ownTrace[matched] ? matched + 1 : plain == ' ' ? 1 : 0;
        if (matched == ownTrace.length) {
            own++;
            matched = 0;
        }
    }

    /** White space may be of any length and is not kept whole; what is kept is enough to tell the word from every other. */
    private void tlsRequired(char c) {
        boolean space = c == ' ' || c == '\t';
        if (!space && tlsRequired.length() < NO.length() + 2) {
            tlsRequired.append(c);
        } else if (space && !tlsRequired.isEmpty() && !Character.isWhitespace(tlsRequired.charAt(tlsRequired.length() - 1))) {
            tlsRequired.append(' ');
        }
    }

    private void fieldName(char c) {
        if (c == ':') {
            inName = false;
            switch (name.toString().toLowerCase(Locale.ROOT).stripTrailing()) {
                case "received" -> {
                    received++;
                    inReceived = true;
                    matched = 0;
                }
                case "message-id" -> inMessageId = !haveMessageId;
                case "tls-required" -> {
                    inTlsRequired = true;
                    tlsRequiredFields++;
                }
                default -> { }
            }
        } else if (c == '\r') {
            done = true;
        } else if (name.length() <= LONGEST_NAME) {
            name.append(c);
        }
    }
}
