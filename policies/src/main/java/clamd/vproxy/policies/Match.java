package clamd.vproxy.policies;

import clamd.vproxy.policies.Explanation.Mismatch;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

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
        // a loop, because a reload calls this for each rule and each guest
        for (Condition condition : conditions) {
            if (!condition.holds(guest)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the conditions that do not hold. */
    List<Mismatch> mismatches(GuestIdentity guest) {
        return conditions.stream()
                .filter(condition -> !condition.holds(guest))
                .map(condition -> condition.mismatch(guest))
                .toList();
    }

    /** Whether the match consists of the guest's UUID or its exact name alone. */
    boolean isOnly(GuestIdentity guest) {
        return conditions.size() == 1
                && switch (conditions.getFirst()) {
                    case UuidIs uuid -> uuid.holds(guest);
                    case NameIs name -> name.glob().isOneName() && name.holds(guest);
                    case CidWithin _, HasMetadataClass _ -> false;
                };
    }

    /** One condition of a match. */
    sealed interface Condition {
        boolean holds(GuestIdentity guest);

        /** Returns the key in the file. */
        String key();

        /** Returns the value that the rule requires. */
        String wanted();

        /** Returns the guest's value; empty if it is not known. */
        Optional<String> actual(GuestIdentity guest);

        /** Describes why the condition does not hold. */
        default Mismatch mismatch(GuestIdentity guest) {
            return new Mismatch(key(), wanted(), actual(guest));
        }
    }

    /** Requires that the domain's name matches the pattern. */
    record NameIs(Glob glob) implements Condition {
        @Override
        public boolean holds(GuestIdentity guest) {
            return guest.name().map(glob::matches).orElse(glob.isAnyName());
        }

        @Override
        public String key() {
            return Keys.NAME;
        }

        @Override
        public String wanted() {
            return Wording.reveal(glob.toString());
        }

        /** Shows names that look alike in ASCII. */
        @Override
        public Mismatch mismatch(GuestIdentity guest) {
            Glob alike = new Glob(LookAlikes.skeleton(glob.toString()));
            return guest.name()
                    .filter(name -> alike.matches(LookAlikes.skeleton(name)))
                    .map(name ->
                            new Mismatch(
                                    key(),
                                    "\""
                                            + PrintableText.ascii(glob.toString())
                                            + "\", which only looks like it",
                                    Optional.of("\"" + PrintableText.ascii(name) + "\"")))
                    .orElseGet(() -> Condition.super.mismatch(guest));
        }

        @Override
        public Optional<String> actual(GuestIdentity guest) {
            return guest.name().map(Wording::reveal);
        }
    }

    /** Requires that the domain has this UUID. */
    record UuidIs(UUID uuid) implements Condition {
        @Override
        public boolean holds(GuestIdentity guest) {
            return guest.uuid().isPresent() && guest.uuid().get().equals(uuid);
        }

        @Override
        public String key() {
            return Keys.UUID;
        }

        @Override
        public String wanted() {
            return uuid.toString();
        }

        @Override
        public Optional<String> actual(GuestIdentity guest) {
            return guest.uuid().map(UUID::toString);
        }
    }

    /** Requires a CID between the two, both included. */
    record CidWithin(long first, long last) implements Condition {
        @Override
        public boolean holds(GuestIdentity guest) {
            return guest.cid().isPresent()
                    && guest.cid().getAsLong() >= first
                    && guest.cid().getAsLong() <= last;
        }

        @Override
        public String key() {
            return Keys.CID;
        }

        @Override
        public String wanted() {
            return first == last ? Long.toString(first) : first + "-" + last;
        }

        @Override
        public Optional<String> actual(GuestIdentity guest) {
            return guest.cid().stream().mapToObj(Long::toString).findFirst();
        }
    }

    /** Requires that the domain's metadata assigns it to this class. */
    record HasMetadataClass(String name) implements Condition {
        @Override
        public boolean holds(GuestIdentity guest) {
            return guest.metadataClasses().contains(name);
        }

        @Override
        public String key() {
            return Keys.METADATA_CLASS;
        }

        @Override
        public String wanted() {
            return Wording.reveal(name);
        }

        @Override
        public Optional<String> actual(GuestIdentity guest) {
            return Optional.of(guest.metadataClasses())
                    .filter(classes -> !classes.isEmpty())
                    .map(classes ->
                            classes.stream()
                                    .sorted()
                                    .map(Wording::reveal)
                                    .collect(Collectors.joining(", ")));
        }
    }
}
