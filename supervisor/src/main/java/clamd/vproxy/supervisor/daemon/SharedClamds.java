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

/** Starts what all sessions share: the clamds, and what bounds their use. Static functions only. */
public final class SharedClamds {
    /** Places at each clamd for PING and VERSION, which it answers at once even while it scans. */
    public static final int REQUEST_PLACES = 8;

    /** Small enough to stay in a core's cache: it relays faster than 256 KiB, for less CPU time. */
    private static final int RELAY_BUFFER_BYTES = 64 << 10;

    /** How long a start waits until the clamds have found their first test file. */
    private static final Duration FIRST_CHECKS_LIMIT = Duration.ofSeconds(2);

    private SharedClamds() {}

    /** The clamds, each with a thread that asks it whether it is up. */
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

    /** So that no guest is served by a clamd that finds nothing; one that loads takes longer. */
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

    /** What all sessions share. */
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

    /** The memory of verdicts, with a thread that follows the clamds' signatures. */
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

    /** What all of them have read, also those that are down; empty if that is not certain. */
    private static Optional<Object> loaded(List<ClamdSettings> clamds, SignatureVersion version) {
        List<Object> all = new ArrayList<>();
        clamds.forEach(clamd -> clamd.loaded().apply(version).ifPresent(all::add));
        return all.size() == clamds.size() ? Optional.of(all) : Optional.empty();
    }

    /** Of all clamds, as of now, for it is checked before one is chosen. */
    static long largestHonestStreamBytes(SupervisorSettings settings) {
        return settings.clamds().stream()
                .mapToLong(clamd -> clamd.honestBound().getAsLong())
                .min()
                .orElseThrow();
    }
}
