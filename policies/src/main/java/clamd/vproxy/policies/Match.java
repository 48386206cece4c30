package clamd.vproxy.policies;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The {@code match} of a rule: conditions that must all hold. Immutable. */
record Match(List<Condition> conditions) {

    Match {
        conditions = List.copyOf(conditions);
        if (conditions.isEmpty()) {
            throw new IllegalArgumentException(
                    "a match without a condition would match every guest");
        }
    }

    boolean holds(GuestIdentity guest) {
        return conditions.stream().allMatch(condition -> condition.holds(guest));
    }

    /** One key of a match. */
    sealed interface Condition {
        boolean holds(GuestIdentity guest);
    }

    /** The domain's name fits the pattern. */
    record NameIs(Glob glob) implements Condition {
        @Override
        public boolean holds(GuestIdentity guest) {
            return glob.matches(guest.name());
        }
    }

    /** The domain has this UUID. */
    record UuidIs(UUID uuid) implements Condition {
        @Override
        public boolean holds(GuestIdentity guest) {
            return guest.uuid().equals(Optional.of(uuid));
        }
    }

    /** The CID lies between the two, both included. */
    record CidWithin(long first, long last) implements Condition {
        @Override
        public boolean holds(GuestIdentity guest) {
            return guest.cid().isPresent()
                    && guest.cid().getAsLong() >= first
                    && guest.cid().getAsLong() <= last;
        }
    }

    /** The domain's metadata puts it in this class. */
    record HasMetadataClass(String name) implements Condition {
        @Override
        public boolean holds(GuestIdentity guest) {
            return guest.metadataClasses().contains(name);
        }
    }
}
