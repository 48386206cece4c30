package clamd.vproxy.supervisor.commands.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A support bundle: texts in one archive. Confined to one thread. */
public final class SupportBundle {
    /** A note on what to review before sending the archive. */
    public static final String ADVICE =
            "Look it over before you send it: it names guests with their UUIDs, files and users of"
                    + " this host, and signatures that were found. It has no file that a guest sent,"
                    + " and no password unless somebody wrote one into clamd's configuration or a"
                    + " comment of the policy.";

    private final Map<String, String> files = new TreeMap<>();

    /** Adds a file. */
    public void add(String name, String text) {
        files.put(name, text);
    }

    /** Returns the names of the files, including those that {@link #write} adds. */
    public List<String> names() {
        List<String> names = new ArrayList<>(List.of("README.txt"));
        names.addAll(files.keySet());
        return names;
    }

    /**
     * Writes the archive as a new file that only its owner can access.
     *
     * @throws IOException if it cannot be written, or the file already exists
     */
    public void write(Path file) throws IOException {
        try (SeekableByteChannel channel =
                        Files.newByteChannel(
                                file,
                                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                                PosixFilePermissions.asFileAttribute(
                                        PosixFilePermissions.fromString("rw-------")));
                OutputStream out = Channels.newOutputStream(channel);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            put(zip, "README.txt", ADVICE + "\n\n" + String.join("\n", files.keySet()) + "\n");
            for (Map.Entry<String, String> each : files.entrySet()) {
                put(zip, each.getKey(), each.getValue());
            }
        }
    }

    private static void put(ZipOutputStream zip, String name, String text) throws IOException {
        zip.putNextEntry(new ZipEntry("clamd-vproxy-support/" + name));
        zip.write(text.getBytes(UTF_8));
        zip.closeEntry();
    }
}
