package clamd.vproxy.worker.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the command line asks for.
 *
 * @param builds launchers of clamd-vproxy by the name that the report gives them, at least one
 * @param sections to run, of {@link #SECTIONS}
 */
record Settings(Map<String, Path> builds, Pace pace, Path output, Set<String> sections) {
    static final List<String> SECTIONS =
            List.of(
                    "streaming",
                    "eager",
                    "small",
                    "real",
                    "calls",
                    "memory",
                    "guests",
                    "start",
                    "jmh");

    private static final double QUICK = 0.08;

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException with a line for the user
     */
    static Settings parse(String[] arguments) {
        Map<String, Path> builds = new LinkedHashMap<>();
        Path standard = Path.of("supervisor/target/clamd-vproxy/bin/clamd-vproxy");
        Pace pace = new Pace(1);
        Path output = Path.of("proxy-worker/target/benchmark");
        Set<String> sections = new TreeSet<>(SECTIONS);
        for (String argument : arguments) {
            String value = argument.substring(argument.indexOf('=') + 1);
            switch (argument.split("=", 2)[0]) {
                case "--quick" -> pace = new Pace(QUICK);
                case "--part" -> pace = new Pace(Double.parseDouble(value));
                case "--output" -> output = Path.of(value);
                case "--only" -> sections = known(Set.of(value.split(",", -1)));
                case "--build" -> {
                    String[] named = value.split(":", 2);
                    if (named.length < 2) {
                        throw new IllegalArgumentException(
                                argument + ": not --build=NAME:LAUNCHER");
                    }
                    builds.put(named[0], executable(Path.of(named[1])));
                }
                default ->
                        throw new IllegalArgumentException(
                                argument
                                        + " is none of --quick, --part=0.5, --only=SECTION,…,"
                                        + " --build=NAME:LAUNCHER, --output=FOLDER; sections are "
                                        + SECTIONS);
            }
        }
        if (builds.isEmpty()) {
            builds.put(Contender.VPROXY, executable(standard));
        }
        return new Settings(builds, pace, output, sections);
    }

    private static Set<String> known(Set<String> sections) {
        if (!SECTIONS.containsAll(sections)) {
            throw new IllegalArgumentException("--only: sections are " + SECTIONS);
        }
        return sections;
    }

    private static Path executable(Path path) {
        if (!Files.isExecutable(path)) {
            throw new IllegalArgumentException(
                    path + " is no launcher; build it with mvn -DskipTests package");
        }
        return path.toAbsolutePath();
    }

    /** The launcher of a build that {@link #buildNames} names. */
    Path launcher(String build) {
        return Objects.requireNonNull(builds.get(build));
    }

    List<String> buildNames() {
        return List.copyOf(builds.keySet());
    }

    /** The build that the aims are for: the last one named. */
    String judged() {
        return buildNames().getLast();
    }
}
