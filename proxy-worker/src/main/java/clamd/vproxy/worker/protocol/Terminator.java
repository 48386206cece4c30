package clamd.vproxy.worker.protocol;

import java.nio.charset.StandardCharsets;

/**
 * The byte that ends a request and its reply. clamd answers a {@code z} command with NUL and every
 * other one with a newline (clamd(8), {@code clamd/session.c:parse_command}). Immutable.
 */
public enum Terminator {
    /** Ends {@code z} commands and their replies. */
    NUL((byte) 0),
    /**
     * Ends {@code n} commands, their replies, and the reply to anything that clamd does not
     * understand.
     */
    NEWLINE((byte) '\n');

    private final byte value;

    Terminator(byte value) {
        this.value = value;
    }

    /** Returns the terminator that a client expects if its request began with {@code firstByte}. */
    public static Terminator expectedBy(byte firstByte) {
        return firstByte == 'z' ? NUL : NEWLINE;
    }

    /** Returns the terminating byte itself. */
    public byte value() {
        return value;
    }

    /**
     * Returns {@code line} and this terminator, as bytes for the wire.
     *
     * @throws IllegalArgumentException if the line contains anything but printable ASCII, the only
     *     text that may reach a guest
     */
    public byte[] terminate(String line) {
        for (int i = 0; i < line.length(); i++) {
            if (line.charAt(i) < ' ' || line.charAt(i) > '~') {
                throw new IllegalArgumentException("not printable ASCII at index " + i);
            }
        }
        byte[] bytes = (line + '\0').getBytes(StandardCharsets.US_ASCII);
        bytes[bytes.length - 1] = value;
        return bytes;
    }
}
