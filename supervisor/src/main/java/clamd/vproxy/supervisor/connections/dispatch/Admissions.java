package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.policies.Tenant;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.worker.Admission;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps the admission states that administrators set: one for each run of a guest, one for each
 * tenant, and one for all guests. The strictest of them applies, and each is reset separately.
 * Thread-safe.
 */
final class Admissions {
    private final Map<Guest.Epoch, Admission> byRun = new ConcurrentHashMap<>();
    private final Map<Tenant, Admission> byTenant = new ConcurrentHashMap<>();
    private volatile Admission all = Admission.OPEN;

    /** Returns the strictest state that applies to this run of a guest of this tenant. */
    Admission of(Guest.Epoch run, Tenant tenant) {
        return all.stricter(ofTenant(tenant)).stricter(byRun.getOrDefault(run, Admission.OPEN));
    }

    /** Returns the state that is set for all guests of this tenant. */
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

    /** Returns the state that is set for all guests. */
    Admission ofAll() {
        return all;
    }

    void set(Guest.Epoch run, Admission next) {
        byRun.put(run, next);
    }

    void setAll(Admission next) {
        all = next;
    }

    /** Drops the state of a run that has ended. */
    void forget(Guest.Epoch run) {
        byRun.remove(run);
    }
}
