package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.policies.Tenant;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.worker.Admission;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What administrators want of guests' new connections: of each run of a guest, of all guests of a
 * tenant, and of all guests. The strictest holds, and each is undone by itself. Thread-safe.
 */
final class Admissions {
    private final Map<Guest.Epoch, Admission> byRun = new ConcurrentHashMap<>();
    private final Map<Tenant, Admission> byTenant = new ConcurrentHashMap<>();
    private volatile Admission all = Admission.OPEN;

    /** What holds for this run of a guest of this tenant. */
    Admission of(Guest.Epoch run, Tenant tenant) {
        return all.stricter(ofTenant(tenant)).stricter(byRun.getOrDefault(run, Admission.OPEN));
    }

    /** What is wanted of all guests of this tenant. */
    Admission ofTenant(Tenant tenant) {
        return byTenant.getOrDefault(tenant, Admission.OPEN);
    }

    void set(Tenant tenant, Admission next) {
        if (next == Admission.OPEN) {
            byTenant.remove(tenant);
        } else {
            byTenant.put(tenant, next);
        }
    }

    /** What is wanted of all guests. */
    Admission ofAll() {
        return all;
    }

    void set(Guest.Epoch run, Admission next) {
        byRun.put(run, next);
    }

    void setAll(Admission next) {
        all = next;
    }

    /** This run is over. */
    void forget(Guest.Epoch run) {
        byRun.remove(run);
    }
}
