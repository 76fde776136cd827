package dev.postern.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CompletionCommandTest {
    @TempDir
    Path folder;

    @Test
    void bashCompletesCommandsAndOptions() throws Exception {
        Path script = Files.writeString(folder.resolve("completion"), script());
        assertThat(complete(script, "cert", "")).contains("list", "show", "create", "csr", "sign", "import", "export", "renew", "check");
        assertThat(complete(script, "cert", "export", "--f")).contains("--format", "--folder");
        assertThat(complete(script, "queue", "")).contains("list", "show", "hold", "release", "flush", "delete", "reroute").doesNotContain("wire");
        assertThat(complete(script, "queue", "list", "--d")).contains("--destination", "--destinations");
    }

    private static String script() {
        StringWriter out = new StringWriter();
        assertThat(new CommandLine(new PosternCommand()).setOut(new PrintWriter(out)).execute("completion")).isZero();
        return out.toString();
    }

    private static String[] complete(Path script, String... words) throws IOException, InterruptedException {
        String line = "source " + script + "; COMP_WORDS=(postern \"$@\"); COMP_CWORD=$#; _complete_postern; printf '%s\\n' \"${COMPREPLY[@]}\"";
        var command = new java.util.ArrayList<>(java.util.List.of("bash", "-c", line, "bash"));
        command.addAll(java.util.List.of(words));
        Process bash = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        bash.waitFor();
        return said.lines().map(String::strip).toArray(String[]::new);
    }
}
