package clamd.vproxy.supervisor.sources.policy;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices changes where the policy file is. Editors replace the file by renaming another one, and
 * Kubernetes replaces a symbolic link on the way to it, so every event in its folder counts.
 * Confined to one thread, apart from {@link #close}.
 *
 * <p>It may miss changes, on another host's file system or at a kernel limit. So a thread that
 * waits here also reads the file at intervals.
 */
final class PolicyWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PolicyWatch.class);

    /** After this long without an event, the file has probably been written completely. */
    private static final Duration QUIET = Duration.ofMillis(100);

    /** The longest wait for a file that is being written continuously. */
    private static final Duration LONGEST_NOISE = Duration.ofSeconds(2);

    private static final WatchEvent.Kind<?>[] EVERYTHING = {
        StandardWatchEventKinds.ENTRY_CREATE,
        StandardWatchEventKinds.ENTRY_MODIFY,
        StandardWatchEventKinds.ENTRY_DELETE
    };

    private final Path file;
    private final LongSupplier nanoClock;
    private final Optional<WatchService> service;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Set<WatchKey> keys = new HashSet<>();
    private boolean complained;

    PolicyWatch(Path file, LongSupplier nanoClock) {
        this.file = file.toAbsolutePath();
        this.nanoClock = nanoClock;
        this.service = newService();
    }

    private Optional<WatchService> newService() {
        try {
            return Optional.of(FileSystems.getDefault().newWatchService());
        } catch (IOException e) {
            complain(e);
            return Optional.empty();
        }
    }

    private void complain(IOException reason) {
        if (!complained) {
            complained = true;
            log.warn(
                    "changes of {} are noticed a few seconds late, its folder cannot be watched: {}",
                    file,
                    reason.getMessage());
        }
    }

    /**
     * Watches the folders that the file is in now. Must be called before each read of the file: a
     * change after the read is then noticed, even in a folder that was replaced.
     */
    void arm() {
        if (service.isEmpty()) {
            return;
        }
        Set<WatchKey> wanted = new HashSet<>();
        try {
            for (Path folder : folders()) {
                wanted.add(folder.register(service.get(), EVERYTHING));
            }
        } catch (IOException e) {
            complain(e);
        } catch (ClosedWatchServiceException _) {
            return;
        }
        keys.stream().filter(key -> !wanted.contains(key)).forEach(WatchKey::cancel);
        keys.clear();
        keys.addAll(wanted);
    }

    /** Returns the folder of the name, and that of the file itself if the name is a link. */
    private Set<Path> folders() {
        Set<Path> folders = new LinkedHashSet<>();
        Path named = Objects.requireNonNull(file.getParent());
        try {
            folders.add(named.toRealPath());
            folders.add(Objects.requireNonNull(file.toRealPath().getParent()));
        } catch (IOException _) {
            // no folder or no file yet: until there is one, there is less to watch
        }
        folders.removeIf(folder -> !Files.isDirectory(folder));
        return folders;
    }

    /** Waits for an event and then for quiet, for {@code limit} and a little longer at most. */
    void await(Duration limit) throws InterruptedException {
        if (service.isEmpty()) {
            boolean _ = closed.await(limit.toNanos(), TimeUnit.NANOSECONDS);
            return;
        }
        boolean noisy = heard(limit);
        long begun = nanoClock.getAsLong();
        while (noisy && nanoClock.getAsLong() - begun < LONGEST_NOISE.toNanos()) {
            noisy = heard(QUIET);
        }
    }

    /** Waits for quiet. */
    void settle() throws InterruptedException {
        await(QUIET);
    }

    private boolean heard(Duration limit) throws InterruptedException {
        try {
            WatchKey key = service.orElseThrow().poll(limit.toNanos(), TimeUnit.NANOSECONDS);
            if (key == null) {
                return false;
            }
            key.pollEvents();
            key.reset();
            return true;
        } catch (ClosedWatchServiceException _) {
            return false;
        }
    }

    /** Ends every wait; may be called by any thread. */
    @Override
    public void close() {
        closed.countDown();
        service.ifPresent(open -> {
            try {
                open.close();
            } catch (IOException e) {
                log.debug("closing the watch of {}", file, e);
            }
        });
    }
}
