package dev.postern.cli;

import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.Arrays;
import picocli.CommandLine;

/** Where every role and every tool starts. Quarkus boots only for the roles that need it. */
@QuarkusMain
public final class Main {
    private Main() {
    }

    public static void main(String... args) {
        System.exit(new CommandLine(new PosternCommand()).execute(arguments(args)));
    }

    /** Without the program's own path, which comes first where the kernel started it by the file's first line, as in the image. */
    static String[] arguments(String... args) {
        return args.length > 0 && args[0].endsWith("/postern") ? Arrays.copyOfRange(args, 1, args.length) : args;
    }
}
