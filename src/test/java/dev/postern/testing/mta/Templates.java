package dev.postern.testing.mta;

import dev.postern.testing.load.Destinations;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Configuration files of the servers: templates in {@code /bench}, with {@code @NAME@} for what differs. */
final class Templates {
    private Templates() {
    }

    /** @param pairs name, value, name, value … */
    static String of(String template, Object... pairs) throws IOException {
        try (InputStream in = Templates.class.getResourceAsStream("/bench/" + template)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (int i = 0; i < pairs.length; i += 2) {
                text = text.replace("@" + pairs[i] + "@", pairs[i + 1].toString());
            }
            return text;
        }
    }

    interface Line {
        String of(String domain, String address);
    }

    /** A line for each of the many destinations. */
    static String each(Line line) {
        return IntStream.range(0, Destinations.MANY).mapToObj(i -> line.of("d" + i + ".many.test", Destinations.address(i))).collect(Collectors.joining("\n", "", "\n"));
    }
}
