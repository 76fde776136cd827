package dev.postern.gateway.smtp.client;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Walks through a message line by line and finds its parts (RFC 2046). Memory is bounded by one line and one header, each of which may have
 * {@value #MAX_HELD} octets. Entities are numbered as their headers end: the message itself is 0. Not safe for use by many threads.
 */
final class MimeWalk {
    static final int MAX_HELD = 1 << 20;
    private static final int MAX_DEPTH = 100;
    private static final int MAX_ENTITIES = 10_000;

    private final Visitor visitor;
    private final Deque<Multipart> open = new ArrayDeque<>();
    private final ByteArrayOutputStream header = new ByteArrayOutputStream();
    private byte[] line = new byte[1024];
    private int length;
    private int entities;
    private boolean digest;
    private State state = State.HEADER;

    private enum State { HEADER, LEAF, BETWEEN }

    private record Multipart(String delimiter, boolean digest, boolean sealed) {
    }

    /** What is found. Lines are without their ends; {@code ended} says whether they had one. */
    interface Visitor {
        /** @param emptyLine whether an empty line ended the header, as it should */
        void header(int number, MimeEntity entity, boolean sealed, boolean message, boolean emptyLine);

        void leaf(byte[] line, int length, boolean ended);

        /** Before the first part, behind the last, or the line between two. */
        void between(byte[] line, int length, boolean ended);
    }

    /** The message is not one that can be walked through. */
    static final class TooLargeException extends RuntimeException {
        TooLargeException(String message) {
            super(message, null, false, false);
        }
    }

    MimeWalk(Visitor visitor) {
        this.visitor = visitor;
    }

    /** Reads all of {@code in}. */
    void take(ByteBuf in) {
        while (in.isReadable()) {
            int lf = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
            int n = (lf < 0 ? in.writerIndex() : lf + 1) - in.readerIndex();
            if (length + n > line.length) {
                if (length + n > MAX_HELD) {
                    throw new TooLargeException("a line of more than " + MAX_HELD + " octets");
                }
                line = Arrays.copyOf(line, Math.max(length + n, 2 * line.length));
            }
            in.readBytes(line, length, n);
            length += n;
            if (lf >= 0 && length > 1 && line[length - 2] == '\r') {   // only CRLF ends a line
                length -= 2;
                line(true);
                length = 0;
            }
        }
    }

    /** The message has ended. */
    void end() {
        if (length > 0) {
            line(false);
        }
        if (state == State.HEADER) {
            headerEnd(false);
        }
    }

    private void line(boolean ended) {
        if (length > 2 && line[0] == '-' && line[1] == '-' && delimiter(ended)) {
            return;
        }
        switch (state) {
            case HEADER -> {
                if (length == 0 && ended) {
                    headerEnd(true);
                } else if (MimeEntity.isField(line, length)) {
                    hold(ended);
                } else {
                    headerEnd(false);
                    line(ended);
                }
            }
            case LEAF -> visitor.leaf(line, length, ended);
            case BETWEEN -> visitor.between(line, length, ended);
            default -> throw new IllegalStateException();
        }
    }

    private void hold(boolean ended) {
        if (header.size() + length > MAX_HELD) {
            throw new TooLargeException("a header of more than " + MAX_HELD + " octets");
        }
        header.write(line, 0, length);
        if (ended) {
            header.write('\r');
            header.write('\n');
        } else {
            header.writeBytes(new byte[] {'\r', '\n'});
        }
    }

    private void headerEnd(boolean emptyLine) {
        MimeEntity entity = MimeEntity.of(header.toString(StandardCharsets.ISO_8859_1));
        header.reset();
        if (++entities > MAX_ENTITIES) {
            throw new TooLargeException("more than " + MAX_ENTITIES + " parts");
        }
        boolean sealed = entity.sealed() || !open.isEmpty() && open.peek().sealed;
        boolean message = entity.message(digest) && entity.identity();
        visitor.header(entities - 1, entity, sealed, message, emptyLine);
        digest = false;
        if (entity.multipart() && entity.boundary() != null && entity.identity()) {
            if (open.size() == MAX_DEPTH) {
                throw new TooLargeException("parts in parts, more than " + MAX_DEPTH + " deep");
            }
            open.push(new Multipart("--" + entity.boundary(), entity.type().equals("multipart/digest"), sealed));
            state = State.BETWEEN;
        } else {
            state = message ? State.HEADER : State.LEAF;
        }
    }

    /** A line between parts, of whichever multipart that is open: it ends all that are in it. */
    private boolean delimiter(boolean ended) {
        String text = null;
        int depth = 0;
        for (Multipart multipart : open) {
            depth++;
            if (text == null) {
                text = new String(line, 0, length, StandardCharsets.ISO_8859_1).stripTrailing();
            }
            boolean last = text.equals(multipart.delimiter + "--");
            if (last || text.equals(multipart.delimiter)) {
                if (state == State.HEADER) {
                    headerEnd(false);
                    depth += open.peek() == multipart ? 0 : depthOf(multipart) - depth;
                }
                for (int i = 1; i < depth; i++) {
                    open.pop();
                }
                visitor.between(line, length, ended);
                if (last) {
                    open.pop();
                    state = State.BETWEEN;
                } else {
                    digest = multipart.digest;
                    state = State.HEADER;
                }
                return true;
            }
        }
        return false;
    }

    private int depthOf(Multipart wanted) {
        int depth = 0;
        for (Multipart multipart : open) {
            depth++;
            if (multipart == wanted) {
                return depth;
            }
        }
        throw new IllegalStateException("the multipart is not open");
    }
}
