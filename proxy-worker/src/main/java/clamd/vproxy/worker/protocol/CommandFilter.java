package clamd.vproxy.worker.protocol;

import clamd.vproxy.policies.Command;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Recognises a guest's request, byte by byte, so that the outcome depends on the bytes alone and
 * never on how they were split into writes.
 *
 * <p>{@code z} and {@code n} requests must have their exact spelling. clamd is more generous
 * ({@code clamd/session.c:parse_command}): it accepts CRLF and text behind an embedded NUL, and
 * each of these makes it continue at another place than its client expects. PING and VERSION may
 * also have no prefix, as old clients send them, followed by a newline, by NUL or by nothing. No
 * stream can follow those, so nothing depends on where they end.
 *
 * <p>Confined to the session thread.
 */
public final class CommandFilter {
    /**
     * How many bytes may be read before a decision without reading into a stream: the length of
     * INSTREAM with prefix and terminator.
     */
    public static final int STREAM_REQUEST_BYTES = 10;

    /** The length in bytes at which every request is decided. */
    public static final int LONGEST_REQUEST_BYTES = 17;

    private static final List<Form> OUTSIDE = forms(false);
    private static final List<Form> WITHIN = forms(true);

    private final Set<Command> allowed;
    private final List<Form> forms;
    private final byte[] seen = new byte[LONGEST_REQUEST_BYTES];
    private int length;

    /** The meaning of the bytes so far. */
    public sealed interface Decision {
        /**
         * The bytes are the beginning of a possible request.
         *
         * @param whole the request if nothing follows the bytes
         */
        record Undecided(Optional<Request> whole) implements Decision {}

        /** The bytes are this request, and its reply must end with {@code terminator}. */
        record Accepted(Request request, Terminator terminator) implements Decision {}

        /**
         * The bytes are not an allowed request and cannot become one.
         *
         * @param path the command's name if it is one that takes a path. clamd answers such a
         *     command with the path, a colon and a text, and clients overlook an error without a
         *     colon
         */
        record Refused(Optional<String> path, Terminator terminator) implements Decision {}
    }

    private static final Decision UNDECIDED = new Decision.Undecided(Optional.empty());

    private CommandFilter(Set<Command> allowed, List<Form> forms) {
        this.allowed = allowed;
        this.forms = forms;
    }

    /**
     * Returns a filter for the first request of a connection.
     *
     * @param allowed the commands that the guest may use; must not change, because it is not
     *     copied: each connection has a filter
     */
    public static CommandFilter ofConnection(Set<Command> allowed) {
        return new CommandFilter(allowed, OUTSIDE);
    }

    /** Returns a filter for one request within an IDSESSION. */
    public static CommandFilter ofSession(Set<Command> allowed) {
        return new CommandFilter(allowed, WITHIN);
    }

    /**
     * Reads bytes until the decision is made or no bytes are left. Bytes after a decision stay in
     * {@code bytes}.
     */
    public Decision decide(ByteBuffer bytes) {
        Decision decision = UNDECIDED;
        while (decision instanceof Decision.Undecided && bytes.hasRemaining()) {
            decision = next(bytes.get());
        }
        return decision;
    }

    /** Returns the terminator for a text to the guest, given the bytes read so far. */
    public Terminator terminator() {
        return length == 0 ? Terminator.NEWLINE : Terminator.expectedBy(seen[0]);
    }

    /** Whether the guest has sent anything yet. */
    public boolean isEmpty() {
        return length == 0;
    }

    private Decision next(byte value) {
        seen[length++] = value;
        Decision decision = new Decision.Refused(Optional.empty(), terminator());
        for (Form form : forms) {
            if (form.begins(seen, length) && form.isOpenTo(allowed)) {
                decision = form.decision(seen, length);
                if (!decision.equals(UNDECIDED)) {
                    break;
                }
            }
        }
        return length == LONGEST_REQUEST_BYTES && decision instanceof Decision.Undecided
                ? new Decision.Refused(Optional.empty(), terminator())
                : decision;
    }

    private static List<Form> forms(boolean withinSession) {
        List<Form> forms = new ArrayList<>();
        for (Request request : Request.values()) {
            if (request != (withinSession ? Request.IDSESSION : Request.END)) {
                forms.add(new Exact(request, Terminator.NUL, "z" + request + '\0'));
                forms.add(new Exact(request, Terminator.NEWLINE, "n" + request + '\n'));
            }
        }
        if (!withinSession) {
            forms.add(new Bare(Request.PING));
            forms.add(new Bare(Request.VERSION));
        }
        for (String path : List.of("SCAN", "CONTSCAN", "MULTISCAN", "RAWSCAN", "ALLMATCHSCAN")) {
            forms.add(new Path(path, Terminator.NUL, "z" + path));
            forms.add(new Path(path, Terminator.NEWLINE, "n" + path));
            forms.add(new Path(path, Terminator.NEWLINE, path));
        }
        return List.copyOf(forms);
    }

    /** A request that the bytes may turn out to be. Immutable. */
    private sealed interface Form {
        String text();

        boolean isOpenTo(Set<Command> allowed);

        /** Decides on bytes that are a prefix of this form, or that begin with it. */
        Decision decision(byte[] seen, int length);

        default boolean begins(byte[] seen, int length) {
            // earlier bytes are compared again rather than remembered: there are few
            for (int i = Math.min(length, text().length()) - 1; i >= 0; i--) {
                if (text().charAt(i) != seen[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    private record Exact(Request request, Terminator terminator, String text) implements Form {
        @Override
        public boolean isOpenTo(Set<Command> allowed) {
            return request.isCoveredBy(allowed);
        }

        @Override
        public Decision decision(byte[] seen, int length) {
            return length == text.length() ? new Decision.Accepted(request, terminator) : UNDECIDED;
        }
    }

    /**
     * A request without a prefix. clamd cuts it at the first newline and drops the rest of a line
     * ending before that.
     */
    private record Bare(Request request) implements Form {
        @Override
        public String text() {
            return request.name();
        }

        @Override
        public boolean isOpenTo(Set<Command> allowed) {
            return request.isCoveredBy(allowed);
        }

        @Override
        public Decision decision(byte[] seen, int length) {
            if (length < text().length()) {
                return UNDECIDED;
            }
            if (length == text().length()) {
                return new Decision.Undecided(Optional.of(request));
            }
            return switch (seen[length - 1]) {
                case '\n', 0 -> new Decision.Accepted(request, Terminator.NEWLINE);
                case '\r' -> new Decision.Undecided(Optional.of(request));
                default -> new Decision.Refused(Optional.empty(), Terminator.NEWLINE);
            };
        }
    }

    /**
     * A command with a path. clamd accepts any byte after the name as a separator, so the name
     * decides.
     */
    private record Path(String name, Terminator terminator, String text) implements Form {
        /** Always true, so that a refusal can name the command whatever the guest may use. */
        @Override
        public boolean isOpenTo(Set<Command> allowed) {
            return true;
        }

        @Override
        public Decision decision(byte[] seen, int length) {
            return length == text.length()
                    ? new Decision.Refused(Optional.of(name), terminator)
                    : UNDECIDED;
        }
    }
}
