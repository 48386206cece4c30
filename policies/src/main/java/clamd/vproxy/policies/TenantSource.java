package clamd.vproxy.policies;

import clamd.vproxy.policies.TenantMarks.NovaProject;
import java.util.Optional;

/** An entry of the file's {@code tenantFrom}. Immutable. */
sealed interface TenantSource {
    String NOVA_PROJECT = "nova-project";
    String NAME_PREFIX = "name-prefix:";

    /** The longest separator, in characters. */
    int LONGEST_SEPARATOR = 16;

    /**
     * Returns the name that this source gives the guest's tenant, which may be invalid; empty if
     * none.
     */
    Optional<String> of(GuestIdentity guest);

    /** Returns the source as it is written in the file. */
    String text();

    /** The UUID of the domain's OpenStack project. */
    record OpenStack() implements TenantSource {
        @Override
        public Optional<String> of(GuestIdentity guest) {
            return guest.tenantMarks().novaProject().map(NovaProject::uuid);
        }

        @Override
        public String text() {
            return NOVA_PROJECT;
        }
    }

    /** The domain's name up to the first separator. */
    record NamePrefix(String separator) implements TenantSource {
        @Override
        public Optional<String> of(GuestIdentity guest) {
            return guest.name()
                    .filter(name -> name.indexOf(separator) > 0)
                    .map(name -> name.substring(0, name.indexOf(separator)));
        }

        @Override
        public String text() {
            return NAME_PREFIX + separator;
        }
    }
}
