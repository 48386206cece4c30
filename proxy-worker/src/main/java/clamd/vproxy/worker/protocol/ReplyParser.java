package clamd.vproxy.worker.protocol;

import clamd.vproxy.policies.Command;
import java.nio.charset.StandardCharsets;

/**
 * Reads clamd's one-line replies against the grammar of {@code clamd/session.c} ({@code
 * conn_reply_single}, {@code conn_reply_virus}) and {@code clamd/server-th.c}. Anything else is
 * {@link Reply.Malformed}, never a verdict. Immutable; static functions only.
 */
public final class ReplyParser {
    /** The longest reply that is read, in bytes; signature names are usually below 100. */
    public static final int LONGEST_REPLY_BYTES = 4096;

    private static final String STREAM = "stream: ";
    private static final String FOUND = " FOUND";
    private static final String OK = " OK";
    private static final String ERROR = " ERROR";
    private static final String READ_TIMED_OUT = "COMMAND READ TIMED OUT";

    private ReplyParser() {}

    /**
     * Parses the reply to {@code asked}, which was sent in its {@code z} form.
     *
     * @param bytes everything that clamd sent, including the terminator, at most {@link
     *     #LONGEST_REPLY_BYTES}
     */
    public static Reply parse(Command asked, byte[] bytes) {
        if (bytes.length == 0) {
            return new Reply.Malformed("no reply");
        }
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if (text.equals(READ_TIMED_OUT + '\n')) {
            // the only reply that ends with a newline whatever the request was
            // (server-th.c:recvloop)
            return new Reply.Failed(READ_TIMED_OUT);
        }
        int end = text.indexOf('\0');
        if (end < 0) {
            return new Reply.Malformed("cut off after " + bytes.length + " bytes");
        }
        if (end != text.length() - 1) {
            return new Reply.Malformed("bytes behind its end");
        }
        String line = text.substring(0, end);
        return switch (asked) {
            case PING -> line.equals("PONG") ? new Reply.Pong() : failureOrMalformed(line);
            case VERSION ->
                    line.startsWith("ClamAV ") && !endsLikeAnOutcome(line)
                            ? new Reply.Version(printable(line))
                            : failureOrMalformed(line);
            case INSTREAM -> verdict(line);
        };
    }

    /** Many clients look for a verdict or an error at the end of a line only. */
    private static boolean endsLikeAnOutcome(String line) {
        return line.endsWith(FOUND) || line.endsWith(OK) || line.endsWith(ERROR);
    }

    private static Reply verdict(String line) {
        if (line.equals(STREAM + "OK")) {
            return new Reply.Clean();
        }
        // matched at both ends: a signature's name may contain any words, "FOUND" and "ERROR"
        // included
        if (line.startsWith(STREAM) && line.endsWith(FOUND)) {
            int nameEnd = line.length() - FOUND.length();
            return nameEnd > STREAM.length()
                    ? new Reply.Infected(printable(line.substring(STREAM.length(), nameEnd)))
                    : new Reply.Malformed("a detection without a name");
        }
        return failureOrMalformed(line);
    }

    private static Reply failureOrMalformed(String line) {
        if (line.endsWith(ERROR)
                || line.equals("UNKNOWN COMMAND")
                || line.equals("COMMAND UNAVAILABLE")) {
            String text = line.startsWith(STREAM) ? line.substring(STREAM.length()) : line;
            return new Reply.Failed(printable(text));
        }
        return new Reply.Malformed("not of clamd's grammar");
    }

    /** Replaces everything but printable ASCII in {@code text} with question marks. */
    private static String printable(String text) {
        StringBuilder result = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            result.append(c >= ' ' && c <= '~' ? c : '?');
        }
        return result.toString();
    }
}
