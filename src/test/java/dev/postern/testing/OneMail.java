package dev.postern.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Sends one message in clear over a connection of its own. */
public final class OneMail {
    private static final int PATIENCE_MILLIS = 60_000;

    private OneMail() {
    }

    /**
     * Sends it.
     *
     * @param lines of 72 octets in its body
     * @return the answer that ended it: the one to the data's end, or the first that is a refusal
     */
    public static String send(int port, String recipient, String subject, int lines) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            String reply = reply(in);
            for (String command : new String[] {"EHLO one.test", "MAIL FROM:<one@sender.test>", "RCPT TO:<" + recipient + ">", "DATA",
                    "Subject: " + subject + "\r\n\r\n" + ("y".repeat(70) + "\r\n").repeat(lines) + "."}) {
                if (reply.charAt(0) > '3') {
                    break;
                }
                socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
                reply = reply(in);
            }
            return reply;
        }
    }

    private static String reply(BufferedReader in) throws IOException {
        String line = in.readLine();
        while (line != null && line.length() > 3 && line.charAt(3) == '-') {
            line = in.readLine();
        }
        if (line == null) {
            throw new IOException("the connection was closed");
        }
        return line;
    }
}
