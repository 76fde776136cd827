package dev.postern.cli.cert;

import dev.postern.cli.cert.look.MaterialReader;
import dev.postern.cli.tool.ToolException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that are given on the command line; {@code -} is standard input. */
final class Input {
    private Input() {
    }

    /** @throws ToolException where it cannot be read, or is larger than any certificate file */
    static byte[] read(String file) {
        try (InputStream in = file.equals("-") ? System.in : Files.newInputStream(Path.of(file))) {
            byte[] bytes = in.readNBytes(MaterialReader.LONGEST + 1);
            if (bytes.length > MaterialReader.LONGEST) {
                throw new ToolException(file + " is larger than " + MaterialReader.LONGEST + " bytes");
            }
            return bytes;
        } catch (IOException e) {
            throw new ToolException(file + " cannot be read: " + e);
        }
    }
}
