package clamd.vproxy.worker.fair;

import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.Weight;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The scan slots of one clamd; each slot allows one running scan. Session threads wait here until a
 * {@link ScanQueue} grants them a slot. Each thread waits on its own condition, so a released slot
 * wakes only its next holder.
 *
 * <p>A stream that waits for a slot holds an upload permit, and a stream that holds a slot waits
 * only for clamd, never for a permit. So two streams never wait for each other, whatever the
 * numbers of slots and permits are.
 *
 * <p>Thread-safe, guarded by one lock, which is held for short computations only.
 */
public final class ScanSlots {
    private final LongSupplier nanoClock;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final ScanQueue queue;

    @GuardedBy("lock")
    private final Map<ScanTicket, Request> requests = new HashMap<>();

    private final int total;

    /** Creates scan slots without additional slots to lend. */
    public ScanSlots(int total, LongSupplier nanoClock) {
        this(total, 0, nanoClock);
    }

    /**
     * @param total how many slots there are, at least 1
     * @param lendable how many additional slots there are for tenants that hold none, see {@link
     *     ScanQueue}
     */
    public ScanSlots(int total, int lendable, LongSupplier nanoClock) {
        this.queue = new ScanQueue(total, lendable);
        this.total = total;
        this.nanoClock = nanoClock;
    }

    /** A scan slot, which {@link #close} releases when clamd has ended the scan. Any thread. */
    public final class Slot implements AutoCloseable {
        private final ScanTicket ticket;

        private Slot(ScanTicket ticket) {
            this.ticket = ticket;
        }

        /** Releases the slot. Idempotent. */
        @Override
        public void close() {
            giveBack(ticket);
        }
    }

    /** A request for a slot that another thread may withdraw while its owner waits. */
    public final class Request {
        private final Owner owner;
        private final Weight weight;
        private final long bytes;
        private final Condition changed = lock.newCondition();

        // both guarded by the slots' lock, which the annotation cannot name from here
        private @Nullable ScanTicket ticket;
        private boolean withdrawn;

        private Request(Owner owner, Weight weight, long bytes) {
            this.owner = owner;
            this.weight = weight;
            this.bytes = bytes;
        }

        /**
         * Waits for the slot until {@code deadlineNanos} on the injected clock. May be called once
         * only.
         *
         * @return the slot; empty if the deadline passed or the request was withdrawn
         */
        public Optional<Slot> await(long deadlineNanos) {
            return awaitTurn(this, deadlineNanos);
        }

        /** Ends the wait without a slot; has no effect once the slot was granted. Any thread. */
        public void withdraw() {
            lock.lock();
            try {
                withdrawn = true;
                if (ticket != null && ticket.isWaiting()) {
                    leave(ticket);
                }
                changed.signal();
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Creates a request for a slot.
     *
     * @param owner the guest that sent the stream, and its tenant
     * @param weight the weights of the guest and of the tenant
     * @param bytes the length of the stream that is to be scanned
     */
    public Request request(Owner owner, Weight weight, long bytes) {
        return new Request(owner, weight, bytes);
    }

    private Optional<Slot> awaitTurn(Request request, long deadlineNanos) {
        lock.lock();
        try {
            if (request.withdrawn) {
                return Optional.empty();
            }
            ScanTicket ticket = queue.join(request.owner, request.weight, request.bytes, now());
            request.ticket = ticket;
            requests.put(ticket, request);
            grantFreeSlots();
            try {
                long left = deadlineNanos - now();
                while (ticket.isWaiting() && left > 0) {
                    request.changed.awaitNanos(left);
                    left = deadlineNanos - now();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } finally {
                requests.remove(ticket);
                if (ticket.isWaiting()) {
                    leave(ticket);
                }
            }
            return ticket.isScanning() ? Optional.of(new Slot(ticket)) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private void giveBack(ScanTicket ticket) {
        lock.lock();
        try {
            leave(ticket);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void leave(ScanTicket ticket) {
        queue.end(ticket, now());
        grantFreeSlots();
    }

    @GuardedBy("lock")
    private void grantFreeSlots() {
        Optional<ScanTicket> next = queue.grantNext(now());
        while (next.isPresent()) {
            Request request = requests.get(next.get());
            if (request == null) {
                throw new IllegalStateException("a slot was granted to nobody");
            }
            request.changed.signal();
            next = queue.grantNext(now());
        }
    }

    private long now() {
        return nanoClock.getAsLong();
    }

    /** Returns the number of slots in use. */
    public int held() {
        lock.lock();
        try {
            return queue.scanning();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the number of queued streams. */
    public int waiting() {
        lock.lock();
        try {
            return queue.waiting();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the number of slots, without additional ones. */
    public int total() {
        return total;
    }
}
