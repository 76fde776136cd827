package dev.postern.gateway.smtp;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The parameters of a MAIL or RCPT command (esmtp-param, RFC 5321 section 4.1.2), by keyword in capitals. */
final class Parameters {
    private static final Pattern KEYWORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]*");

    private final Map<String, String> values;

    private Parameters(Map<String, String> values) {
        this.values = values;
    }

    /** Why parameters cannot be taken, with the code of the answer: 501, or 555 for one that nobody offered. */
    static final class ParameterException extends Exception {
        private final int code;

        ParameterException(int code, String message) {
            super(message, null, false, false);
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    /** @param text what follows the path: empty, or a space before every parameter */
    static Parameters parse(String text, Set<String> known) throws ParameterException {
        if (!text.isEmpty() && text.charAt(0) != ' ') {
            throw new ParameterException(501, "a space is needed between path and parameters");
        }
        Map<String, String> values = new HashMap<>();
        for (String word : text.strip().split(" +")) {
            if (word.isEmpty()) {
                continue;
            }
            int equals = word.indexOf('=');
            String keyword = (equals < 0 ? word : word.substring(0, equals)).toUpperCase(Locale.ROOT);
            if (!KEYWORD.matcher(keyword).matches()) {
                throw new ParameterException(501, "a parameter is not KEYWORD or KEYWORD=value");
            }
            if (!known.contains(keyword)) {
                throw new ParameterException(555, "parameter " + keyword + " is not known or not offered");
            }
            if (values.put(keyword, equals < 0 ? "" : word.substring(equals + 1)) != null) {
                throw new ParameterException(501, "parameter " + keyword + " is there twice");
            }
        }
        return new Parameters(values);
    }

    boolean has(String keyword) {
        return values.containsKey(keyword);
    }

    /** A parameter without value. */
    boolean flag(String keyword) throws ParameterException {
        String value = values.get(keyword);
        if (value != null && !value.isEmpty()) {
            throw new ParameterException(501, "parameter " + keyword + " has no value");
        }
        return value != null;
    }

    /** @return null where the parameter is absent; never empty */
    String value(String keyword) throws ParameterException {
        String value = values.get(keyword);
        if (value != null && value.isEmpty()) {
            throw new ParameterException(501, "parameter " + keyword + " needs a value");
        }
        return value;
    }

    String value(String keyword, Pattern form, String formName) throws ParameterException {
        String value = value(keyword);
        if (value != null && !form.matcher(value).matches()) {
            throw new ParameterException(501, "the value of " + keyword + " is not " + formName);
        }
        return value;
    }

    /** One of some words; in capitals. */
    String value(String keyword, Set<String> allowed) throws ParameterException {
        String value = value(keyword);
        String upper = value == null ? null : value.toUpperCase(Locale.ROOT);
        if (upper != null && !allowed.contains(upper)) {
            throw new ParameterException(501, "the value of " + keyword + " is not one of " + String.join(", ", allowed.stream().sorted().toList()));
        }
        return upper;
    }
}
