package dev.postern.gateway.smtp;

import dev.postern.gateway.smtp.CommandDecoder.Line;
import dev.postern.gateway.smtp.Parameters.ParameterException;
import dev.postern.gateway.smtp.PathParser.PathException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Parses command lines (RFC 5321 section 4.1, and the parameters of the extensions that the server offers). Pure. */
public final class CommandParser {
    private static final Pattern CLIENT_NAME = Pattern.compile("[A-Za-z0-9_.:\\[\\]-]{1,255}");
    /** xtext of any octets: mailboxes beyond ASCII, too. */
    private static final Pattern SUBMITTER = Pattern.compile("(?:[!-*,-<>-~]|\\+[0-9A-F]{2})+");
    private static final Pattern MECHANISM = Pattern.compile("[A-Za-z0-9_-]{1,20}");
    /** RFC 1870 section 3; RFC 3030 section 2. */
    private static final Pattern COUNT = Pattern.compile("[0-9]{1,20}");
    private static final Set<String> NOTIFY = Set.of("SUCCESS", "FAILURE", "DELAY");
    private static final int MAX_ENVID = 100;
    private static final int MAX_SUBMITTER = 500;

    private CommandParser() {
    }

    /** Parses a line; what is wrong with it comes as {@link SmtpCommand.Invalid} with the answer. */
    public static SmtpCommand parse(Line line) {
        if (line.fault() != null) {
            return new SmtpCommand.Invalid("", Reply.of(500, "5.5.2", switch (line.fault()) {
                case TOO_LONG -> "line is longer than " + CommandDecoder.MAX_LINE + " octets";
                case BARE_CR_OR_LF -> "line has a bare CR or LF; only CRLF ends a line";
                case CONTROL_CHARACTER -> "line has a control character";
                case NOT_UTF8 -> "line is not UTF-8";
            }));
        }
        String text = line.text().stripTrailing();
        int space = text.indexOf(' ');
        String verb = (space < 0 ? text : text.substring(0, space)).toUpperCase(Locale.ROOT);
        String rest = space < 0 ? "" : text.substring(space + 1).strip();
        try {
            return command(verb, rest);
        } catch (ParameterException e) {
            return new SmtpCommand.Invalid(verb, Reply.of(e.code(), "5.5.4", e.getMessage()));
        } catch (PathException e) {
            return new SmtpCommand.Invalid(verb, Reply.of(501, verb.equals("MAIL") ? "5.1.7" : "5.1.3", e.getMessage()));
        }
    }

    private static SmtpCommand command(String verb, String rest) throws ParameterException, PathException {
        return switch (verb) {
            case "EHLO" -> new SmtpCommand.Ehlo(clientName(rest));
            case "HELO" -> new SmtpCommand.Helo(clientName(rest));
            case "MAIL" -> mail(rest);
            case "RCPT" -> rcpt(rest);
            case "DATA" -> bare(new SmtpCommand.Data(), rest);
            case "BDAT" -> bdat(rest);
            case "RSET" -> bare(new SmtpCommand.Rset(), rest);
            case "QUIT" -> bare(new SmtpCommand.Quit(), rest);
            case "STARTTLS" -> bare(new SmtpCommand.StartTls(), rest);
            case "AUTH" -> auth(rest);
            case "NOOP" -> new SmtpCommand.Noop();
            case "HELP" -> new SmtpCommand.Help();
            case "VRFY" -> vrfy(rest);
            case "EXPN" -> new SmtpCommand.Invalid(verb, Reply.of(502, "5.5.1", "EXPN is not implemented"));
            default -> new SmtpCommand.Invalid(verb, Reply.of(500, "5.5.2", "command not recognized"));
        };
    }

    private static SmtpCommand auth(String rest) throws ParameterException {
        String[] words = rest.split(" ", -1);
        if (!MECHANISM.matcher(words[0]).matches() || words.length > 2 || words.length == 2 && words[1].isEmpty()) {
            throw new ParameterException(501, "AUTH needs a mechanism, and then nothing or an initial response");
        }
        return new SmtpCommand.Auth(words[0].toUpperCase(Locale.ROOT), words.length == 2 ? words[1] : null);
    }

    private static SmtpCommand bare(SmtpCommand command, String rest) throws ParameterException {
        if (!rest.isEmpty()) {
            throw new ParameterException(501, "the command has no parameters");
        }
        return command;
    }

    private static String clientName(String rest) throws ParameterException {
        if (!CLIENT_NAME.matcher(rest).matches()) {
            throw new ParameterException(501, "needs a domain name or an address literal");
        }
        return rest;
    }

    private static SmtpCommand mail(String rest) throws ParameterException, PathException {
        var parsed = path(rest, "FROM:");
        Parameters parameters = Parameters.parse(rest.substring(parsed.end()), Set.of("SIZE", "BODY", "SMTPUTF8", "RET", "ENVID", "REQUIRETLS", "AUTH"));
        Path sender = parsed.path();
        if (sender.domain().isEmpty() && !sender.isNull()) {
            throw new PathException("reverse path has no domain");
        }
        long size = parameters.has("SIZE") ? count(parameters.value("SIZE", COUNT, "digits")) : -1;
        String body = parameters.value("BODY", Set.of("7BIT", "8BITMIME"));
        String ret = parameters.value("RET", Set.of("FULL", "HDRS"));
        String envid = parameters.value("ENVID", Xtext.PRINTABLE, "xtext");
        submitter(parameters.value("AUTH", SUBMITTER, "xtext"));
        if (envid != null && envid.length() > MAX_ENVID) {
            throw new ParameterException(501, "ENVID is longer than " + MAX_ENVID + " characters");
        }
        boolean utf8 = parameters.flag("SMTPUTF8");
        if (sender.needsUtf8() && !utf8) {
            return new SmtpCommand.Invalid("MAIL", Reply.of(550, "5.6.7", "an address beyond ASCII needs SMTPUTF8"));
        }
        return new SmtpCommand.Mail(sender, size, "8BITMIME".equals(body), utf8, ret, envid, parameters.flag("REQUIRETLS"));
    }

    /** Who is said to have submitted the message (RFC 4954 section 5). Nobody is believed, which the standard allows: it counts for nothing. */
    private static void submitter(String xtext) throws ParameterException {
        if (xtext != null && xtext.length() > MAX_SUBMITTER) {
            throw new ParameterException(501, "AUTH is longer than " + MAX_SUBMITTER + " characters");
        }
    }

    private static SmtpCommand rcpt(String rest) throws ParameterException, PathException {
        var parsed = path(rest, "TO:");
        if (parsed.path().isNull()) {
            throw new PathException("forward path is empty");
        }
        Parameters parameters = Parameters.parse(rest.substring(parsed.end()), Set.of("NOTIFY", "ORCPT"));
        return new SmtpCommand.Rcpt(parsed.path(), notify(parameters), Xtext.orcpt(parameters.value("ORCPT")));
    }

    private static SmtpCommand vrfy(String rest) throws ParameterException {
        if (rest.isEmpty()) {
            throw new ParameterException(501, "needs a user or an address");
        }
        return new SmtpCommand.Vrfy();
    }

    private static PathParser.Parsed path(String rest, String keyword) throws ParameterException, PathException {
        if (!rest.regionMatches(true, 0, keyword, 0, keyword.length())) {
            throw new ParameterException(501, "needs " + keyword + "<address>");
        }
        int from = keyword.length();
        while (from < rest.length() && rest.charAt(from) == ' ') {
            from++;   // not in the standard, and sent by many
        }
        return PathParser.parse(rest, from);
    }

    private static String notify(Parameters parameters) throws ParameterException {
        String value = parameters.value("NOTIFY");
        if (value == null) {
            return null;
        }
        String upper = value.toUpperCase(Locale.ROOT);
        if (!upper.equals("NEVER")) {
            for (String word : upper.split(",", -1)) {
                if (!NOTIFY.contains(word)) {
                    throw new ParameterException(501, "NOTIFY is NEVER, or a list of SUCCESS, FAILURE and DELAY");
                }
            }
        }
        return upper;
    }

    private static SmtpCommand bdat(String rest) throws ParameterException {
        String[] words = rest.split(" +");
        boolean last = words.length == 2 && words[1].equalsIgnoreCase("LAST");
        if (!COUNT.matcher(words[0]).matches() || words.length > 1 && !last) {
            throw new ParameterException(501, "BDAT needs a number of octets, and then nothing or LAST");
        }
        return new SmtpCommand.Bdat(count(words[0]), last);
    }

    private static long count(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;   // 20 digits are more than a long has, and more than any limit
        }
    }
}
