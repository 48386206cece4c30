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
 * The end of a file after its last line end. Immutable.
 *
 * @param fileBytes the file's size
 * @param text the text after the last line end, as Latin-1; empty if the file is complete
 */
record LineTail(long fileBytes, String text) {
    /** The length limit of a line, in bytes; a longer line is not the daemon's own. */
    static final int LONGEST_LINE = 64 << 10;

    /**
     * Reads the end of a file; a missing file counts as empty.
     *
     * @throws IOException if it cannot be read, or ends in text that the daemon never writes
     */
    static LineTail of(Path file) throws IOException {
        try (FileChannel in =
                FileChannel.open(
                        file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            long size = in.size();
            ByteBuffer end = ByteBuffer.allocate((int) Math.min(size, LONGEST_LINE));
            long from = size - end.capacity();
            while (end.hasRemaining() && in.read(end, from + end.position()) >= 0) {
                // read to the end
            }
            String text = StandardCharsets.ISO_8859_1.decode(end.flip()).toString();
            LineTail tail = new LineTail(size, text.substring(text.lastIndexOf('\n') + 1));
            tail.requireOurs(file);
            return tail;
        } catch (NoSuchFileException _) {
            return new LineTail(0, "");
        }
    }

    /** Refuses a file of another program, because a torn line is cut off next. */
    private void requireOurs(Path file) throws IOException {
        // after a power failure, a file system may leave zeros in place of data
        boolean ours = text.isEmpty() || text.startsWith("{") || text.startsWith("\0");
        if (!ours || text.length() == LONGEST_LINE) {
            throw new IOException(
                    file + " is no audit file, for its last line is not JSON; name another file");
        }
    }

    /** Returns where the last complete line ends, in bytes. */
    long wholeBytes() {
        return fileBytes - text.length();
    }

    /** Whether the last line was not written completely. */
    boolean isTorn() {
        return !text.isEmpty();
    }
}
