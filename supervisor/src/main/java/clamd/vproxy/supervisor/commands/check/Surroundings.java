package clamd.vproxy.supervisor.commands.check;

import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.commands.options.ConfiguredClamd;
import clamd.vproxy.worker.clamd.ClamdThreads;
import clamd.vproxy.worker.clamd.conf.ClamdConf;
import clamd.vproxy.worker.clamd.conf.Finding;
import clamd.vproxy.worker.clamd.conf.Finding.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The facts that clamd.conf does not show: the mode and the owner of clamd's socket, where systemd
 * listens for clamd, and the threads of the running clamd. Immutable.
 */
final class Surroundings {
    /** The subject of a finding that is derived from clamd.conf alone. */
    private static final String SOCKET = "clamd's socket";

    /** The time limit for an answer: a clamd that loads its signatures does not answer. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(1);

    /** Matches a port alone, or after an address. */
    private static final Pattern PORT = Pattern.compile("(?:(?<address>[^/]*):)?(?<port>\\d{1,5})");

    private static final Pattern LOOPBACK = Pattern.compile("127\\..*|\\[::1\\]|localhost");

    private final List<SocketUnit> units;

    /** Creates the surroundings of the system whose files begin at {@code root}. */
    Surroundings(Path root) {
        this.units = SocketUnit.of(root);
    }

    /**
     * Returns the findings of clamd's configuration, replaced by facts about the clamd where they
     * are known.
     */
    List<Finding> correct(List<Finding> configured, ConfiguredClamd clamd) {
        List<Finding> findings = new ArrayList<>(configured);
        Optional<Path> socket = clamd.endpoint().path().filter(Files::exists);
        if (socket.isPresent()) {
            Optional<SocketUnit> unit =
                    units.stream().filter(each -> listensAt(each, socket.get())).findFirst();
            socketFile(socket.get(), unit)
                    .ifPresent(found -> {
                        findings.removeIf(finding -> finding.subject().equals(SOCKET));
                        findings.add(found);
                    });
            unit.ifPresent(each -> findings.addAll(ports(each)));
        }
        clamd.conf().flatMap(conf -> threads(clamd, conf)).ifPresent(findings::add);
        return List.copyOf(findings);
    }

    private static boolean listensAt(SocketUnit unit, Path socket) {
        return unit.listens().stream()
                .filter(each -> each.startsWith("/"))
                .anyMatch(each -> isSame(Path.of(each), socket));
    }

    private static boolean isSame(Path one, Path other) {
        try {
            return Files.isSameFile(one, other);
        } catch (IOException _) {
            return one.equals(other);
        }
    }

    private static Optional<Finding> socketFile(Path socket, Optional<SocketUnit> unit) {
        PosixFileAttributes file;
        try {
            file = Files.readAttributes(socket, PosixFileAttributes.class);
        } catch (IOException _) {
            return Optional.empty();
        }
        String is =
                "%s %s:%s"
                        .formatted(
                                PosixFilePermissions.toString(file.permissions()),
                                file.owner().getName(),
                                file.group().getName());
        if (!file.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
            String advice = "only its user and group reach clamd";
            return Optional.of(new Finding(Level.OK, SOCKET, "660 or less", is, advice));
        }
        String advice =
                "every process of the host can reach clamd past us and even stop it: "
                        + unit.map(each ->
                                        "systemd makes this socket, so LocalSocketMode changes"
                                                + " nothing: set SocketMode=0660 by systemctl edit "
                                                + each.name()
                                                + ", then restart that unit")
                                .orElse(
                                        "set LocalSocketMode 660 and a LocalSocketGroup that we are"
                                                + " in, then restart clamd");
        return Optional.of(new Finding(Level.WARNING, SOCKET, "660 or less", is, advice));
    }

    /**
     * Returns findings on the ports at which systemd listens for clamd, whatever clamd.conf says.
     */
    private static List<Finding> ports(SocketUnit unit) {
        List<Finding> findings = new ArrayList<>();
        for (String listens : unit.listens()) {
            Matcher port = PORT.matcher(listens);
            if (!port.matches()) {
                continue;
            }
            String address = port.group("address");
            boolean local = address != null && LOOPBACK.matcher(address).matches();
            findings.add(
                    new Finding(
                            local ? Level.NOTE : Level.WARNING,
                            "systemd's TCP port",
                            "none",
                            "ListenStream " + listens,
                            (local
                                            ? "every process of the host can reach clamd past us"
                                            : "guests and strangers that reach this port talk to"
                                                    + " clamd past us and can stop it")
                                    + ": remove this ListenStream by systemctl edit "
                                    + unit.name()));
        }
        return findings;
    }

    private static Optional<Finding> threads(ConfiguredClamd clamd, ClamdConf conf) {
        OptionalInt running;
        try {
            running = ClamdThreads.inForce(clamd.endpoint(), ANSWER_LIMIT, SystemClock::nanoTime);
        } catch (IOException e) {
            String advice = "whether clamd runs with this file is not known: " + e.getMessage();
            return Optional.of(
                    new Finding(
                            Level.NOTE,
                            "clamd's threads",
                            "MaxThreads " + conf.maxThreads(),
                            "no answer",
                            advice));
        }
        if (running.isEmpty()) {
            return Optional.empty();
        }
        boolean fits = running.getAsInt() == conf.maxThreads();
        return Optional.of(
                new Finding(
                        fits ? Level.OK : Level.WARNING,
                        "clamd's threads",
                        "MaxThreads " + conf.maxThreads(),
                        running.getAsInt() + " in force",
                        fits
                                ? "clamd runs with what its file says"
                                : "clamd was started with another configuration than its file has"
                                        + " now: restart clamd"));
    }
}
