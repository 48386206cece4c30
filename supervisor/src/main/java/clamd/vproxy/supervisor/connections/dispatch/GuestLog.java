package clamd.vproxy.supervisor.connections.dispatch;

import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.supervisor.guests.Guest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** Writes the log lines about guests that start, change and stop, and about their workers. */
final class GuestLog {
    /** Operators know these lines by this name. */
    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

    private GuestLog() {}

    static void created(Guest guest, GuestPolicy policy) {
        log.atDebug()
                .addKeyValue("domain", guest.logName())
                .addKeyValue("rule", policy.origin().label())
                .log("worker for {}", guest);
    }

    static void started(Guest guest, GuestPolicy policy) {
        warnOfPassedOver(guest, policy);
        about(guest, policy).log("guest started");
    }

    static void changed(Guest before, Guest after, GuestPolicy policy) {
        warnOfPassedOver(after, policy);
        about(after, policy).log("guest changed, its CID was {}", cid(before));
    }

    static void stopped(Guest guest, GuestPolicy policy) {
        about(guest, policy).log("guest stopped");
    }

    private static void warnOfPassedOver(Guest guest, GuestPolicy policy) {
        for (String reason : policy.tenant().passedOver()) {
            log.atWarn()
                    .addKeyValue("domain", guest.logName())
                    .log("this names no tenant and is passed over: {}", reason);
        }
    }

    private static LoggingEventBuilder about(Guest guest, GuestPolicy policy) {
        return log.atInfo()
                .addKeyValue("domain", guest.logName())
                .addKeyValue("uuid", guest.uuid())
                .addKeyValue("cid", cid(guest))
                .addKeyValue("tenant", policy.tenant().tenant().label())
                .addKeyValue("rule", policy.origin().label());
    }

    private static String cid(Guest guest) {
        return guest.cid().isPresent() ? Long.toString(guest.cid().getAsLong()) : "none";
    }
}
