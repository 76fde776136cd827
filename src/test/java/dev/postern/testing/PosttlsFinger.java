package dev.postern.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Postfix's own judgement of a server: its {@code posttls-finger}, unpacked with {@link Postfix}. */
public final class PosttlsFinger {
    private static final Pattern ESTABLISHED = Pattern.compile("(\\w+) TLS connection established");
    private final Path root = Path.of(System.getenv().getOrDefault("POSTERN_TEST_CACHE", System.getProperty("user.home") + "/.cache/postern-test"), "postfix");
    private final Path folder;

    /** @param trust its authorities, in PEM */
    public PosttlsFinger(Path folder, String trust) throws IOException {
        this.folder = folder;
        Files.writeString(folder.resolve("trust.pem"), trust);
        Files.writeString(folder.resolve("main.cf"), """
                compatibility_level = 3.6
                myhostname = finger.test
                mail_owner = mail
                setgid_group = uucp
                default_privs = nobody
                shlib_directory = %1$s/usr/lib/postfix
                meta_directory = %1$s/etc/postfix
                """.formatted(root));
    }

    /**
     * What it finds.
     *
     * @param words {@code Verified}, {@code Trusted} or {@code Untrusted}, or why there is no TLS
     */
    public record Finding(String words, String output) {
    }

    /**
     * Looks at a server of this machine.
     *
     * @param level   may, encrypt, verify or secure
     * @param matches names that the certificate may have
     */
    public Finding judge(String level, int port, String... matches) {
        List<String> command = new ArrayList<>(List.of("env", "LD_LIBRARY_PATH=" + root + "/usr/lib/postfix", "MAIL_CONFIG=" + folder,
                root + "/usr/sbin/posttls-finger", "-c", "-l", level, "-F", folder + "/trust.pem", "-L", "summary", "[127.0.0.1]:" + port));
        command.addAll(List.of(matches));
        String output = Command.attempt(folder, command.toArray(String[]::new)).output();
        Matcher established = ESTABLISHED.matcher(output);
        return new Finding(established.find() ? established.group(1) : reason(output), output);
    }

    private static String reason(String output) {
        if (output.contains("SSL_connect error")) {
            return "handshake fails";
        }
        return output.contains("STARTTLS rejected") ? "STARTTLS refused" : "no STARTTLS";
    }
}
