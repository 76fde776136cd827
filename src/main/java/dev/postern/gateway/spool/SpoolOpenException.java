package dev.postern.gateway.spool;

import java.io.IOException;

/** A spool folder that cannot be used. The message names the folder, what is wrong and what to do. */
public class SpoolOpenException extends IOException {
    public SpoolOpenException(String message, Throwable cause) {
        super(message, cause);
    }
}
