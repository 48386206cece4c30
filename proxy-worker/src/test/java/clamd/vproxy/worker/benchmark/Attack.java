package clamd.vproxy.worker.benchmark;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * What hostile guests do to the guests beside them. Each is done by some threads for each hostile
 * guest, over and over until it is to end.
 */
enum Attack {
    NONE("no attack", 0, 0) {
        @Override
        void once(Path socket, BooleanSupplier goOn) {}
    },
    SLOW_SCANS_OF_ONE("streams that take seconds to scan, from one guest", 1, 8) {
        @Override
        void once(Path socket, BooleanSupplier goOn) throws IOException {
            slowScan(socket);
        }
    },
    SLOW_SCANS_OF_TWO("streams that take seconds to scan, from two guests", 2, 8) {
        @Override
        void once(Path socket, BooleanSupplier goOn) throws IOException {
            slowScan(socket);
        }
    },
    SLOW_SCANS_OF_THREE("streams that take seconds to scan, from three guests", 3, 8) {
        @Override
        void once(Path socket, BooleanSupplier goOn) throws IOException {
            slowScan(socket);
        }
    },
    SLOW_SCANS_OF_A_TENANT(
            "streams that take seconds to scan, from thirty guests of one tenant",
            Attack.CROWD,
            1) {
        @Override
        void once(Path socket, BooleanSupplier goOn) throws IOException {
            slowScan(socket);
        }
    },
    BAD_COMMANDS("commands that are not allowed", 1, 4) {
        @Override
        void once(Path socket, BooleanSupplier goOn) throws IOException {
            exchange(socket, Request.ascii("zSHUTDOWN\0"));
        }
    },
    PINGS("PINGs without a pause", 1, 4) {
        @Override
        void once(Path socket, BooleanSupplier goOn) throws IOException {
            exchange(socket, Request.ascii("zPING\0"));
        }
    },
    FULL_SPOOL("uploads that fill the spool and stop, beside a small old one", 1, 9) {
        @Override
        void once(Path socket, BooleanSupplier goOn) throws IOException {
            try (SocketChannel channel = Request.connect(socket)) {
                Request.write(channel, stream(new byte[2], false));
                byte[] chunk = new byte[1 << 20];
                for (int i = 0; i < LARGE_MEBIBYTES && goOn.getAsBoolean(); i++) {
                    Request.write(channel, ByteBuffer.allocate(4).putInt(chunk.length).flip());
                    Request.write(channel, ByteBuffer.wrap(chunk));
                }
                while (goOn.getAsBoolean()) {
                    // to the last byte
                    byte[] rest = new byte[300];
                    Request.write(channel, ByteBuffer.allocate(4).putInt(rest.length).flip());
                    Request.write(channel, ByteBuffer.wrap(rest));
                    LockSupport.parkNanos(1_000_000);
                }
            }
        }
    },
    SILENT_CONNECTIONS("connections that send no command", 3, 4) {
        @Override
        void once(Path socket, BooleanSupplier goOn) throws IOException {
            holdMany(socket, new byte[0], goOn);
        }
    },
    STALLED_UPLOADS("uploads that stop after their first bytes", 3, 4) {
        @Override
        void once(Path socket, BooleanSupplier goOn) throws IOException {
            holdMany(socket, stream(new byte[100], false).array(), goOn);
        }
    },
    SLOW_SENDERS("uploads of a byte at a time", 2, 8) {
        @Override
        void once(Path socket, BooleanSupplier goOn) throws IOException {
            try (SocketChannel channel = Request.connect(socket)) {
                Request.write(channel, stream(new byte[0], false));
                Request.write(channel, ByteBuffer.allocate(4).putInt(1000).flip());
                while (goOn.getAsBoolean()) {
                    Request.write(channel, ByteBuffer.wrap(new byte[1]));
                    LockSupport.parkNanos(20_000_000);
                }
            }
        }
    },
    TINY_CHUNKS("chunks of a byte each", 1, 4) {
        @Override
        void once(Path socket, BooleanSupplier goOn) throws IOException {
            ByteBuffer chunks = ByteBuffer.allocate(5 * 4000 + 10 + 4);
            chunks.put(Request.ascii("zINSTREAM\0"));
            for (int i = 0; i < 4000; i++) {
                chunks.putInt(1).put((byte) i);
            }
            exchange(socket, chunks.putInt(0).array());
        }
    },
    EMPTY_STREAMS("empty streams without a pause", 1, 4) {
        @Override
        void once(Path socket, BooleanSupplier goOn) throws IOException {
            exchange(socket, Request.ascii("zINSTREAM\0\0\0\0\0"));
        }
    },
    RECONNECTS("connections that are closed at once", 1, 4) {
        @Override
        void once(Path socket, BooleanSupplier goOn) throws IOException {
            Request.connect(socket).close();
        }
    },
    HALF_CLOSES("streams that break off", 1, 4) {
        @Override
        void once(Path socket, BooleanSupplier goOn) throws IOException {
            try (SocketChannel channel = Request.connect(socket)) {
                Request.write(channel, stream(new byte[5000], false));
                channel.shutdownOutput();
                drain(channel);
            }
        }
    },
    UNREAD_REPLIES("streams whose guest leaves before the reply", 1, 4) {
        @Override
        void once(Path socket, BooleanSupplier goOn) throws IOException {
            try (SocketChannel channel = Request.connect(socket)) {
                Request.write(channel, stream(new byte[20_000], true));
            }
        }
    },
    SENDING_ON("a refused guest that keeps sending", 1, 4) {
        @Override
        void once(Path socket, BooleanSupplier goOn) throws IOException {
            try (SocketChannel channel = Request.connect(socket)) {
                Request.write(channel, ByteBuffer.wrap(Request.ascii("zSHUTDOWN\0")));
                ByteBuffer more = ByteBuffer.allocateDirect(1 << 20);
                while (goOn.getAsBoolean()) {
                    Request.write(channel, more.clear());
                }
            }
        }
    },
    SESSIONS("many streams on each connection", 1, 8) {
        @Override
        void once(Path socket, BooleanSupplier goOn) throws IOException {
            ByteArrayOutputStream session = new ByteArrayOutputStream();
            session.writeBytes(Request.ascii("zIDSESSION\0"));
            for (int i = 0; i < 50; i++) {
                session.writeBytes(stream(Request.noise(2000), true).array());
            }
            session.writeBytes(Request.ascii("zEND\0"));
            exchange(socket, session.toByteArray());
        }
    },
    ALL_TOGETHER("all of these at once, by three guests", 3, 16) {
        @Override
        void once(Path socket, BooleanSupplier goOn) throws IOException {
            List<Attack> others =
                    EnumSet.complementOf(EnumSet.of(NONE, ALL_TOGETHER)).stream().toList();
            others.get(ThreadLocalRandom.current().nextInt(others.size())).once(socket, goOn);
        }
    };

    /** How many guests the attacking tenant has. */
    static final int CROWD = 30;

    /** Below the largest stream that the guests may send. */
    private static final int LARGE_MEBIBYTES = 6;

    private static final int HELD_BY_A_THREAD = 10;
    private static final byte[] SLOW = slow();

    private final String text;
    private final int guests;
    private final int threads;

    Attack(String text, int guests, int threads) {
        this.text = text;
        this.guests = guests;
        this.threads = threads;
    }

    /** Attacks once, or until it is to end. */
    abstract void once(Path socket, BooleanSupplier goOn) throws IOException;

    /** How many guests attack. */
    int guests() {
        return guests;
    }

    /** How many threads each of them has. */
    int threads() {
        return threads;
    }

    @Override
    public String toString() {
        return text;
    }

    private static void slowScan(Path socket) throws IOException {
        byte[] content = ByteBuffer.allocate(SLOW.length + 8).put(SLOW).array();
        // no cache knows it
        ByteBuffer.wrap(content).putLong(SLOW.length, ThreadLocalRandom.current().nextLong());
        exchange(socket, stream(content, true).array());
    }

    /** An archive of less than half a megabyte that takes clamd seconds: it unpacks to zeros. */
    private static byte[] slow() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream archive = new ZipOutputStream(bytes)) {
            archive.setLevel(Deflater.BEST_COMPRESSION);
            byte[] member = new byte[20_000_000];
            for (int i = 0; i < 18; i++) {
                member[0] = (byte) i;
                archive.putNextEntry(new ZipEntry("m" + i));
                archive.write(member);
            }
        } catch (IOException e) {
            throw new IllegalStateException("nothing here is a file", e);
        }
        return bytes.toByteArray();
    }

    private static ByteBuffer stream(byte[] content, boolean ends) {
        ByteBuffer stream = ByteBuffer.allocate(10 + 4 + content.length + 4);
        stream.put(Request.ascii("zINSTREAM\0"));
        if (content.length > 0) {
            stream.putInt(content.length).put(content);
        }
        if (ends) {
            stream.putInt(0);
        }
        byte[] bytes = new byte[stream.position()];
        stream.flip().get(bytes);
        return ByteBuffer.wrap(bytes);
    }

    private static void exchange(Path socket, byte[] bytes) throws IOException {
        try (SocketChannel channel = Request.connect(socket)) {
            Request.write(channel, ByteBuffer.wrap(bytes));
            drain(channel);
        }
    }

    private static void drain(SocketChannel channel) throws IOException {
        ByteBuffer reply = ByteBuffer.allocate(4096);
        while (channel.read(reply.clear()) >= 0) {
            // to the end
        }
    }

    private static void holdMany(Path socket, byte[] first, BooleanSupplier goOn)
            throws IOException {
        List<SocketChannel> held = new ArrayList<>();
        try {
            for (int i = 0; i < HELD_BY_A_THREAD; i++) {
                SocketChannel channel = Request.connect(socket);
                held.add(channel);
                Request.write(channel, ByteBuffer.wrap(first));
            }
            hold(goOn);
        } finally {
            for (SocketChannel channel : held) {
                channel.close();
            }
        }
    }

    private static void hold(BooleanSupplier goOn) {
        while (goOn.getAsBoolean()) {
            LockSupport.parkNanos(10_000_000);
        }
    }
}
