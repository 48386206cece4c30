package clamd.vproxy.worker.fair;

import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.Weight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * A clamd with scan slots on virtual time: streams come, wait, are scanned for as long as they
 * take, and go. After each step it holds the queue against its own books. Not thread-safe.
 */
final class Simulation {
    /** Shortly before the largest number there is: times must be compared by their difference. */
    private static final long BEGIN = Long.MAX_VALUE - 5_000_000_000L;

    private static final double LAST_SECONDS = 1e9;

    private final int lendable;
    final ScanQueue queue;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<ScanTicket, Stream> streams = new HashMap<>();
    private final List<Stream> scanning = new ArrayList<>();
    private final List<Stream> waiting = new ArrayList<>();
    private long sinceBegin;
    private long order;

    /** What happens at a time; of the same time, what was planned first. */
    private record Event(long time, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(time, other.time);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    /** One stream with what became of it; times in seconds since the beginning, -1 = never. */
    static final class Stream {
        final String guest;
        final double scanSeconds;
        final double joined;
        double granted = -1;
        double ended = -1;
        private final ScanTicket ticket;
        private Runnable whenEnded = () -> {};

        private Stream(ScanTicket ticket, double scanSeconds, double joined) {
            this.guest = ticket.guest().toString();
            this.ticket = ticket;
            this.scanSeconds = scanSeconds;
            this.joined = joined;
        }

        double waited() {
            return granted - joined;
        }

        Stream whenEnded(Runnable action) {
            whenEnded = action;
            return this;
        }
    }

    Simulation(int slots) {
        this(slots, 0);
    }

    Simulation(int slots, int lendable) {
        this.queue = new ScanQueue(slots, lendable);
        this.lendable = slots < 4 ? 0 : lendable;
    }

    /** A stream of a guest that is a tenant of its own joins the queue now. */
    Stream joins(String guest, int weight, long bytes, double scanSeconds) {
        return joins(Owner.ofItself(guest), weight, bytes, scanSeconds);
    }

    /** A stream joins the queue now. */
    Stream joins(Owner owner, int weight, long bytes, double scanSeconds) {
        ScanTicket ticket = queue.join(owner, Weight.of(weight), bytes, now());
        Stream stream = new Stream(ticket, scanSeconds, seconds());
        streams.put(ticket, stream);
        waiting.add(stream);
        grant();
        return stream;
    }

    /** A stream's session ends while it waits, by timeout, stop or withdrawal. */
    void leaves(Stream stream) {
        if (waiting.remove(stream)) {
            queue.end(stream.ticket, now());
            queue.end(stream.ticket, now());
            grant();
        }
    }

    /** Does this so many seconds from now. */
    void in(double delaySeconds, Runnable action) {
        events.add(new Event(sinceBegin + (long) (delaySeconds * 1e9), order++, action));
    }

    /** Lets time pass until so many seconds since the beginning. */
    void runUntil(double endSeconds) {
        while (!events.isEmpty() && events.element().time <= endSeconds * 1e9) {
            Event next = events.remove();
            sinceBegin = next.time;
            next.action.run();
        }
        if (endSeconds < LAST_SECONDS) {
            sinceBegin = (long) (endSeconds * 1e9);
        }
    }

    /** Lets time pass until nothing is left to happen. */
    void runToTheEnd() {
        runUntil(LAST_SECONDS);
    }

    private void grant() {
        for (Optional<ScanTicket> next = queue.grantNext(now());
                next.isPresent();
                next = queue.grantNext(now())) {
            Stream stream = streams.get(next.get());
            if (stream == null || !waiting.remove(stream)) {
                throw new AssertionError("granted what did not wait: " + next.get().guest());
            }
            stream.granted = seconds();
            scanning.add(stream);
            in(stream.scanSeconds, () -> end(stream));
        }
        check();
    }

    private void end(Stream stream) {
        scanning.remove(stream);
        streams.remove(stream.ticket);
        stream.ended = seconds();
        queue.end(stream.ticket, now());
        queue.end(stream.ticket, now());
        grant();
        stream.whenEnded.run();
    }

    private void check() {
        if (queue.scanning() != scanning.size() || queue.waiting() != waiting.size()) {
            throw new AssertionError(
                    "slots lost or invented: %d and %d in the queue, %d and %d in fact"
                            .formatted(
                                    queue.scanning(),
                                    queue.waiting(),
                                    scanning.size(),
                                    waiting.size()));
        }
        if (scanning.size() > queue.slots() + lendable) {
            throw new AssertionError("more scans than slots: " + scanning.size());
        }
        long large = scanning.stream().filter(stream -> !stream.ticket.small).count();
        if (queue.slots() > 1 && large == queue.slots() + lendable) {
            throw new AssertionError("large streams took the last slot");
        }
        boolean largeFits = queue.slots() == 1 || large < queue.slots() - 1;
        if (scanning.size() < queue.slots()
                && waiting.stream()
                        .filter(stream -> largeFits || stream.ticket.small)
                        .map(stream -> stream.ticket.account.owner)
                        .distinct()
                        .anyMatch(this::leavesRoomForNewcomers)) {
            throw new AssertionError("a slot is free while a stream waits that may have it");
        }
    }

    /** The rule that keeps long scans of one tenant from taking all slots, as it is documented. */
    private boolean leavesRoomForNewcomers(Owner owner) {
        List<Owner> holders = scanning.stream().map(other -> other.ticket.account.owner).toList();
        long tenants = holders.stream().filter(other -> sameTenant(other, owner)).count();
        long guests = holders.stream().filter(owner::equals).count();
        int free = queue.slots() - scanning.size();
        if (queue.slots() < 4 || tenants == 0 || (guests == 0 && free + lendable > 3)) {
            return true;
        }
        long ofTenant = queue.slots() * 3L / 4 - tenants;
        return free > 1
                && tenants < 3L * free
                && (guests == 0
                        || owner.isItsOwnTenant()
                        || (ofTenant > 1 && guests < 3L * ofTenant));
    }

    private static boolean sameTenant(Owner one, Owner other) {
        return one.tenant().equals(other.tenant());
    }

    /** Scan seconds of a guest since {@code from}, those of running scans included. */
    double used(List<Stream> all, String guest, double from) {
        double sum = 0;
        for (Stream stream : all) {
            if (stream.guest.equals(guest) && stream.granted >= 0) {
                double end = stream.ended >= 0 ? stream.ended : seconds();
                sum += Math.max(0, end - Math.max(from, stream.granted));
            }
        }
        return sum;
    }

    List<Stream> scanning() {
        return List.copyOf(scanning);
    }

    List<Stream> waiting() {
        return List.copyOf(waiting);
    }

    /** The time since the beginning. */
    double seconds() {
        return sinceBegin / 1e9;
    }

    private long now() {
        return BEGIN + sinceBegin;
    }
}
