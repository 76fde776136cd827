package dev.postern.cli.tool;

import dev.postern.cli.tool.ToolException;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What the commands have in common: results on standard output, everything else on standard error, and the exit code says which. */
public abstract class ToolCommand implements Callable<Integer> {
    public static final int OK = 0;
    public static final int NEGATIVE = 1;
    public static final int CANNOT = 2;

    @Spec
    protected CommandSpec spec;
    protected InstantSource clock = InstantSource.system();

    /** @return the exit code */
    protected abstract int run() throws InterruptedException;

    @Override
    public final Integer call() throws InterruptedException {
        try {
            return run();
        } catch (ToolException e) {
            say(e.getMessage());
            return CANNOT;
        } finally {
            out().flush();
        }
    }

    protected final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** A line for people, on standard error. */
    public final void say(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("postern: " + line);
        err.flush();
    }
}
