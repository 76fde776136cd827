package dev.postern.gateway.smtp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What must hold of the codec for whatever octets. The first says where a segment ends, so that the borders are the fuzzer's, too. */
public final class SmtpFuzz {

    private SmtpFuzz() {
    }

    /** Called by the fuzzer, and by the replay of what it found. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 2) {
            return;
        }
        int cut = 1 + (data[0] & 0xff) % (data.length - 1);
        commands(data, cut);
        content(data, cut);
        header(data);
    }

    private static List<CommandDecoder.Line> lines(byte[] data, int cut) {
        CommandDecoder decoder = new CommandDecoder();
        ByteBuf in = Unpooled.buffer();
        List<CommandDecoder.Line> lines = new ArrayList<>();
        for (int[] part : new int[][] {{1, cut}, {cut, data.length}}) {
            in.writeBytes(data, part[0], part[1] - part[0]);
            for (var line = decoder.next(in); line != null; line = decoder.next(in)) {
                lines.add(line);
            }
        }
        check(in.readableBytes() <= CommandDecoder.MAX_LINE, "what waits is bounded");
        return lines;
    }

    private static void commands(byte[] data, int cut) {
        List<CommandDecoder.Line> lines = lines(data, cut);
        check(lines.equals(lines(data, data.length)), "the cut makes no difference");
        for (var line : lines) {
            check(line.text().chars().noneMatch(c -> c < ' ' || c == 0x7f), "no control character");
            switch (CommandParser.parse(line)) {
                case SmtpCommand.Mail mail -> path(mail.sender());
                case SmtpCommand.Rcpt rcpt -> {
                    path(rcpt.recipient());
                    check(rcpt.orcpt() == null || rcpt.orcpt().chars().noneMatch(c -> c <= ' '), "ORCPT in one piece");
                }
                case SmtpCommand.Ehlo ehlo -> check(ehlo.domain().matches("[!-~]+"), "a name is plain");
                case SmtpCommand.Invalid invalid -> check(invalid.reply().code() >= 500, "what is invalid is refused");
                default -> { }
            }
        }
    }

    /** A path that was taken is taken again in the form that it was given, and means the same. */
    private static void path(Path path) {
        if (path.isNull()) {
            return;
        }
        try {
            check(PathParser.parse(path.toString(), 0).path().equals(path), "an address has one form");
        } catch (PathParser.PathException e) {
            check(path.toString().length() > PathParser.MAX_PATH - 64, "an address that was taken is taken again: " + path);   // A-labels may be longer
        }
        check(path.address().chars().noneMatch(c -> c < ' ' || c >= 0x7f && c < 0xa0), "no control character in an address");
    }

    private record Read(String content, DataDecoder.Fault fault, boolean ended, int left) {
    }

    private static Read read(byte[] data, int cut) {
        DataDecoder decoder = DataDecoder.forData();
        ByteBuf in = Unpooled.buffer();
        ByteBuf out = Unpooled.buffer();
        boolean ended = false;
        for (int[] part : new int[][] {{1, cut}, {cut, data.length}}) {
            in.writeBytes(data, part[0], part[1] - part[0]);
            while (!ended && in.isReadable()) {
                ended = decoder.decode(in, out);
            }
        }
        return new Read(decoder.fault() == null ? out.toString(java.nio.charset.StandardCharsets.ISO_8859_1) : "", decoder.fault(), ended, in.readableBytes());
    }

    private static void content(byte[] data, int cut) {
        Read read = read(data, data.length);
        check(read.equals(read(data, cut)), "the cut makes no difference");
        if (read.ended && read.fault == null) {
            String bare = read.content.replace("\r\n", "");
            check(bare.indexOf('\r') < 0 && bare.indexOf('\n') < 0 && bare.indexOf('\0') < 0, "no bare line end is kept");
        }
        ByteBuf chunk = Unpooled.wrappedBuffer(data, 1, data.length - 1);
        DataDecoder decoder = DataDecoder.forChunks();
        ByteBuf out = Unpooled.buffer();
        while (chunk.isReadable()) {
            check(!decoder.decode(chunk, out), "a chunk has no end in it");
        }
        decoder.finish(out);
    }

    private static void header(byte[] data) {
        HeaderScanner scanner = new HeaderScanner("mail.example.com");
        scanner.scan(Unpooled.wrappedBuffer(data), 0, data.length);
        check(Objects.requireNonNull(scanner.messageId()).chars().allMatch(c -> c >= ' ' && c <= '~'), "a Message-ID is printable");
        scanner.tlsOptional();
        scanner.looping();
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException(what);
        }
    }
}
