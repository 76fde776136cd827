package dev.postern.cli.queue;

import dev.postern.api.Durations;
import dev.postern.cli.tool.ToolException;
import dev.postern.gateway.admin.Filter;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which messages. */
final class FilterOptions {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,12})([KMG]?)");

    @Parameters(arity = "0..*", paramLabel = "MID", description = "Messages, by their MIDs.")
    List<Long> named = new ArrayList<>();
    @Option(names = "--mid", split = ",", paramLabel = "MID", description = "The same; repeatable, or with commas.")
    List<Long> mids = new ArrayList<>();
    @Option(names = "--destination", paramLabel = "DOMAIN", description = "With a waiting recipient in this domain; .DOMAIN: below it.")
    String destination;
    @Option(names = "--sender", paramLabel = "WHO", description = "From this address or domain; .DOMAIN: below it; <>: from nobody, as notifications are.")
    String sender;
    @Option(names = "--recipient", paramLabel = "ADDRESS", description = "To this address, which still waits.")
    String recipient;
    @Option(names = "--older-than", paramLabel = "TIME", description = "That came in longer ago than this: 90s, 15m, 2h, 1d12h.")
    String olderThan;
    @Option(names = "--larger-than", paramLabel = "SIZE", description = "With more bytes than this; K, M and G are 1024 of each.")
    String largerThan;
    @Option(names = "--held", negatable = true, description = "On hold; --no-held: not on hold.")
    Boolean held;
    @Option(names = "--message-id", paramLabel = "ID", description = "With this Message-ID, with or without brackets.")
    String messageId;
    @Option(names = "--limit", paramLabel = "N", description = "So many at most, those with the lowest MIDs.")
    Long limit;

    /** @throws ToolException naming the option, what was wrong and what is allowed */
    Filter filter() {
        List<Long> all = new ArrayList<>(named);
        all.addAll(mids);
        try {
            return new Filter(all, destination, sender, recipient, seconds(), bytes(), held, messageId, limit);
        } catch (IllegalArgumentException e) {
            throw new ToolException("--" + e.getMessage().replaceFirst("^mids", "mid"));
        }
    }

    private Long seconds() {
        try {
            return olderThan == null ? null : Durations.parse(olderThan).toSeconds();
        } catch (IllegalArgumentException e) {
            throw new ToolException("--older-than: " + e.getMessage());
        }
    }

    private Long bytes() {
        if (largerThan == null) {
            return null;
        }
        Matcher size = SIZE.matcher(largerThan);
        if (!size.matches()) {
            throw new ToolException("--larger-than: '" + largerThan + "' is not a size; allowed are whole numbers, with K, M or G behind them");
        }
        return Long.parseLong(size.group(1)) << switch (size.group(2)) {
            case "K" -> 10;
            case "M" -> 20;
            case "G" -> 30;
            default -> 0;
        };
    }
}
