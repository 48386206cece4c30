package clamd.vproxy.worker.testing;

import clamd.vproxy.worker.clamd.ClamdConnection;
import clamd.vproxy.worker.session.Watchdog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;

/**
 * A socket whose peer follows a script, without a second thread: where a real socket would block,
 * this one lets the manual clock run and has the watchdog look, until somebody shuts it down. At
 * the end of its script the peer is silent. Confined to the thread of the test.
 */
public final class ScriptedSocket implements ClamdConnection {
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration EVER = Duration.ofHours(1);

    private final ManualClock clock;
    private final Watchdog watchdog;
    private final ArrayDeque<Step> script = new ArrayDeque<>();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private int writes;
    private int writable = Integer.MAX_VALUE;
    private WriteEnd writeEnd = WriteEnd.BREAKS;
    private boolean ended;
    private boolean inputShut;
    private boolean outputShut;
    private boolean closed;
    private boolean interruptible;
    private boolean interrupted;

    private interface Step {
        /** Plays the step; returns what read returns, or 0 to go on with the next step. */
        int play(ByteBuffer target) throws IOException;
    }

    private enum WriteEnd {
        BREAKS,
        BLOCKS
    }

    public ScriptedSocket(ManualClock clock, Watchdog watchdog) {
        this.clock = clock;
        this.watchdog = watchdog;
    }

    /** Next the peer sends this, in one piece as far as the reader has room. */
    public ScriptedSocket sends(byte[] bytes) {
        script.add(new Sending(ByteBuffer.wrap(bytes)));
        return this;
    }

    private final class Sending implements Step {
        private final ByteBuffer rest;

        Sending(ByteBuffer rest) {
            this.rest = rest;
        }

        @Override
        public int play(ByteBuffer target) {
            int count = Math.min(rest.remaining(), target.remaining());
            target.put(rest.slice(rest.position(), count));
            rest.position(rest.position() + count);
            if (rest.hasRemaining()) {
                script.addFirst(this);
            }
            return count;
        }
    }

    /** Next the peer sends this; each character is a byte. */
    public ScriptedSocket sends(String text) {
        return sends(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Next the peer is silent for this long. */
    public ScriptedSocket pauses(Duration time) {
        script.add(new Pausing(time));
        return this;
    }

    private final class Pausing implements Step {
        private final Duration time;
        private long endsNanos;
        private boolean begun;

        Pausing(Duration time) {
            this.time = time;
        }

        @Override
        public int play(ByteBuffer target) {
            if (!isOver()) {
                Duration left = Duration.ofNanos(endsNanos - clock.getAsLong());
                passUntil(ScriptedSocket.this::isWoken, left);
            }
            if (interrupted) {
                // it goes on for the next reader
                script.addFirst(this);
            }
            return 0;
        }

        boolean isOver() {
            if (!begun) {
                begun = true;
                endsNanos = clock.getAsLong() + time.toNanos();
            }
            return clock.getAsLong() - endsNanos >= 0;
        }
    }

    private boolean isWoken() {
        return inputShut || (interruptible && interrupted);
    }

    /** Next something happens while the reader is blocked. */
    public ScriptedSocket does(Runnable event) {
        script.add(_ -> {
            event.run();
            return 0;
        });
        return this;
    }

    /** Next the peer ends its side of the connection. */
    public ScriptedSocket ends() {
        script.add(_ -> {
            ended = true;
            return -1;
        });
        return this;
    }

    /** Next the connection is lost. */
    public ScriptedSocket resets() {
        script.add(_ -> {
            throw new IOException("Connection reset");
        });
        return this;
    }

    /** The peer takes this many bytes; writing more fails. */
    public ScriptedSocket takesOnly(int bytes) {
        writable = bytes;
        return this;
    }

    /** The peer takes this many bytes; writing more blocks. */
    public ScriptedSocket stopsReadingAfter(int bytes) {
        writable = bytes;
        writeEnd = WriteEnd.BLOCKS;
        return this;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        ensureOpen();
        if (!target.hasRemaining()) {
            throw new AssertionError("a read without room");
        }
        while (true) {
            throwIfInterrupted();
            if (inputShut || ended) {
                return -1;
            }
            Step step = script.poll();
            if (step == null) {
                passUntil(this::isWoken, EVER);
                if (!isWoken()) {
                    throw new AssertionError("this read would never end");
                }
                continue;
            }
            int count = step.play(target);
            if (count != 0) {
                return count;
            }
        }
    }

    @Override
    public int readNow(ByteBuffer target) throws IOException {
        ensureOpen();
        if (inputShut) {
            throw new AssertionError("shut down, so that nothing is to be seen on it any more");
        }
        while (!ended) {
            Step step = script.peek();
            if (step == null || (step instanceof Pausing pause && !pause.isOver())) {
                return 0;
            }
            script.remove();
            int count = step instanceof Pausing ? 0 : step.play(target);
            if (count != 0) {
                return count;
            }
        }
        return -1;
    }

    @Override
    public boolean awaitReadable(Duration limit) throws IOException {
        ensureOpen();
        throwIfInterrupted();
        Step next = script.peek();
        if (next instanceof Pausing pause && !pause.isOver()) {
            passUntil(() -> pause.isOver() || interrupted, limit);
            throwIfInterrupted();
            return pause.isOver();
        }
        if (next == null && !ended) {
            passUntil(() -> interrupted, limit);
            throwIfInterrupted();
            return false;
        }
        return true;
    }

    @Override
    public void makeInterruptible() {
        interruptible = true;
    }

    @Override
    public void interrupt() {
        interrupted = true;
    }

    private void throwIfInterrupted() throws InterruptedIOException {
        if (interruptible && interrupted) {
            throw new InterruptedIOException("called away");
        }
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        ensureOpen();
        writes++;
        while (source.hasRemaining()) {
            throwIfInterrupted();
            if (outputShut) {
                throw new IOException("Broken pipe");
            }
            if (written.size() < writable) {
                written.write(source.get());
            } else if (writeEnd == WriteEnd.BREAKS) {
                throw new IOException("Broken pipe");
            } else {
                passUntil(() -> outputShut || (interruptible && interrupted), EVER);
                if (!outputShut && !interrupted) {
                    throw new AssertionError("this write would never end");
                }
            }
        }
    }

    private void passUntil(BooleanSupplier woken, Duration longest) {
        for (long left = longest.toNanos(); left > 0 && !woken.getAsBoolean(); ) {
            Duration step = Duration.ofNanos(Math.min(left, TICK.toNanos()));
            clock.advance(step);
            watchdog.checkAll();
            left -= step.toNanos();
        }
    }

    private void ensureOpen() {
        if (closed) {
            throw new AssertionError("used after close");
        }
    }

    @Override
    public void shutdownInput() {
        inputShut = true;
    }

    @Override
    public void shutdownOutput() {
        outputShut = true;
    }

    @Override
    public void close() {
        closed = true;
    }

    /** How often something was written. */
    public int writes() {
        return writes;
    }

    /** What the peer has received, each byte a character. */
    public String received() {
        return written.toString(StandardCharsets.ISO_8859_1);
    }

    /** What the peer has received. */
    public byte[] receivedBytes() {
        return written.toByteArray();
    }

    /** Whether our side ended its output before it closed. */
    public boolean isOutputShut() {
        return outputShut;
    }

    public boolean isClosed() {
        return closed;
    }

    /** Whether the peer's script was played to its end. */
    public boolean isPlayed() {
        return script.isEmpty();
    }
}
