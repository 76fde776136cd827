package dev.postern.cli.trace;

import dev.postern.api.Durations;
import dev.postern.cli.tool.ClusterOptions;
import dev.postern.cli.tool.ItemStream;
import dev.postern.cli.tool.Output;
import dev.postern.cli.tool.ToolCommand;
import dev.postern.cli.tool.ToolException;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What became of messages. */
@Command(name = "trace", mixinStandardHelpOptions = true, exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:some message was found", "1:none was", "2:the log cannot be read, or the command line is wrong"},
        description = {"Tells what became of messages, out of the mail log: from which connection each came, over which ones it went, what was answered, and which notification came of it.",
            "Where several options say which messages, a message has to meet all of them."},
        footer = {"", "Examples:", "  postern trace 4711 --gateway edge -n mail", "  postern trace --recipient bob@partner.example --since 2h --gateway edge",
            "  postern trace --message-id '<x@y.example>' --log mail.log.1.gz --log mail.log", "  kubectl logs edge-0 | postern trace --sender example.com -o json"})
public final class TraceCommand extends ToolCommand {
    @Parameters(arity = "0..*", paramLabel = "MID", description = "Messages, by their MIDs.")
    List<Long> named = new ArrayList<>();
    @Option(names = "--mid", split = ",", paramLabel = "MID", description = "The same; repeatable, or with commas.")
    List<Long> mids = new ArrayList<>();
    @Option(names = "--message-id", paramLabel = "ID", description = "With this Message-ID, with or without brackets.")
    String messageId;
    @Option(names = "--sender", paramLabel = "WHO", description = "From this address or domain; .DOMAIN: below it; <>: from nobody, as notifications are.")
    String sender;
    @Option(names = "--recipient", paramLabel = "WHO", description = "To this address or domain; .DOMAIN: below it.")
    String recipient;
    @Option(names = "--log", paramLabel = "FILE", description = "The log; several are pieces of one, the oldest first; .gz is unpacked; - is standard input, which is the default where no pod is named.")
    List<String> files = new ArrayList<>();
    @Mixin
    ClusterOptions cluster;
    @Option(names = "--gateway", paramLabel = "NAME", description = "The logs of all pods of this MailGateway.")
    String gateway;
    @Option(names = "--pod", paramLabel = "NAME", description = "The log of this pod.")
    String pod;
    @Option(names = "--since", paramLabel = "TIME", description = "With pods: so far back: 90s, 15m, 2h, 1d12h.")
    String since;
    @Option(names = "--previous", description = "With pods: what was logged before a restart, too.")
    boolean previous;
    @Mixin
    Output output;
    InputStream standardInput = System.in;

    @Override
    protected int run() {
        List<Long> all = new ArrayList<>(named);
        all.addAll(mids);
        Criteria criteria = new Criteria(all.isEmpty() ? null : Set.copyOf(all), messageId, sender, recipient);
        if (all.isEmpty() && messageId == null && sender == null && recipient == null) {
            throw new ToolException("say which messages: a MID, --message-id, --sender or --recipient");
        }
        boolean pods = gateway != null || pod != null || cluster.given() || cluster.namespace != null;
        if (pods && !files.isEmpty()) {
            throw new ToolException("--log stands for files, --gateway and --pod for a cluster; give one or the other");
        }
        if (!pods && (since != null || previous)) {
            throw new ToolException("--since and --previous are for the logs of pods");
        }
        if (!pods) {
            return trace(criteria, List.of(LogSource.of(files.isEmpty() ? List.of("-") : files, standardInput)));
        }
        Config config = cluster.config();
        try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
            return trace(criteria, PodLogs.of(client, config.getNamespace(), gateway, pod, seconds(), previous));
        }
    }

    private Integer seconds() {
        try {
            return since == null ? null : Math.toIntExact(Durations.parse(since).toSeconds());
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new ToolException("--since: " + e.getMessage());
        }
    }

    private int trace(Criteria criteria, List<LogSource> sources) {
        int[] count = new int[1];
        StoryText text = new StoryText(out());
        try (ItemStream items = output.isStructured() ? new ItemStream(out(), output) : null) {
            for (LogSource source : sources) {
                tell(criteria, source, story -> {
                    count[0]++;
                    if (items != null) {
                        items.item(StoryView.of(source.name(), story));
                    } else if (output.format == Output.Format.name) {
                        out().print((source.name() == null ? "" : source.name() + "/") + story.mid + "\n");
                    } else {
                        text.print(source.name(), story);
                    }
                });
            }
        }
        if (count[0] == 0) {
            say("the log says nothing of such a message");
        }
        return count[0] == 0 ? NEGATIVE : OK;
    }

    /** What can be read twice is: so that the message is told, too, of which a wanted one is the notification. */
    private static void tell(Criteria criteria, LogSource source, Consumer<Story> told) {
        Criteria wanted = criteria;
        if (source.again()) {
            Set<Long> found = new HashSet<>();
            follow(source, new Tracker(criteria, story -> {
                found.add(story.mid);
                found.addAll(story.bounces);
                if (story.bounceOf != 0) {
                    found.add(story.bounceOf);
                }
            }));
            if (found.isEmpty()) {
                return;
            }
            wanted = new Criteria(found, null, null, null);
        }
        follow(source, new Tracker(wanted, told));
    }

    private static void follow(LogSource source, Tracker tracker) {
        LineParser parser = new LineParser();
        source.read(line -> {
            Fact fact = parser.parse(line);
            if (fact != null) {
                tracker.take(fact);
            }
        });
        tracker.end();
    }
}
