package dev.postern.cli.cert;

import dev.postern.cli.cert.store.StoreException;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What the commands have in common: results on standard output, everything else on standard error, and the exit code says which. */
abstract class ToolCommand implements Callable<Integer> {
    static final int OK = 0;
    static final int NEGATIVE = 1;
    static final int CANNOT = 2;

    @Spec
    CommandSpec spec;
    InstantSource clock = InstantSource.system();

    /** @return the exit code */
    abstract int run() throws InterruptedException;

    @Override
    public final Integer call() throws InterruptedException {
        try {
            return run();
        } catch (StoreException e) {
            say(e.getMessage());
            return CANNOT;
        } finally {
            out().flush();
        }
    }

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** A line for people, on standard error. */
    final void say(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("postern: " + line);
        err.flush();
    }
}
