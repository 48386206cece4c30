package clamd.vproxy.worker.protocol;

import java.nio.charset.StandardCharsets;

/**
 * The byte that ends a request and its reply. clamd answers a {@code z} command with NUL and every
 * other one with a newline (clamd(8), {@code clamd/session.c:parse_command}). Immutable.
 */
public enum Terminator {
    /** Ends {@code z} commands and their replies. */
    NUL((byte) 0),
    /** Ends {@code n} commands, their replies, and the reply to anything that is not understood. */
    NEWLINE((byte) '\n');

    private final byte value;

    Terminator(byte value) {
        this.value = value;
    }

    /** The terminator that a client expects which began its request with {@code firstByte}. */
    public static Terminator expectedBy(byte firstByte) {
        return firstByte == 'z' ? NUL : NEWLINE;
    }

    /** The terminating byte itself. */
    public byte value() {
        return value;
    }

    /**
     * {@code line} and this terminator, as bytes for the wire.
     *
     * @throws IllegalArgumentException if the line holds anything but printable ASCII: only such
     *     lines may reach a guest
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
