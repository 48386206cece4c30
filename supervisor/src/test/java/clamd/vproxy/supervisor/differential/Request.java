package clamd.vproxy.supervisor.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What bytes to clamd mean if they are what we may send: one canonical command, and chunks behind
 * it. Immutable.
 *
 * @param command the command, or nothing if these are other bytes
 * @param content the file data in the chunks so far, a character for each byte
 * @param complete whether there is nothing to come
 * @param excess how many bytes there are after that
 */
record Request(String command, String content, boolean complete, int excess) {
    private static final int HEADER_BYTES = 4;

    static Request of(String bytes) {
        for (String command : List.of("PING", "VERSION")) {
            String canonical = "z" + command + '\0';
            if (bytes.startsWith(canonical)) {
                return new Request(command, "", true, bytes.length() - canonical.length());
            }
        }
        String canonical = "zINSTREAM\0";
        return bytes.startsWith(canonical)
                ? stream(bytes.substring(canonical.length()))
                : new Request("", "", false, 0);
    }

    private static Request stream(String chunks) {
        ByteBuffer rest = ByteBuffer.wrap(chunks.getBytes(ISO_8859_1));
        StringBuilder content = new StringBuilder();
        while (rest.remaining() >= HEADER_BYTES) {
            int length = rest.getInt();
            if (length == 0) {
                return new Request("INSTREAM", content.toString(), true, rest.remaining());
            }
            byte[] data = new byte[Math.min(length, rest.remaining())];
            rest.get(data);
            content.append(new String(data, ISO_8859_1));
        }
        return new Request("INSTREAM", content.toString(), false, 0);
    }

    /** What a clamd that finds nothing answers; nothing as long as it is not complete. */
    String answer() {
        if (!complete) {
            return "";
        }
        return switch (command) {
            case "PING" -> "PONG\0";
            case "VERSION" -> "ClamAV 1.4.6\0";
            default -> "stream: OK\0";
        };
    }
}
