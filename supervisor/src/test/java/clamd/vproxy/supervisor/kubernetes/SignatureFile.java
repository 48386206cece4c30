package clamd.vproxy.supervisor.kubernetes;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;

/**
 * A {@code daily.cud}, ClamAV's unsigned container of signatures, as {@code sigtool --unsigned}
 * makes it. clamd tells the version of a database whose name begins so. Stateless.
 */
final class SignatureFile {
    private static final int HEADER_BYTES = 512;
    private static final int TAR_BLOCK_BYTES = 512;

    private SignatureFile() {}

    /**
     * Makes one whose only signatures are these files as a whole.
     *
     * @param built when, in seconds since 1970
     */
    static byte[] daily(int version, long built, List<String> infectedFiles) throws IOException {
        String signatures =
                infectedFiles.stream()
                        .map(each -> each.getBytes(US_ASCII))
                        .map(each -> "%s:%d:Listed.Test\n".formatted(hex("MD5", each), each.length))
                        .collect(Collectors.joining());
        byte[] list = signatures.getBytes(US_ASCII);
        String line = "ClamAV-VDB:25 Nov 2026 10-00 +0000:%d:%d:90:%s:X:test:%d";
        String info =
                line.formatted(version, infectedFiles.size(), "X", built)
                        + "\ndaily.hdb:%d:%s\n".formatted(list.length, hex("SHA-256", list));
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream tar = new GZIPOutputStream(packed)) {
            tar.write(tarEntry("daily.info", info.getBytes(US_ASCII)));
            tar.write(tarEntry("daily.hdb", list));
            tar.write(new byte[2 * TAR_BLOCK_BYTES]);
        }
        byte[] content = packed.toByteArray();
        String head = line.formatted(version, infectedFiles.size(), hex("MD5", content), built);
        return ByteBuffer.allocate(HEADER_BYTES + content.length)
                .put(head.getBytes(US_ASCII))
                .put(" ".repeat(HEADER_BYTES - head.length()).getBytes(US_ASCII))
                .put(content)
                .array();
    }

    private static byte[] tarEntry(String name, byte[] content) {
        byte[] block = new byte[TAR_BLOCK_BYTES];
        put(block, 0, name);
        put(block, 100, "0000644\0");
        put(block, 108, "0000000\0");
        put(block, 116, "0000000\0");
        put(block, 124, "%011o\0".formatted(content.length));
        put(block, 136, "00000000000\0");
        put(block, 148, "        0");
        put(block, 257, "ustar\00000");
        int sum = 0;
        for (byte each : block) {
            sum += each;
        }
        put(block, 148, "%06o\0 ".formatted(sum));
        byte[] padded =
                Arrays.copyOf(
                        content, Math.ceilDiv(content.length, TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES);
        return ByteBuffer.allocate(block.length + padded.length).put(block).put(padded).array();
    }

    private static void put(byte[] block, int offset, String text) {
        byte[] bytes = text.getBytes(US_ASCII);
        System.arraycopy(bytes, 0, block, offset, bytes.length);
    }

    private static String hex(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
