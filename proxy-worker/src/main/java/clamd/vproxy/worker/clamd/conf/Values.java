package clamd.vproxy.worker.clamd.conf;

import clamd.vproxy.policies.PrintableText;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Converts the values of clamd.conf as {@code common/optparser.c:optparse} of ClamAV 1.4 does.
 * Stateless.
 */
final class Values {
    private static final int MOST_SHOWN = 60;

    /** The value for a size of 0, or one beyond 2^63 - 1, which clamd treats as unlimited. */
    static final long UNLIMITED = Long.MAX_VALUE;

    private static final Pattern NUMBER = Pattern.compile("[0-9]+");
    private static final Pattern SIZE = Pattern.compile("([0-9]+)([KMGkmg]?)");
    private static final Pattern OCTAL = Pattern.compile("[0-7]+");

    private Values() {}

    /** Reports what is wrong with a value; the reader adds file, line and option. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String problem) {
            super(problem);
        }
    }

    /**
     * Converts a number, a size (to bytes), a truth value (to 0 or 1) or a file mode.
     *
     * @throws Refused if clamd would not start with this value
     */
    static long whole(Option option, String text) throws Refused {
        long value =
                switch (option.kind()) {
                    case NUMBER -> number(text);
                    case SIZE -> size(text);
                    case BOOLEAN -> truth(text);
                    case MODE -> mode(text);
                    case TEXT -> throw new IllegalArgumentException(option + " is a text");
                };
        if (option == Option.MAX_THREADS && value == 0) {
            throw new Refused("is 0, and clamd does not start without a thread");
        }
        return value;
    }

    private static int number(String text) throws Refused {
        if (!NUMBER.matcher(text).matches()) {
            throw new Refused("is not a whole number: " + shown(text));
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException _) {
            throw new Refused(
                    "does not fit into 32 bits, clamd would take another number for it: "
                            + shown(text));
        }
    }

    private static long size(String text) throws Refused {
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            throw new Refused("is not a size (digits, then K, M, G or nothing): " + shown(text));
        }
        String digits = size.group(1);
        boolean octal = digits.startsWith("0");
        if (octal && !OCTAL.matcher(digits).matches()) {
            throw new Refused(
                    "begins with 0, which makes it octal, but is not octal: " + shown(text));
        }
        long bytes = bytes(digits, octal ? 8 : 10, unit(size.group(2)));
        return bytes == 0 ? UNLIMITED : bytes;
    }

    private static long unit(String letter) {
        return switch (letter.toUpperCase(Locale.ROOT)) {
            case "K" -> 1L << 10;
            case "M" -> 1L << 20;
            case "G" -> 1L << 30;
            default -> 1;
        };
    }

    private static long bytes(String digits, int radix, long unit) {
        try {
            return Math.multiplyExact(Long.parseLong(digits, radix), unit);
        } catch (NumberFormatException | ArithmeticException _) {
            return UNLIMITED; // clamd warns and uses 2^63 - 1
        }
    }

    private static int truth(String text) throws Refused {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "yes", "true", "1" -> 1;
            case "no", "false", "0" -> 0;
            default ->
                    throw new Refused("is neither yes, true, 1 nor no, false, 0: " + shown(text));
        };
    }

    private static int mode(String text) throws Refused {
        if (!OCTAL.matcher(text).matches() || text.length() > 6) {
            throw new Refused("is not an octal file mode: " + shown(text));
        }
        return Integer.parseInt(text, 8);
    }

    /** Returns the text in quotes, fit for one log line. */
    static String shown(String text) {
        return '"' + PrintableText.of(text, MOST_SHOWN) + '"';
    }
}
