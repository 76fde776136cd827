package dev.postern.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Completion of the command line by a shell. */
@Command(name = "completion", mixinStandardHelpOptions = true, description = {"Prints a script that completes commands and options in bash and zsh:", "  source <(postern completion)"})
final class CompletionCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "bash|zsh", description = "The shell; the script is the same for both.")
    private Shell shell;
    @Spec
    private CommandSpec spec;

    /** Shells that the script is for. */
    enum Shell { bash, zsh }

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        out.print(AutoComplete.bash(spec.root().name(), spec.root().commandLine()));
        out.flush();
        return 0;
    }
}
