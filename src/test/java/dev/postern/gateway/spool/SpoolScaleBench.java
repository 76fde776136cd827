package dev.postern.gateway.spool;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prints what long queues cost, and encryption: {@link SpoolScaleBenchmark} and {@link SpoolBenchmark} for each. */
class SpoolScaleBench {
    @TempDir
    Path folder;

    @Test
    void queuesAndEncryption() throws Exception {
        var queued = System.getProperty("postern.spool.queued", "1000000");
        var through = System.getProperty("postern.spool.through", "1000000");
        var keys = Files.createDirectory(folder.resolve("keys"));
        Files.writeString(keys.resolve("first"), Base64.getEncoder().encodeToString(Messages.body(1, SpoolKey.BYTES)));
        System.out.println("in clear");
        SpoolBenchmark.main(new String[] {folder.resolve("clear").toString(), "5"});
        SpoolScaleBenchmark.main(new String[] {folder.resolve("long").toString(), queued, through});
        System.out.println("encrypted");
        SpoolBenchmark.main(new String[] {folder.resolve("encrypted").toString(), "5", "deliver", keys.toString()});
        SpoolScaleBenchmark.main(new String[] {folder.resolve("long-encrypted").toString(), queued, through, keys.toString()});
    }
}
