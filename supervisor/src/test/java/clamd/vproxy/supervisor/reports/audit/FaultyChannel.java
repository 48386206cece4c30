package clamd.vproxy.supervisor.reports.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file on a disk that fails as a test wants it to. Has what the audit file uses of a channel and
 * nothing else. Thread-safe as far as its disk is.
 */
final class FaultyChannel extends FileChannel {
    /** The disk. Fields are set by the test before they are looked at. */
    static final class Disk {
        /** How many more bytes may be written before the process ends. */
        long bytesUntilCrash = Long.MAX_VALUE;

        /** How many more bytes there is room for. */
        long room = Long.MAX_VALUE;

        /** Whether a file may be shortened. */
        boolean truncates = true;

        /** What happens when data is forced to the disk. */
        volatile Forcing forcing = () -> {};

        private @Nullable FileChannel open;

        AuditFile.Opener opener() {
            return file -> new FaultyChannel(this, append(file));
        }

        private FileChannel append(Path file) throws IOException {
            open =
                    FileChannel.open(
                            file,
                            Set.of(
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE,
                                    StandardOpenOption.APPEND),
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-r-----")));
            return open;
        }

        /** What the kernel does when a process has ended. */
        void closeAll() throws IOException {
            if (open != null) {
                open.close();
            }
        }
    }

    /** What happens when data is forced to the disk. */
    interface Forcing {
        void force() throws IOException;
    }

    /** The process ended. */
    static final class Crash extends Error {
        private static final long serialVersionUID = 1;
    }

    private final Disk disk;
    private final FileChannel real;

    private FaultyChannel(Disk disk, FileChannel real) {
        this.disk = disk;
        this.real = real;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        if (disk.room == 0) {
            throw new IOException("No space left on device");
        }
        int most = (int) Math.min(source.remaining(), Math.min(disk.room, disk.bytesUntilCrash));
        ByteBuffer part = source.slice(source.position(), most);
        while (part.hasRemaining()) {
            real.write(part);
        }
        source.position(source.position() + most);
        if (disk.bytesUntilCrash != Long.MAX_VALUE) {
            disk.bytesUntilCrash -= most;
            if (source.hasRemaining()) {
                throw new Crash();
            }
        }
        if (disk.room != Long.MAX_VALUE) {
            disk.room -= most;
        }
        return most;
    }

    @Override
    public void force(boolean metaData) throws IOException {
        disk.forcing.force();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        if (!disk.truncates) {
            throw new IOException("Input/output error");
        }
        long freed = real.size() - size;
        real.truncate(size);
        if (disk.room != Long.MAX_VALUE) {
            disk.room += freed;
        }
        return this;
    }

    @Override
    public long size() throws IOException {
        return real.size();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        return real.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        real.close();
    }

    @Override
    public int read(ByteBuffer target) {
        throw new UnsupportedOperationException(
                "an audit file is only written, one buffer at a time");
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
        throw new UnsupportedOperationException(
                "an audit file is only written, one buffer at a time");
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
        throw new UnsupportedOperationException(
                "an audit file is only written, one buffer at a time");
    }

    @Override
    public long position() {
        throw new UnsupportedOperationException(
                "an audit file is only written, one buffer at a time");
    }

    @Override
    public FileChannel position(long newPosition) {
        throw new UnsupportedOperationException(
                "an audit file is only written, one buffer at a time");
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
        throw new UnsupportedOperationException(
                "an audit file is only written, one buffer at a time");
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
        throw new UnsupportedOperationException(
                "an audit file is only written, one buffer at a time");
    }

    @Override
    public int read(ByteBuffer target, long position) {
        throw new UnsupportedOperationException(
                "an audit file is only written, one buffer at a time");
    }

    @Override
    public int write(ByteBuffer source, long position) {
        throw new UnsupportedOperationException(
                "an audit file is only written, one buffer at a time");
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
        throw new UnsupportedOperationException(
                "an audit file is only written, one buffer at a time");
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
        throw new UnsupportedOperationException(
                "an audit file is only written, one buffer at a time");
    }
}
