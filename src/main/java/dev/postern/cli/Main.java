package dev.postern.cli;

import io.quarkus.runtime.annotations.QuarkusMain;
import picocli.CommandLine;

/** Where every role and every tool starts. Quarkus boots only for the roles that need it. */
@QuarkusMain
public final class Main {
    private Main() {
    }

    public static void main(String... args) {
        System.exit(new CommandLine(new PosternCommand()).execute(args));
    }
}
