package dev.postern.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A part of a page under docs/ that a test writes, between two marks. */
public final class MarkedText {
    private static final boolean UPDATE = Boolean.getBoolean("postern.update");

    private MarkedText() {
    }

    /**
     * Holds the part to what it should be, or writes it with {@code -Dpostern.update=true}.
     *
     * @param mark the part stands between {@code <!-- begin MARK -->} and {@code <!-- end MARK -->}
     * @param text with a line end at its end
     */
    public static void assertCurrent(Path page, String mark, String text) throws IOException {
        String whole = Files.readString(page);
        String begin = "<!-- begin " + mark + " -->\n";
        int from = whole.indexOf(begin) + begin.length();
        int to = whole.indexOf("<!-- end " + mark + " -->");
        assertThat(to).as("%s has the marks of %s", page, mark).isGreaterThanOrEqualTo(from).isGreaterThan(begin.length());
        if (UPDATE) {
            Files.writeString(page, whole.substring(0, from) + text + whole.substring(to));
        } else {
            assertThat(whole.substring(from, to)).as("%s is stale at %s; run: make update", page, mark).isEqualTo(text);
        }
    }
}
