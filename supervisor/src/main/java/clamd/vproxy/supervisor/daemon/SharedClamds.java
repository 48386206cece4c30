package clamd.vproxy.supervisor.daemon;

import clamd.vproxy.supervisor.base.threads.SupervisorThreads;
import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.worker.clamd.Clamd;
import clamd.vproxy.worker.clamd.ClamdMonitor;
import clamd.vproxy.worker.clamd.Clamds;
import clamd.vproxy.worker.clamd.SignatureVersion;
import clamd.vproxy.worker.fair.ScanSlots;
import clamd.vproxy.worker.memory.SignatureWatch;
import clamd.vproxy.worker.memory.VerdictMemory;
import clamd.vproxy.worker.session.AbandonedScans;
import clamd.vproxy.worker.session.BufferPool;
import clamd.vproxy.worker.session.SessionContext;
import clamd.vproxy.worker.session.Watchdog;
import clamd.vproxy.worker.spool.Spool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Starts the parts that all sessions share: the clamds, and the limits on their use. Static
 * functions only.
 */
public final class SharedClamds {
    /**
     * The request permits of each clamd, for PING and VERSION, which it answers at once even while
     * it scans.
     */
    public static final int REQUEST_PLACES = 8;

    /**
     * The size of a relay buffer, which fits into a core's cache: it relays faster than 256 KiB,
     * for less CPU time.
     */
    private static final int RELAY_BUFFER_BYTES = 64 << 10;

    /** How long a start waits until the clamds have detected their first test file. */
    private static final Duration FIRST_CHECKS_LIMIT = Duration.ofSeconds(2);

    private SharedClamds() {}

    /** Returns the clamds, each with a thread that checks whether it is up. */
    static Clamds watched(SupervisorSettings settings, LongSupplier nanoClock, StartedParts parts)
            throws InterruptedException {
        Clamds clamds =
                new Clamds(
                        settings.clamds().stream().map(each -> clamd(each, nanoClock)).toList(),
                        settings.healthTimes(),
                        nanoClock,
                        SystemClock.utc());
        int number = 0;
        List<ClamdMonitor> monitors = clamds.monitors();
        for (ClamdMonitor monitor : monitors) {
            number++;
            SupervisorThreads.start("clamd-health#" + number, parts.add(monitor));
        }
        if (settings.healthTimes().selfTest().isPresent()) {
            awaitFirstChecks(monitors, nanoClock);
        }
        return clamds;
    }

    /**
     * Waits for the first self-tests, so that no guest is served by a clamd that detects nothing; a
     * clamd that is still loading takes longer.
     */
    private static void awaitFirstChecks(List<ClamdMonitor> monitors, LongSupplier nanoClock)
            throws InterruptedException {
        long deadline = nanoClock.getAsLong() + FIRST_CHECKS_LIMIT.toNanos();
        for (ClamdMonitor monitor : monitors) {
            monitor.awaitFirstCheck(Duration.ofNanos(deadline - nanoClock.getAsLong()));
        }
    }

    private static Clamd clamd(ClamdSettings settings, LongSupplier nanoClock) {
        return new Clamd(
                settings.endpoint(),
                settings.maxUploads(),
                REQUEST_PLACES,
                new ScanSlots(settings.scanSlots(), settings.lendableSlots(), nanoClock),
                settings.times(),
                settings.watcher());
    }

    /** Creates the context that all sessions share. */
    static SessionContext context(
            SupervisorSettings settings,
            Clamds clamds,
            Watchdog watchdog,
            LongSupplier nanoClock,
            boolean hashStreams,
            StartedParts parts) {
        return new SessionContext(
                clamds,
                new Spool(settings.hostMaxSpoolBytes(), nanoClock),
                new BufferPool(RELAY_BUFFER_BYTES, clamds.uploads().total()),
                watchdog,
                parts.add(new AbandonedScans(watchdog)),
                nanoClock,
                () -> largestHonestStreamBytes(settings),
                hashStreams,
                memory(settings, clamds, nanoClock, parts));
    }

    /** Creates the verdict memory, with a thread that follows the clamds' signatures. */
    private static Optional<VerdictMemory> memory(
            SupervisorSettings settings,
            Clamds clamds,
            LongSupplier nanoClock,
            StartedParts parts) {
        if (settings.verdictMemoryEntries() == 0) {
            return Optional.empty();
        }
        SignatureWatch watch =
                parts.add(
                        new SignatureWatch(
                                clamds.versions(),
                                version -> loaded(settings.clamds(), version),
                                nanoClock));
        VerdictMemory memory = new VerdictMemory(settings.verdictMemoryEntries(), watch, nanoClock);
        SupervisorThreads.start("clamd-signatures", watch);
        return Optional.of(memory);
    }

    /**
     * Returns what all clamds have loaded, including those that are down; empty if this is not
     * certain.
     */
    private static Optional<Object> loaded(List<ClamdSettings> clamds, SignatureVersion version) {
        List<Object> all = new ArrayList<>();
        clamds.forEach(clamd -> clamd.loaded().apply(version).ifPresent(all::add));
        return all.size() == clamds.size() ? Optional.of(all) : Optional.empty();
    }

    /**
     * Returns the smallest honest bound of all clamds, as of now, because it is checked before a
     * clamd is chosen.
     */
    static long largestHonestStreamBytes(SupervisorSettings settings) {
        return settings.clamds().stream()
                .mapToLong(clamd -> clamd.honestBound().getAsLong())
                .min()
                .orElseThrow();
    }
}
