package clamd.vproxy.worker.clamd;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.worker.clamd.BackendSlots.Slot;
import clamd.vproxy.worker.clamd.BackendSlots.Waiter;
import clamd.vproxy.worker.fair.ScanSlots;
import clamd.vproxy.worker.shares.Owner;
import clamd.vproxy.worker.shares.Weight;
import clamd.vproxy.worker.testing.Seeds;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How the guests of one tenant, and tenants of different sizes, share upload permits. */
@Timeout(30)
class TenantPlacesTest {
    private static final long NOW = 0;
    private static final long EVER = Duration.ofHours(1).toNanos();
    private static final int PLACES = 50;

    private final BackendSlots slots = slots();

    @Test
    void upToThreeGuestsOfATenantLeaveAPermitToItsOtherGuests() {
        for (int guest = 0; guest < 3; guest++) {
            while (take(new Owner("tenant", guest)).isPresent()) {
                // each takes as many as it can, the worst case for the others
            }
            Optional<Slot> place = take(new Owner("tenant", "victim"));
            assertThat(place).as("beside guest %d", guest).isPresent();
            place.get().close();
        }
    }

    @Test
    void aGuestThatIsItsOwnTenantStillGetsThreeQuarters() {
        int held = 0;
        while (take(Owner.ofItself("guest")).isPresent()) {
            held++;
        }
        assertThat(held).isEqualTo(PLACES * 3 / 4);
    }

    @Test
    void aTenantWithTwentyGuestsGetsHalfOfThePermitsBesideATenantWithOne() throws Exception {
        List<Held> held = new ArrayList<>();
        for (int guest = 0; guest < 20; guest++) {
            Owner owner = new Owner("many", guest);
            while (take(owner).map(slot -> held.add(new Held(owner, slot))).isPresent()) {
                // until the tenant has all it can get
            }
        }
        BlockingQueue<Held> granted = new LinkedBlockingQueue<>();
        List<Waiter> waiters = new ArrayList<>();
        for (int i = 0; i < 4 * PLACES; i++) {
            waiters.add(await(new Owner("many", i % 20), granted));
            waiters.add(await(Owner.ofItself("one"), granted));
        }
        RandomGenerator random = Seeds.random(20);
        for (int i = 0; i < 4 * PLACES; i++) {
            held.remove(random.nextInt(held.size())).slot().close();
            // a permit may stay free, because both tenants leave some to others
            while (held.size() < slots.held()) {
                held.add(requireNonNull(granted.poll(10, TimeUnit.SECONDS)));
            }
        }
        waiters.forEach(Waiter::withdraw);

        long ofOne = held.stream().filter(each -> each.owner().isItsOwnTenant()).count();
        assertThat((double) ofOne / held.size()).isBetween(0.45, 0.55);
    }

    private record Held(Owner owner, Slot slot) {}

    private Waiter await(Owner owner, BlockingQueue<Held> granted) {
        Waiter waiter = slots.request(owner, Weight.of(1));
        Thread thread =
                Thread.ofPlatform()
                        .daemon()
                        .start(() ->
                                waiter.await(EVER)
                                        .ifPresent(slot -> granted.add(new Held(owner, slot))));
        while (thread.getState() != Thread.State.TIMED_WAITING
                && thread.getState() != Thread.State.TERMINATED) {
            LockSupport.parkNanos(10_000);
        }
        return waiter;
    }

    private Optional<Slot> take(Owner owner) {
        return slots.request(owner, Weight.of(1)).await(NOW);
    }

    private static BackendSlots slots() {
        LongSupplier clock = () -> NOW;
        ClamdEndpoint nobody =
                _ -> {
                    throw new AssertionError("nobody connects here");
                };
        Clamd clamd = new Clamd(nobody, PLACES, 1, new ScanSlots(1, clock), ClamdTimes.standard());
        return new Clamds(List.of(clamd), HealthTimes.standard(), clock, Clock.systemUTC())
                .uploads();
    }
}
