package clamd.vproxy.worker.protocol;

import clamd.vproxy.policies.Command;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Recognises the one command of a connection, byte by byte: exactly {@code zINSTREAM\0}, {@code
 * nINSTREAM\n} and the same forms of PING and VERSION, as far as the guest may use them.
 *
 * <p>Everything else is refused at the first byte that no allowed command has in that place. The
 * decision therefore depends on the bytes alone, never on how they were cut into writes. clamd is
 * more generous (it accepts CRLF, bare commands, text behind an embedded NUL), and each of these
 * generosities desynchronises it from a proxy that reads otherwise, up to a stream that is reported
 * clean without having been scanned ({@code clamd/server-th.c:get_cmd}).
 *
 * <p>Confined to the session thread.
 */
public final class CommandFilter {
    /** The length of the longest allowed command in bytes, its terminator included. */
    public static final int LONGEST_COMMAND_BYTES = 10;

    private final Set<Command> allowed;
    private final byte[] seen = new byte[LONGEST_COMMAND_BYTES];
    private int length;

    /** What the bytes so far come to. */
    public sealed interface Decision {
        /** The bytes are the beginning of an allowed command. */
        record Undecided() implements Decision {}

        /** The bytes are this command, and its reply is to end with {@code terminator}. */
        record Accepted(Command command, Terminator terminator) implements Decision {}

        /** The bytes are no allowed command, nor can they become one. */
        record Refused(Terminator terminator) implements Decision {}
    }

    private static final Decision UNDECIDED = new Decision.Undecided();

    /**
     * A filter for one connection.
     *
     * @param allowed what its guest may use; not copied, as each connection has a filter, so it
     *     must not change
     */
    public CommandFilter(Set<Command> allowed) {
        this.allowed = allowed;
    }

    /**
     * Takes bytes until the decision is made or there are no more. Bytes behind a decision stay in
     * {@code bytes}.
     */
    public Decision decide(ByteBuffer bytes) {
        Decision decision = UNDECIDED;
        while (decision instanceof Decision.Undecided && bytes.hasRemaining()) {
            decision = next(bytes.get());
        }
        return decision;
    }

    /** The terminator for a text to a guest that sent what was taken so far. */
    public Terminator terminator() {
        return length == 0 ? Terminator.NEWLINE : Terminator.expectedBy(seen[0]);
    }

    /** Whether the guest has sent anything yet. */
    public boolean isEmpty() {
        return length == 0;
    }

    private Decision next(byte value) {
        seen[length++] = value;
        for (Form form : Form.ALL) {
            if (allowed.contains(form.command) && form.startsWith(seen, length)) {
                return length == form.text.length()
                        ? new Decision.Accepted(form.command, form.terminator)
                        : UNDECIDED;
            }
        }
        return new Decision.Refused(terminator());
    }

    /** One accepted spelling of a command. No form is the beginning of another. */
    private record Form(Command command, Terminator terminator, String text) {
        static final List<Form> ALL = Stream.of(Command.values()).flatMap(Form::both).toList();

        boolean startsWith(byte[] seen, int length) {
            // earlier bytes are compared again rather than remembered: ten bytes at most
            for (int i = 0; i < length; i++) {
                if (i >= text.length() || text.charAt(i) != seen[i]) {
                    return false;
                }
            }
            return true;
        }

        private static Stream<Form> both(Command command) {
            return Stream.of(
                    new Form(command, Terminator.NUL, "z" + command.name() + '\0'),
                    new Form(command, Terminator.NEWLINE, "n" + command.name() + '\n'));
        }
    }
}
