package clamd.vproxy.supervisor.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import clamd.vproxy.supervisor.guests.Guest;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/** A domain of libvirt's test driver. Immutable. */
public record TestGuest(String name, long cid) {
    /** Its UUID, which follows from its name. */
    public UUID uuid() {
        return UUID.nameUUIDFromBytes(name.getBytes(UTF_8));
    }

    /** This guest in the run with this number, as it is known after libvirt was asked. */
    public Guest inRun(int domainId) {
        return new Guest("test", uuid(), name, domainId, OptionalLong.of(cid), Set.of());
    }

    /** Its domain XML; the test driver keeps the CID as it is written. */
    public String xml() {
        return """
        <domain type='test'>
          <name>%s</name>
          <uuid>%s</uuid>
          <memory unit='MiB'>64</memory>
          <os><type>hvm</type></os>
          <devices><vsock model='virtio'><cid auto='yes' address='%d'/></vsock></devices>
        </domain>
        """
                .formatted(name.replace("&", "&amp;").replace("<", "&lt;"), uuid(), cid);
    }
}
