package clamd.vproxy.supervisor.pipelining;

import static java.nio.charset.StandardCharsets.US_ASCII;

import clamd.vproxy.supervisor.commands.demo.ClamdSetup;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A zip archive with harmless files and one that a signature of our own finds. Each scanner has
 * another one, so that a reply tells whose it is. Immutable.
 *
 * @param number which one, from 0
 */
record InfectedArchive(int number) {
    private static final int ENTRIES = 4;
    private static final int ENTRY_BYTES = 4096;

    /** Lets a clamd that has not started yet find the archives with these numbers. */
    static void makeKnown(ClamdSetup setup, List<InfectedArchive> archives) throws IOException {
        Path signatures = setup.directory().resolve("signatures").resolve("archives.ndb");
        Files.write(signatures, archives.stream().map(InfectedArchive::signature).toList());
    }

    private String marker() {
        return "the marker of archive number " + number + ", which harms nobody";
    }

    /** A line of a {@code .ndb} database. */
    private String signature() {
        return "Archive-%d:0:*:%s"
                .formatted(number, HexFormat.of().formatHex(marker().getBytes(US_ASCII)));
    }

    /** What clamd has to say to it. */
    String reply() {
        return "stream: Archive-%d.UNOFFICIAL FOUND\0".formatted(number);
    }

    /** The archive as one stream in one chunk, command and end marker included. */
    byte[] request() {
        byte[] archive = zipped();
        return ByteBuffer.allocate(10 + 4 + archive.length + 4)
                .put("zINSTREAM\0".getBytes(US_ASCII))
                .putInt(archive.length)
                .put(archive)
                .putInt(0)
                .array();
    }

    private byte[] zipped() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (int i = 0; i < ENTRIES; i++) {
                zip.putNextEntry(new ZipEntry("entry-" + i));
                String last = i == ENTRIES - 1 ? marker() : "";
                zip.write(
                        ("entry %d ".formatted(i).repeat(ENTRY_BYTES / 8) + last)
                                .getBytes(US_ASCII));
                zip.closeEntry();
            }
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        return bytes.toByteArray();
    }
}
