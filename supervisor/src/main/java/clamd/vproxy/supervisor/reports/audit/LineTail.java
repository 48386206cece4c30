package clamd.vproxy.supervisor.reports.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * What is behind the last line end of a file. Immutable.
 *
 * @param fileBytes the file's size
 * @param text what is behind the last line end, as Latin-1; empty if the file is whole
 */
record LineTail(long fileBytes, String text) {
    /** No line of ours is that long, so a longer one is of another file. */
    static final int LONGEST_LINE = 64 << 10;

    /**
     * Reads the end of a file; one that is missing is an empty one.
     *
     * @throws IOException if it cannot be read, or ends in what we have never written
     */
    static LineTail of(Path file) throws IOException {
        try (FileChannel in =
                FileChannel.open(
                        file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            long size = in.size();
            ByteBuffer end = ByteBuffer.allocate((int) Math.min(size, LONGEST_LINE));
            long from = size - end.capacity();
            while (end.hasRemaining() && in.read(end, from + end.position()) >= 0) {
                // to the end
            }
            String text = StandardCharsets.ISO_8859_1.decode(end.flip()).toString();
            LineTail tail = new LineTail(size, text.substring(text.lastIndexOf('\n') + 1));
            tail.requireOurs(file);
            return tail;
        } catch (NoSuchFileException _) {
            return new LineTail(0, "");
        }
    }

    /** Something is cut off next, and another file than ours must not be shortened. */
    private void requireOurs(Path file) throws IOException {
        // a file system may leave zeros where data was to come when the power failed
        boolean ours = text.isEmpty() || text.startsWith("{") || text.startsWith("\0");
        if (!ours || text.length() == LONGEST_LINE) {
            throw new IOException(
                    file + " is no audit file, for its last line is not JSON; name another file");
        }
    }

    /** Where the last whole line ends, in bytes. */
    long wholeBytes() {
        return fileBytes - text.length();
    }

    /** Whether the last line was not written to its end. */
    boolean isTorn() {
        return !text.isEmpty();
    }
}
