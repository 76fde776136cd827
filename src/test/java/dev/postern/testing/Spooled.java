package dev.postern.testing;

import dev.postern.gateway.spool.Envelope;
import dev.postern.gateway.spool.RocksSpool;
import dev.postern.gateway.spool.SpoolOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** What is in a spool that no gateway has open. */
public final class Spooled {
    private static final int HEADER = 4096;

    private Spooled() {
    }

    /** Subjects of the messages that wait for delivery; fails where one is damaged. */
    public static Set<String> subjects(Path folder) throws Exception {
        Set<String> subjects = new HashSet<>();
        Set<String> damaged = new HashSet<>();
        try (RocksSpool spool = RocksSpool.open(folder, SpoolOptions.DEFAULTS, e -> { }, d -> damaged.add(d.toString()), new SimpleMeterRegistry())) {
            Set<Envelope> pending = new HashSet<>();
            spool.forEachPending(pending::add);
            for (Envelope envelope : pending) {
                ByteBuf head = spool.read(envelope.mid(), 0, HEADER).toCompletableFuture().get();
                head.toString(StandardCharsets.ISO_8859_1).lines().filter(l -> l.startsWith("Subject: ")).findFirst()
                        .ifPresent(l -> subjects.add(l.substring("Subject: ".length())));
                head.release();
            }
        }
        if (!damaged.isEmpty()) {
            throw new AssertionError("damaged: " + damaged);
        }
        return subjects;
    }
}
