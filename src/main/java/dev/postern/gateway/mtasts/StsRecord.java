package dev.postern.gateway.mtasts;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the TXT records of {@code _mta-sts.DOMAIN} announce (RFC 8461 section 3.1).
 *
 * @param id    of the policy, or null where none is announced
 * @param error null, or why records that are there announce none
 */
record StsRecord(String id, String error) {
    private static final Pattern BEGINNING = Pattern.compile("v=STSv1[ \\t]*;");
    private static final Pattern FIELD = Pattern.compile("(?<name>[A-Za-z0-9][A-Za-z0-9_.-]{0,31})=(?<value>[\\x21-\\x3a\\x3c\\x3e-\\x7e]+)");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9]{1,32}");

    /**
     * Reads them. Those that do not begin with {@code v=STSv1;} are about something else; of the others there must be exactly one.
     *
     * @param records each with its strings joined
     */
    static StsRecord read(List<String> records) {
        List<String> ours = records.stream().filter(r -> BEGINNING.matcher(r).lookingAt()).toList();
        if (ours.isEmpty()) {
            return new StsRecord(null, null);
        }
        return ours.size() > 1 ? error("there are " + ours.size() + " records that begin with v=STSv1; only one is allowed") : read(ours.getFirst());
    }

    private static StsRecord read(String record) {
        String[] fields = record.split(";", -1);
        String id = null;
        for (int i = 1; i < fields.length; i++) {
            String field = fields[i].strip();
            if (field.isEmpty() && i == fields.length - 1) {
                break;   // a last semicolon is allowed
            }
            Matcher parts = FIELD.matcher(field);
            if (!parts.matches()) {
                return error("field " + (i + 1) + " '" + field + "' is not NAME=VALUE; allowed are up to 32 letters, digits, '_', '-' and '.' as name,"
                        + " and printable characters but space, ';' and '=' as value");
            }
            if (id == null && parts.group("name").equals("id")) {
                id = parts.group("value");
                if (!ID.matcher(id).matches()) {
                    return error("id '" + id + "' is not allowed; it has 1 to 32 letters and digits");
                }
            }
        }
        return id == null ? error("there is no id; it needs 1 to 32 letters and digits: id=20260101") : new StsRecord(id, null);
    }

    private static StsRecord error(String what) {
        return new StsRecord(null, StsException.shortened("TXT record: " + what));
    }
}
