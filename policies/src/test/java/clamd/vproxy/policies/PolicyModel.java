package clamd.vproxy.policies;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * A generated policy file and, beside it, the plainest way to say what it means: JSON fragments in
 * maps, merged key by key.
 *
 * @param classes by name, each with its limits as key and JSON text
 */
record PolicyModel(
        Map<String, String> defaults,
        Map<String, Map<String, String>> classes,
        List<ModelRule> rules,
        boolean unmatchedDenied) {

    /** One rule; an empty optional is a key that is not in the file. */
    record ModelRule(
            Optional<String> name,
            Optional<UUID> uuid,
            Optional<Long> firstCid,
            Optional<String> metadataClass,
            Optional<String> className,
            boolean denied,
            boolean dryRun,
            Map<String, String> limits) {

        boolean matches(GuestIdentity guest) {
            return name.stream()
                            .allMatch(prefix ->
                                    guest.name().stream()
                                            .anyMatch(found -> found.startsWith(prefix)))
                    && uuid.stream()
                            .allMatch(wanted -> guest.uuid().stream().anyMatch(wanted::equals))
                    && firstCid.stream()
                            .allMatch(first ->
                                    guest.cid().stream()
                                            .anyMatch(cid -> cid >= first && cid <= first + 9))
                    && metadataClass.stream().allMatch(guest.metadataClasses()::contains);
        }

        private String text() {
            List<String> match = new ArrayList<>();
            name.ifPresent(prefix -> match.add("\"name\": \"" + prefix + "*\""));
            uuid.ifPresent(wanted -> match.add("\"uuid\": \"" + wanted + "\""));
            firstCid.ifPresent(
                    first -> match.add("\"cid\": \"" + first + "-" + (first + 9) + "\""));
            metadataClass.ifPresent(wanted -> match.add("\"metadataClass\": \"" + wanted + "\""));
            Map<String, String> keys = new LinkedHashMap<>();
            keys.put("match", "{" + String.join(", ", match) + "}");
            className.ifPresent(wanted -> keys.put("class", "\"" + wanted + "\""));
            keys.put("deny", Boolean.toString(denied));
            keys.put("dryRun", Boolean.toString(dryRun));
            keys.putAll(limits);
            return object(keys);
        }
    }

    static PolicyModel random(RandomGenerator random) {
        Map<String, Map<String, String>> classes = new LinkedHashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            classes.put("class-" + i, randomLimits(random));
        }
        List<ModelRule> rules = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            rules.add(randomRule(random, List.copyOf(classes.keySet())));
        }
        return new PolicyModel(randomLimits(random), classes, rules, random.nextBoolean());
    }

    private static ModelRule randomRule(RandomGenerator random, List<String> classNames) {
        boolean denied = random.nextInt(4) == 0;
        int wanted = 1 + random.nextInt(15); // which of the four keys, at least one
        return new ModelRule(
                present(wanted & 1, random.nextBoolean() ? "a" : "ab"),
                present(wanted & 2, new UUID(0, random.nextInt(3))),
                present(wanted & 4, 3L + random.nextInt(20)),
                present(wanted & 8, "meta-" + random.nextInt(3)),
                denied || classNames.isEmpty()
                        ? Optional.empty()
                        : Optional.of(classNames.get(random.nextInt(classNames.size()))),
                denied,
                random.nextInt(4) == 0,
                denied ? Map.of() : randomLimits(random));
    }

    private static <T> Optional<T> present(int bit, T value) {
        return bit == 0 ? Optional.empty() : Optional.of(value);
    }

    private static Map<String, String> randomLimits(RandomGenerator random) {
        Map<String, String> limits = new LinkedHashMap<>();
        for (Limit limit : Limit.values()) {
            if (random.nextInt(3) == 0) {
                limits.put(limit.key(), randomValue(limit, random));
            }
        }
        return limits;
    }

    static String randomValue(Limit limit, RandomGenerator random) {
        if (limit.canBeLifted() && random.nextInt(3) == 0) {
            return "\"no limit\"";
        }
        return switch (limit.minimum()) {
            case LimitValue.Count _ -> Integer.toString(1 + random.nextInt(1000));
            case LimitValue.Flag _ -> Boolean.toString(random.nextBoolean());
            case LimitValue.Size _ ->
                    random.nextBoolean()
                            ? "" + (1 + random.nextInt(5000))
                            : "\"" + (1 + random.nextInt(4096)) + "KiB\"";
            case LimitValue.Time _ ->
                    "\""
                            + (1 + random.nextInt(24))
                            + List.of("ms", "s", "m", "h").get(random.nextInt(4))
                            + "\"";
            case LimitValue.Scope _ -> random.nextBoolean() ? "\"guest\"" : "\"tenant\"";
            case LimitValue.Allowed _ ->
                    random.nextBoolean() ? "[\"PING\"]" : "[\"VERSION\", \"INSTREAM\"]";
        };
    }

    static GuestIdentity randomGuest(RandomGenerator random) {
        return new GuestIdentity(
                Optional.of(List.of("a", "ab", "abc", "b").get(random.nextInt(4))),
                random.nextBoolean()
                        ? Optional.of(new UUID(0, random.nextInt(3)))
                        : Optional.empty(),
                random.nextBoolean()
                        ? OptionalLong.of(3 + random.nextInt(30))
                        : OptionalLong.empty(),
                random.nextBoolean() ? Set.of("meta-" + random.nextInt(3), "meta-x") : Set.of());
    }

    String text() {
        Map<String, String> classTexts = new LinkedHashMap<>();
        classes.forEach((name, limits) -> classTexts.put(name, object(limits)));
        Map<String, String> top = new LinkedHashMap<>();
        top.put(
                "rules",
                rules.stream().map(ModelRule::text).collect(Collectors.joining(",\n  ", "[", "]")));
        top.put("unmatched", unmatchedDenied ? "\"deny\"" : "\"defaults\"");
        top.put("version", "1");
        top.put("classes", object(classTexts));
        top.put("defaults", object(defaults));
        return object(top);
    }

    /** The first rule that matches and is in force; the number of rules if none is. */
    int decidingRule(GuestIdentity guest) {
        return firstRule(rule -> rule.matches(guest) && !rule.dryRun());
    }

    /** The dry run beside it, if there is one. */
    OptionalInt triedRule(GuestIdentity guest) {
        int index = firstRule(rule -> rule.matches(guest) && rule.dryRun());
        return index < decidingRule(guest) ? OptionalInt.of(index) : OptionalInt.empty();
    }

    private int firstRule(Predicate<ModelRule> wanted) {
        return (int) rules.stream().takeWhile(wanted.negate()).count();
    }

    boolean denies(GuestIdentity guest) {
        int index = decidingRule(guest);
        return index < rules.size() ? rules.get(index).denied() : unmatchedDenied;
    }

    /**
     * A file that gives every guest what this one gives the given guest, which it does not deny.
     */
    String flattenedFor(GuestIdentity guest) {
        Map<String, String> merged = new LinkedHashMap<>(defaults);
        int index = decidingRule(guest);
        if (index < rules.size()) {
            rules.get(index)
                    .className()
                    .ifPresent(name -> merged.putAll(classes.getOrDefault(name, Map.of())));
            merged.putAll(rules.get(index).limits());
        }
        return object(Map.of("version", "1", "defaults", object(merged)));
    }

    private static String object(Map<String, String> keys) {
        return keys.entrySet().stream()
                .map(entry -> "\"" + entry.getKey() + "\": " + entry.getValue())
                .collect(Collectors.joining(", ", "{", "}"));
    }
}
