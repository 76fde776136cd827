package dev.postern.gateway.smtp.client;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/**
 * What it takes to send a message to a server without 8BITMIME (RFC 6152 section 3): which of its parts have octets above 127 and become quoted-printable.
 * Found by one reading; the encoder of a second reading does it. Parts that have none stay as they are, so that their signatures hold; what was signed
 * or encrypted as a whole is never touched. Fields of headers go as they came, as they do to every server.
 */
final class SevenBit {
    private final BitSet encoded = new BitSet();
    private final BitSet relabelled = new BitSet();
    private final Finder finder = new Finder();
    private final MimeWalk walk = new MimeWalk(finder);
    private String prohibited;
    private String impossible;
    private boolean eightBitHeader;

    /** First reading: piece by piece. */
    void look(ByteBuf piece) {
        if (impossible == null) {
            try {
                walk.take(piece);
            } catch (MimeWalk.TooLargeException e) {
                impossible = e.getMessage();
            }
        }
        piece.skipBytes(piece.readableBytes());
    }

    /** First reading: the end. */
    void looked() {
        if (impossible == null) {
            try {
                walk.end();
            } catch (MimeWalk.TooLargeException e) {
                impossible = e.getMessage();
            }
        }
    }

    /** Whether some part has to be encoded. */
    boolean needed() {
        return !encoded.isEmpty();
    }

    /** Whether the header of the message, or of a part, has octets above 127: then it needs SMTPUTF8 (RFC 6531 section 3.1). */
    boolean eightBitHeader() {
        return eightBitHeader;
    }

    /** Why it must not be done (RFC 3463: 5.6.2), or null. */
    String prohibited() {
        return prohibited;
    }

    /** Why it cannot be done (RFC 3463: 5.6.3), or null. */
    String impossible() {
        return impossible;
    }

    /** For the second reading. */
    Encoder encoder(ByteBuf out) {
        return new Encoder(out);
    }

    private static boolean eightBit(byte[] line, int length) {
        for (int i = 0; i < length; i++) {
            if (line[i] < 0) {
                return true;
            }
        }
        return false;
    }

    private final class Finder implements MimeWalk.Visitor {
        private MimeEntity current;
        private int number;
        private boolean sealed;

        @Override
        public void header(int number, MimeEntity entity, boolean sealed, boolean message, boolean emptyLine) {
            current = entity;
            this.number = number;
            this.sealed = sealed;
            relabelled.set(number, entity.labelledEightBit());
            eightBitHeader |= entity.fields().stream().anyMatch(f -> f.chars().anyMatch(c -> c > 127));
        }

        @Override
        public void leaf(byte[] line, int length, boolean ended) {
            if (!eightBit(line, length)) {
                return;
            }
            if (sealed && prohibited == null) {
                prohibited = "what is signed, encrypted or a piece of a message must not be encoded anew";
            } else if (!current.identity() && impossible == null) {
                impossible = "a part says that it is " + current.encoding().codePoints().limit(40).filter(c -> c > 32 && c < 127)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append) + ", and has octets above 127";
            } else if (current.multipart() && impossible == null) {
                impossible = "a multipart names no boundary";
            }
            encoded.set(number);
            relabelled.clear(number);
        }

        @Override
        public void between(byte[] line, int length, boolean ended) {
            // nobody reads it
        }
    }

    /** Writes the message anew; give it the same octets as were looked at. */
    final class Encoder implements MimeWalk.Visitor {
        private final ByteBuf out;
        private final MimeWalk walk = new MimeWalk(this);
        private boolean encoding;

        private Encoder(ByteBuf out) {
            this.out = out;
        }

        void take(ByteBuf piece) {
            walk.take(piece);
        }

        void end() {
            walk.end();
        }

        @Override
        public void header(int number, MimeEntity entity, boolean sealed, boolean message, boolean emptyLine) {
            encoding = encoded.get(number);
            String text = encoding ? entity.with("quoted-printable", number == 0)
                    : relabelled.get(number) && !sealed ? entity.with("7bit", false) : String.join("", entity.fields());
            out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
            out.writeByte('\r').writeByte('\n');
        }

        @Override
        public void leaf(byte[] line, int length, boolean ended) {
            if (encoding) {
                QuotedPrintable.line(line, length, out);
            } else {
                out.writeBytes(line, 0, length);
            }
            lineEnd(ended);
        }

        /** Readers are to skip it (RFC 2046 section 5.1.1); its octets above 127 cannot be encoded. */
        @Override
        public void between(byte[] line, int length, boolean ended) {
            for (int i = 0; i < length; i++) {
                out.writeByte(line[i] < 0 ? '?' : line[i]);
            }
            lineEnd(ended);
        }

        private void lineEnd(boolean ended) {
            if (ended) {
                out.writeByte('\r').writeByte('\n');
            }
        }
    }
}
