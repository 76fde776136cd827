package dev.postern.gateway.smtp;

import io.netty.buffer.ByteBuf;
import java.util.Locale;

/**
 * Watches a message's header as it streams by: its size, how many Received fields it has, and its Message-ID. The header ends
 * at the empty line, or at a line that is no field. Memory does not grow with the header.
 */
public final class HeaderScanner {
    /** Largest header in octets. */
    public static final int MAX_HEADER = 256 * 1024;
    /** Received fields beyond which a message is in a loop (RFC 5321 section 6.3). */
    public static final int MAX_RECEIVED = 100;
    private static final int MAX_MESSAGE_ID = 998;
    private static final int LONGEST_NAME = "message-id".length();

    private final StringBuilder name = new StringBuilder();
    private final StringBuilder messageId = new StringBuilder();
    private boolean inName = true;
    private boolean lineStart = true;
    private boolean inMessageId;
    private boolean haveMessageId;
    private boolean done;
    private int size;
    private int received;

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

    /** Whether there are more than {@value #MAX_RECEIVED} Received fields. */
    public boolean looping() {
        return received > MAX_RECEIVED;
    }

    /** The Message-ID without its angle brackets; empty where there is none. At most 998 characters. */
    public String messageId() {
        String id = messageId.toString().strip();
        return id.startsWith("<") && id.endsWith(">") ? id.substring(1, id.length() - 1) : id;
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
            }
        }
        if (inName) {
            fieldName(c);
        } else if (inMessageId && c != '\r' && messageId.length() < MAX_MESSAGE_ID) {
            messageId.append(c == '\t' ? ' ' : c < ' ' || c > '~' ? '?' : c);
        }
    }

    private void fieldName(char c) {
        if (c == ':') {
            inName = false;
            switch (name.toString().toLowerCase(Locale.ROOT).stripTrailing()) {
                case "received" -> received++;
                case "message-id" -> inMessageId = !haveMessageId;
                default -> { }
            }
        } else if (c == '\r') {
            done = true;
        } else if (name.length() <= LONGEST_NAME) {
            name.append(c);
        }
    }
}
