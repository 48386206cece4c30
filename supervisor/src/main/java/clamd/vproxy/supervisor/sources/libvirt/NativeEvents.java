package clamd.vproxy.supervisor.sources.libvirt;

import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.Libvirt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The callbacks that libvirt calls. Thread-safe.
 *
 * <p>There is one of each for the whole life of the process. libvirt may be about to call one at
 * the moment it is deregistered; if each connection had its own, it might be collected by then, and
 * the call would go into freed memory. libvirt's opaque pointer identifies the connection: it holds
 * a number, never an address.
 */
final class NativeEvents {
    private static final Logger log = LoggerFactory.getLogger(NativeEvents.class);
    private static final int UUID_TEXT_BYTES = 36;

    // virDomainEventID; the binding knows only some of its values
    static final int VIR_DOMAIN_EVENT_ID_LIFECYCLE = 0;
    private static final int VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED = 15;
    private static final int VIR_DOMAIN_EVENT_ID_DEVICE_ADDED = 19;
    private static final int VIR_DOMAIN_EVENT_ID_METADATA_CHANGE = 23;

    /**
     * The callback for {@code VIR_DOMAIN_EVENT_ID_DEVICE_ADDED} and {@code _REMOVED}, which the
     * binding does not know.
     */
    interface DeviceCallback extends Libvirt.VirDomainEventCallback {
        /** Called by libvirt as a {@code virConnectDomainEventDeviceAddedCallback}. */
        void callback(
                ConnectionPointer connection, DomainPointer domain, Pointer alias, Pointer opaque);
    }

    /**
     * The callback for {@code VIR_DOMAIN_EVENT_ID_METADATA_CHANGE}, which the binding does not
     * know.
     */
    interface MetadataCallback extends Libvirt.VirDomainEventCallback {
        /** Called by libvirt as a {@code virConnectDomainEventMetadataChangeCallback}. */
        void callback(
                ConnectionPointer connection,
                DomainPointer domain,
                int type,
                Pointer uri,
                Pointer opaque);
    }

    /** The callbacks to register, by libvirt's event id ({@code virDomainEventID}). */
    static final Map<Integer, Libvirt.VirDomainEventCallback> CALLBACKS =
            Map.of(
                    VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                    (Libvirt.VirConnectDomainEventCallback) NativeEvents::lifecycle,
                    VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED,
                    (DeviceCallback) (_, domain, _, opaque) -> touched(domain, opaque),
                    VIR_DOMAIN_EVENT_ID_DEVICE_ADDED,
                    (DeviceCallback) (_, domain, _, opaque) -> touched(domain, opaque),
                    VIR_DOMAIN_EVENT_ID_METADATA_CHANGE,
                    (MetadataCallback) (_, domain, _, _, opaque) -> touched(domain, opaque));

    /** The callback for the end of a connection. */
    static final Libvirt.VirConnectCloseFunc CLOSED = (_, reason, opaque) -> closed(reason, opaque);

    private static final AtomicLong NUMBERS = new AtomicLong();
    private static final Map<Long, LibvirtListener> LISTENERS = new ConcurrentHashMap<>();

    private NativeEvents() {}

    /**
     * Registers a listener and returns its number, to be passed to libvirt as the opaque pointer.
     */
    static long enter(LibvirtListener listener) {
        long number = NUMBERS.incrementAndGet();
        LISTENERS.put(number, listener);
        return number;
    }

    /** Stops passing events to a listener. */
    static void leave(long number) {
        LISTENERS.remove(number);
    }

    private static int lifecycle(
            ConnectionPointer connection,
            DomainPointer domain,
            int type,
            int detail,
            Pointer opaque) {
        touched(domain, opaque);
        return 0;
    }

    private static void touched(DomainPointer domain, Pointer opaque) {
        try {
            LibvirtListener listener = LISTENERS.get(Pointer.nativeValue(opaque));
            if (listener != null) {
                // answered from the handle, without a call to libvirtd
                byte[] text = new byte[UUID_TEXT_BYTES + 1];
                Libvirt.INSTANCE.virDomainGetUUIDString(domain, text);
                listener.touched(
                        UUID.fromString(
                                new String(text, 0, UUID_TEXT_BYTES, StandardCharsets.US_ASCII)));
            }
        } catch (Throwable e) {
            log.error("a libvirt event was not handled", e);
        }
    }

    private static void closed(int reason, Pointer opaque) {
        try {
            LibvirtListener listener = LISTENERS.get(Pointer.nativeValue(opaque));
            if (listener != null) {
                listener.lost(
                        switch (reason) { // virConnectCloseReason
                            case 1 -> "libvirtd closed the connection";
                            case 2 -> "libvirtd does not answer keepalive messages";
                            default -> "the connection broke, reason " + reason;
                        });
            }
        } catch (Throwable e) {
            log.error("the end of a libvirt connection was not handled", e);
        }
    }
}
