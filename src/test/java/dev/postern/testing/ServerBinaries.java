package dev.postern.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Finds etcd, kube-apiserver and kubectl, or has them built. */
final class ServerBinaries {
    private ServerBinaries() {
    }

    /** KUBEBUILDER_ASSETS, else what {@code src/test/kubernetes/build} makes once and keeps. */
    static Path find() {
        String assets = System.getenv("KUBEBUILDER_ASSETS");
        if (assets != null && !assets.isBlank()) {
            Path folder = Path.of(assets);
            for (String program : List.of("etcd", "kube-apiserver", "kubectl")) {
                if (!Files.isExecutable(folder.resolve(program))) {
                    throw new IllegalStateException("KUBEBUILDER_ASSETS is " + assets + ", which has no executable " + program);
                }
            }
            return folder;
        }
        try {
            Process build = new ProcessBuilder("src/test/kubernetes/build").redirectError(ProcessBuilder.Redirect.INHERIT).start();
            String output = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (build.waitFor() != 0) {
                throw new IllegalStateException("src/test/kubernetes/build failed; what it said is on standard error");
            }
            return Path.of(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
