package clamd.vproxy.supervisor.soak;

import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import clamd.vproxy.supervisor.testing.DaemonProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong meanwhile: clamd is killed, restarted and frozen, guests stop and start, the
 * policy file is replaced. On a thread of its own; {@link #pause}, {@link #goOn} and {@link #close}
 * belong to one other thread.
 */
final class SoakFaults implements AutoCloseable {
    private final DaemonProcess daemon;
    private final SoakClamd clamd;
    private final Path folder;
    private final Random random;
    private final Tally done = new Tally();
    private final ReentrantLock acting = new ReentrantLock(true);
    private final CountDownLatch stop = new CountDownLatch(1);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Thread thread;
    private int version;

    /** Begins. */
    SoakFaults(DaemonProcess daemon, SoakClamd clamd, Path folder, long seed) {
        this.daemon = daemon;
        this.clamd = clamd;
        this.folder = folder;
        this.random = new Random(seed);
        this.thread = Thread.ofPlatform().name("soak-faults").start(this::run);
    }

    private void run() {
        try {
            while (!lasts(20 + random.nextInt(60))) {
                acting.lock();
                try {
                    act(random.nextInt(100));
                } finally {
                    acting.unlock();
                }
            }
        } catch (IOException e) {
            failure.set(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void act(int which) throws IOException, InterruptedException {
        if (which < 45) {
            replacePolicy();
        } else if (which < 75) {
            restartGuest();
        } else if (which < 90) {
            clamd.freeze();
            boolean _ = lasts(40);
            clamd.thaw();
            done.add("clamd frozen");
        } else {
            clamd.kill();
            boolean _ = lasts(30);
            clamd.start();
            done.add("clamd killed");
        }
    }

    private void replacePolicy() throws IOException {
        Path next = Files.writeString(folder.resolve("policy.new"), SoakGuests.policy(version++));
        Files.move(next, folder.resolve("policy.json"), StandardCopyOption.ATOMIC_MOVE);
        done.add("policy replaced");
    }

    private void restartGuest() throws IOException, InterruptedException {
        String guest = SoakGuests.RESTARTED.get(random.nextInt(SoakGuests.RESTARTED.size()));
        daemon.tell("stop " + guest);
        boolean _ = lasts(5);
        daemon.tell(SoakGuests.start(guest));
        done.add("guest restarted");
    }

    /** Whether the end came within this time. */
    private boolean lasts(int millis) throws InterruptedException {
        return stop.await(millis, TimeUnit.MILLISECONDS);
    }

    /** When this returns, everything is as it should be. */
    void pause() {
        acting.lock();
        Throwable failed = failure.get();
        if (failed != null) {
            throw new AssertionError("the faults ended", failed);
        }
    }

    /** Goes on. */
    void goOn() {
        acting.unlock();
    }

    /** How often each was done. */
    Tally done() {
        return done;
    }

    @Override
    public void close() {
        stop.countDown();
        SupervisorThreads.join(thread);
    }
}
