package dev.postern.gateway.smtp;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The appliance's variables of banners and reject texts: {@code $Group}, {@code $Hostname}, {@code $RemoteIP}, {@code $HATEntry}. Pure. */
final class HatVariables {
    private static final Pattern VARIABLE = Pattern.compile("\\$(?i:(Group|Hostname|RemoteIP|HATEntry))(?![A-Za-z])");
    /** A reply line has 512 octets (RFC 5321 section 4.5.3.1.5), with its codes. */
    private static final int LONGEST = 490;

    private HatVariables() {
    }

    /** The text for a client that some sender group matched; what is no variable stays as it is. */
    static String fill(String text, Client client) {
        String filled = VARIABLE.matcher(text).replaceAll(found -> Matcher.quoteReplacement(switch (found.group(1).toLowerCase(Locale.ROOT)) {
            case "group" -> client.match().senderGroup();
            case "hostname" -> client.hostName() == null ? "unknown" : client.hostName();
            case "remoteip" -> client.address().getHostAddress();
            default -> client.match().pattern();
        }));
        return filled.substring(0, Math.min(filled.length(), LONGEST));
    }
}
