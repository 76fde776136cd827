package dev.postern.gateway.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Requests and answers as lines, of ASCII. */
public final class Wire {
    /** Bytes of a request's line at most. */
    public static final int LONGEST_REQUEST = 1 << 20;
    /** Bytes of an answer's line at most: a message of 10,000 recipients with their last answers has less. */
    private static final int LONGEST_ANSWER = 64 << 20;
    private static final ObjectMapper JSON = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private Wire() {
    }

    /** A line, LF included. */
    public static byte[] line(Object value) {
        try {
            byte[] json = JSON.writeValueAsBytes(value);
            byte[] line = Arrays.copyOf(json, json.length + 1);
            line[json.length] = '\n';
            return line;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @throws IllegalArgumentException naming what was wrong */
    public static QueueRequest request(byte[] line) {
        return parsed(line, QueueRequest.class);
    }

    /**
     * The next line of an answer.
     *
     * @return null at the end
     * @throws IOException where it cannot be read, or is none
     */
    public static QueueLine answer(InputStream in) throws IOException {
        byte[] line = readLine(in, LONGEST_ANSWER);
        try {
            return line == null ? null : parsed(line, QueueLine.class);
        } catch (IllegalArgumentException e) {
            throw new IOException("what came is no answer: " + e.getMessage(), e);
        }
    }

    private static <T> T parsed(byte[] line, Class<T> type) {
        try {
            T value = JSON.readValue(line, type);
            if (value == null) {
                throw new IllegalArgumentException("null");
            }
            return value;
        } catch (JsonMappingException e) {
            String field = e.getPath().isEmpty() ? "" : e.getPath().getLast().getFieldName() + ": ";
            throw new IllegalArgumentException(e.getCause() instanceof IllegalArgumentException cause ? cause.getMessage() : field + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("it is not JSON", e);
        }
    }

    /**
     * Up to an LF, which is left out. The stream should be buffered.
     *
     * @return null at the end of the stream
     * @throws IOException where a line is longer, or ends with the stream
     */
    public static byte[] readLine(InputStream in, int longest) throws IOException {
        byte[] line = new byte[1024];
        int length = 0;
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                if (length == 0) {
                    return null;
                }
                throw new IOException("the connection ended within a line");
            }
            if (length == longest) {
                throw new IOException("a line is longer than " + longest + " bytes");
            }
            if (length == line.length) {
                line = Arrays.copyOf(line, Math.min(longest, 2 * length));
            }
            line[length++] = (byte) octet;
        }
        return Arrays.copyOf(line, length);
    }

}
