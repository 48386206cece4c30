package clamd.vproxy.hooks.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/**
 * A request of the script, with what libvirt passed to it. Immutable.
 *
 * @param domain the domain's name as libvirt passed it; may hold anything but a line break
 * @param phase the phase that the domain has reached
 * @param xml the domain's XML, not parsed
 */
public record HookRequest(String domain, HookPhase phase, String xml) {
    /** The largest accepted request, in bytes; a domain with 500 disks makes 300 000. */
    public static final int MAX_BYTES = 1 << 20;

    private static final String FIRST_LINE = "clamd-vproxy-hook 1";

    /**
     * The number of parts: the first line; name, operation, sub-operation, extra argument; the XML.
     */
    private static final int PARTS = 6;

    /**
     * Parses a request.
     *
     * @param bytes the whole file
     * @throws HookRequestException if it is larger than {@link #MAX_BYTES}, not UTF-8, of another
     *     form or version, or names a phase that is not handled
     */
    public static HookRequest parse(byte[] bytes) throws HookRequestException {
        if (bytes.length > MAX_BYTES) {
            throw new HookRequestException(
                    "the request has more than the %d bytes that are read".formatted(MAX_BYTES));
        }
        String[] parts = decoded(bytes).split("\n", PARTS);
        if (!parts[0].equals(FIRST_LINE)) {
            throw new HookRequestException(
                    "the request does not begin with \"%s\"; install the hook anew"
                            .formatted(FIRST_LINE));
        }
        if (parts.length < PARTS) {
            throw new HookRequestException("the request is cut off before the XML");
        }
        HookPhase phase =
                HookPhase.of(parts[2], parts[3])
                        .orElseThrow(() ->
                                new HookRequestException(
                                        "the request is for a phase that is not handed over"));
        return new HookRequest(parts[1], phase, parts[5]);
    }

    private static String decoded(byte[] bytes) throws HookRequestException {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException _) {
            throw new HookRequestException("the request is not UTF-8");
        }
    }
}
