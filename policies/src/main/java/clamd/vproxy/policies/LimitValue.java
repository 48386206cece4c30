package clamd.vproxy.policies;

import com.google.errorprone.annotations.Immutable;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The value of one {@link Limit}, printed the way the policy file writes it. Immutable. */
@Immutable
public sealed interface LimitValue {

    /** The absence of a limit. */
    record NoLimit() implements LimitValue {
        /** The text in the policy file. */
        static final String TEXT = "no limit";

        @Override
        public String toString() {
            return TEXT;
        }
    }

    /** A value that a guest can reach. */
    sealed interface Bound extends LimitValue {
        /**
         * Returns the value as a plain number: a count, bytes, nanoseconds, the number of allowed
         * commands, 1 for yes and 0 for no, or 0 for the narrower scope and 1 for the wider.
         */
        long magnitude();
    }

    /** A number without a unit. */
    record Count(long magnitude) implements Bound {
        @Override
        public String toString() {
            return Long.toString(magnitude);
        }
    }

    /** A size in bytes, printed with the largest binary unit that divides it. */
    record Size(long bytes) implements Bound {
        private static final List<String> UNITS = List.of("", "KiB", "MiB", "GiB", "TiB");

        @Override
        public long magnitude() {
            return bytes;
        }

        @Override
        public String toString() {
            long number = bytes;
            int unit = 0;
            while (number != 0 && number % 1024 == 0 && unit < UNITS.size() - 1) {
                number /= 1024;
                unit++;
            }
            return number + UNITS.get(unit);
        }
    }

    /**
     * A time span, printed with one of the file's units where it is a whole number of milliseconds.
     */
    record Time(Duration duration) implements Bound {
        /** Returns nanoseconds; a span too long for them is {@link Long#MAX_VALUE}. */
        @Override
        public long magnitude() {
            return TimeUnit.NANOSECONDS.convert(duration);
        }

        @Override
        public String toString() {
            long nanos = magnitude();
            if (nanos == Long.MAX_VALUE || nanos % 1_000_000 != 0) {
                return duration.toString();
            }
            long millis = nanos / 1_000_000;
            if (millis % 1_000 != 0) {
                return millis + "ms";
            }
            long seconds = millis / 1_000;
            if (seconds % 60 != 0 || seconds == 0) {
                return seconds + "s";
            }
            return seconds % 3_600 == 0 ? seconds / 3_600 + "h" : seconds / 60 + "m";
        }
    }

    /** A value that is yes or no. */
    record Flag(boolean set) implements Bound {
        @Override
        public long magnitude() {
            return set ? 1 : 0;
        }

        @Override
        public String toString() {
            return Boolean.toString(set);
        }
    }

    /** The scope of remembered verdicts. */
    record Scope(VerdictScope scope) implements Bound {
        @Override
        public long magnitude() {
            return scope == VerdictScope.GUEST ? 0 : 1;
        }

        @Override
        public String toString() {
            return scope.label();
        }
    }

    /** A set of commands, in the order in which {@link Command} declares them. */
    @SuppressWarnings("Immutable") // the set is an unmodifiable copy
    record Allowed(Set<Command> commands) implements Bound {
        /** Copies the commands. */
        public Allowed {
            commands = copyOf(commands);
        }

        @Override
        public long magnitude() {
            return commands.size();
        }

        @Override
        public String toString() {
            return commands.stream()
                    .map(name -> "\"" + name + "\"")
                    .collect(Collectors.joining(", ", "[", "]"));
        }

        private static Set<Command> copyOf(Set<Command> commands) {
            EnumSet<Command> copy = EnumSet.noneOf(Command.class);
            copy.addAll(commands);
            return Collections.unmodifiableSet(copy);
        }
    }
}
