package clamd.vproxy.worker.testing;

import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.Tenant;
import clamd.vproxy.worker.clamd.BackendSlots;
import clamd.vproxy.worker.clamd.Clamd;
import clamd.vproxy.worker.clamd.ClamdTimes;
import clamd.vproxy.worker.clamd.Clamds;
import clamd.vproxy.worker.clamd.HealthTimes;
import clamd.vproxy.worker.daily.DailyUsage;
import clamd.vproxy.worker.fair.ScanSlots;
import clamd.vproxy.worker.rate.ByteRate;
import clamd.vproxy.worker.session.AbandonedScans;
import clamd.vproxy.worker.session.Arrival;
import clamd.vproxy.worker.session.BufferPool;
import clamd.vproxy.worker.session.GuestShare;
import clamd.vproxy.worker.session.Session;
import clamd.vproxy.worker.session.SessionContext;
import clamd.vproxy.worker.session.SessionResult;
import clamd.vproxy.worker.session.Termination;
import clamd.vproxy.worker.session.Watchdog;
import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.Weight;
import clamd.vproxy.worker.spool.Spool;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One session between a scripted guest and a scripted clamd, played on the test's own thread in
 * manual time.
 */
public final class SessionRig {
    /** The number of the session. */
    public static final long NUMBER = 4711;

    /** The scripted clamd's own timeouts, and ours for its scans. */
    public static final ClamdTimes TIMES =
            new ClamdTimes(Duration.ofSeconds(40), Duration.ofSeconds(50));

    /** First of all, for the clock of those after it runs it. */
    private Runnable whileWaiting = () -> {};

    public final ManualClock clock = new ManualClock();
    public final ManualWallClock wallClock = new ManualWallClock();
    public final DailyUsage dailyUsage = new DailyUsage(wallClock);
    public final Watchdog watchdog = new Watchdog(clock);
    public final ScriptedSocket guest = new ScriptedSocket(clock, watchdog);
    public final ScriptedSocket backend = new ScriptedSocket(clock, watchdog);
    public final ScriptedClamd clamd = new ScriptedClamd(backend);
    public final ScanSlots scans = new ScanSlots(1, this::waitingTime);
    public final Spool spool = new Spool(Long.MAX_VALUE, this::waitingTime);
    public final Clamds clamds =
            new Clamds(
                    List.of(new Clamd(clamd, 1, 1, scans, TIMES)),
                    HealthTimes.standard(),
                    this::waitingTime,
                    Clock.systemUTC());
    public final BackendSlots uploads = clamds.uploads();
    public final BackendSlots requests = clamds.requests();
    public final AbandonedScans abandoned = new AbandonedScans(watchdog);
    public final SessionContext context;
    public final Session session;
    public final UnboundService service;
    private final List<ScriptedSocket> backends = new ArrayList<>();
    private Runnable whilePaused = () -> {};
    private boolean abandonedAtTheEnd;
    private Duration abandonedFor = Duration.ZERO;

    public SessionRig() {
        this(TestLimits.limits().build(), 64, Long.MAX_VALUE);
    }

    public SessionRig(Limits limits) {
        this(limits, 64, Long.MAX_VALUE);
    }

    public SessionRig(Limits limits, int bufferBytes, long largestHonestStream) {
        context =
                new SessionContext(
                        clamds,
                        spool,
                        new BufferPool(bufferBytes, 1),
                        watchdog,
                        abandoned,
                        clock,
                        () -> largestHonestStream,
                        true,
                        Optional.empty());
        backends.add(backend);
        ByteRate byteRate =
                new ByteRate(
                        limits.maxByteRate(),
                        bufferBytes,
                        clock,
                        (monitor, nanos) -> paused(nanos));
        GuestShare share =
                new GuestShare(
                        Owner.ofItself("guest"),
                        byteRate,
                        dailyUsage,
                        context.tenantShare(new Tenant.OneGuest("guest"), dailyUsage),
                        TestLimits.policy(limits).tenant());
        service = new UnboundService(TestLimits.policy(limits), share);
        session =
                new Session(
                        new Arrival(NUMBER, guest, clock.getAsLong(), 1, 1),
                        share,
                        limits,
                        context);
    }

    /** Each look of somebody who waits for a place costs a millisecond. */
    private long waitingTime() {
        clock.advance(Duration.ofMillis(1));
        whileWaiting.run();
        return clock.getAsLong();
    }

    private void paused(long nanos) {
        clock.advance(Duration.ofNanos(nanos));
        whilePaused.run();
    }

    /** Something that happens at the end of each pause that the byte rate makes. */
    public void whilePaused(Runnable event) {
        whilePaused = event;
    }

    /** Something that happens while the session waits for a place at clamd. */
    public void whileWaiting(Runnable event) {
        whileWaiting = event;
    }

    /** The script of the next further connection to clamd, for a session of several requests. */
    public ScriptedSocket nextBackend() {
        ScriptedSocket next = new ScriptedSocket(clock, watchdog);
        clamd.handsOut(next);
        backends.add(next);
        return next;
    }

    /** The connections to clamd that were made, in their order. */
    public List<ScriptedSocket> backends() {
        return backends.subList(0, clamd.connections());
    }

    /** Takes the only place of each kind at clamd away. */
    public void takeAllPlaces() {
        for (BackendSlots slots : List.of(uploads, requests)) {
            if (slots.request(Owner.ofItself("another"), Weight.of(1))
                    .await(clock.getAsLong() + 1_000_000_000)
                    .isEmpty()) {
                throw new AssertionError("the places were taken already");
            }
        }
    }

    /** Takes the only scan slot away. */
    public ScanSlots.Slot takeTheSlot() {
        return scans.request(Owner.ofItself("another"), Weight.of(1), 1)
                .await(clock.getAsLong() + 1_000_000_000)
                .orElseThrow(() -> new AssertionError("the slot was taken already"));
    }

    /** Plays the session to its end. */
    public SessionResult run() {
        return run(ByteBuffer.allocateDirect(Session.SCRATCH_BYTES));
    }

    /** Runs the session with a scratch buffer that was used before, as a guest's threads do. */
    public SessionResult run(ByteBuffer scratch) {
        return checked(session.run(service, scratch));
    }

    /** Refuses the session. */
    public SessionResult refuse(Termination reason) {
        ByteBuffer scratch = ByteBuffer.allocateDirect(Session.SCRATCH_BYTES);
        return checked(session.refuse(reason, Optional.empty(), Duration.ofSeconds(1), scratch));
    }

    /** What holds at the end of every session, whatever it was. */
    private SessionResult checked(SessionResult result) {
        if (!guest.isClosed()) {
            throw new AssertionError("the guest's socket was left open");
        }
        outliveAbandoned();
        if (backends.stream().limit(clamd.connections()).anyMatch(each -> !each.isClosed())) {
            throw new AssertionError("the connection to clamd was left open");
        }
        if (uploads.held() + requests.held() > 0 && clamd.connections() > 0) {
            throw new AssertionError("a place at clamd was kept");
        }
        if (spool.heldBytes(Owner.ofItself("guest")) > 0) {
            throw new AssertionError("the spool still counts the stream");
        }
        if (scans.waiting() > 0) {
            throw new AssertionError("a stream still waits for a slot");
        }
        if (result.session() != NUMBER) {
            throw new AssertionError("the result is another session's: " + result);
        }
        return result;
    }

    /** Lets time pass until clamd has ended the scan, if the session did not wait for it. */
    private void outliveAbandoned() {
        abandonedAtTheEnd = abandoned.count() > 0;
        long begin = clock.getAsLong();
        while (abandoned.count() > 0) {
            if (uploads.held() != 1 || scans.held() != 1 || backend.isClosed()) {
                throw new AssertionError("an abandoned scan does not hold what it must");
            }
            if (clock.getAsLong() - begin > TIMES.longestScan().toNanos()) {
                throw new AssertionError("an abandoned scan is never given up");
            }
            clock.advance(Duration.ofMillis(100));
            watchdog.checkAll();
        }
        abandonedFor = Duration.ofNanos(clock.getAsLong() - begin);
    }

    /** Whether the scan went on when the session had ended. */
    public boolean wasAbandoned() {
        return abandonedAtTheEnd;
    }

    /** How long clamd went on scanning after the session's end. */
    public Duration abandonedFor() {
        return abandonedFor;
    }

    /** A chunk of {@code data}. */
    public static byte[] chunk(String data) {
        return join(header(data.length()), data.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The header of a chunk. */
    public static byte[] header(long length) {
        return ByteBuffer.allocate(4).putInt((int) length).array();
    }

    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
