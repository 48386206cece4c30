package clamd.vproxy.supervisor.pipelining;

import clamd.vproxy.supervisor.commands.demo.ClamdProcess;
import clamd.vproxy.supervisor.commands.demo.ClamdSetup;
import clamd.vproxy.supervisor.pipelining.PipeliningAttack.Outcome;
import clamd.vproxy.supervisor.pipelining.Replies.Kind;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.worker.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The pipelining attack straight at a real clamd, and at the same clamd through the built daemon,
 * with attackers and honest scanners as two guests. Prints a table, and ends with 1 if the proxied
 * half had one reply that is not the right one, or if the other half had no false OK and so proves
 * nothing.
 *
 * <p>{@code PipeliningComparison LAUNCHER SECONDS TABLE}, where the launcher is {@code
 * supervisor/target/clamd-vproxy/bin/clamd-vproxy} and TABLE a file to write the table to as well.
 */
final class PipeliningComparison {
    private static final Duration START_LIMIT = Duration.ofMinutes(5);

    private final Path launcher;
    private final Duration length;
    private final List<String> table = new ArrayList<>();

    private PipeliningComparison(Path launcher, Duration length) {
        this.launcher = launcher;
        this.length = length;
        table.add(
                "| | honest scans of infected archives | correct | `stream: OK` | error"
                        + " | foreign or garbled | no reply | attackers' writes |");
        table.add("| --- | --- | --- | --- | --- | --- | --- | --- |");
    }

    public static void main(String[] arguments) throws Exception {
        PipeliningComparison comparison =
                new PipeliningComparison(
                        Path.of(arguments[0]).toAbsolutePath(),
                        Duration.ofSeconds(Long.parseLong(arguments[1])));
        boolean proves = comparison.run();
        Path file = Path.of(arguments[2]).toAbsolutePath();
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.write(file, comparison.table);
        System.exit(proves ? 0 : 1);
    }

    private boolean run() throws Exception {
        table.forEach(System.out::println);
        Outcome unharmed = straight("directly to clamd, no attack", 0);
        Outcome straight = straight("directly to clamd", PipeliningAttack.ATTACKERS);
        Outcome proxied = proxied();
        return unharmed.replies().wrong() == 0
                && straight.replies().count(Kind.FALSE_OK) > 0
                && proxied.replies().wrong() == 0
                && proxied.replies().all() > 0;
    }

    private Outcome straight(String name, int attackers) throws Exception {
        try (TemporaryFolder folder = TemporaryFolder.create();
                ClamdProcess clamd = clamd(folder.path())) {
            PipeliningAttack attack = new PipeliningAttack(clamd.socket(), clamd.socket());
            return print(name, attack.run(attackers, length));
        }
    }

    private Outcome proxied() throws Exception {
        try (TemporaryFolder folder = TemporaryFolder.create();
                ClamdProcess clamd = clamd(folder.path())) {
            Process daemon = daemon(folder.path(), clamd.socket());
            try {
                Path attackers = folder.path().resolve("attacker_3400");
                Path honest = folder.path().resolve("honest_3400");
                Eventually.holds(
                        "the guests' sockets are there, see " + folder.path(),
                        START_LIMIT,
                        () -> Files.exists(attackers) && Files.exists(honest));
                PipeliningAttack attack = new PipeliningAttack(attackers, honest);
                return print(
                        "through clamd-vproxy", attack.run(PipeliningAttack.ATTACKERS, length));
            } finally {
                daemon.destroy();
                daemon.waitFor();
            }
        }
    }

    /** A clamd without a cache, in which one false OK would lead to more of them. */
    static ClamdProcess clamd(Path folder) throws IOException, InterruptedException {
        ClamdSetup setup = ClamdSetup.in(folder.resolve("c")).with("DisableCache", "yes");
        ClamdProcess clamd = new ClamdProcess(setup, System::nanoTime);
        InfectedArchive.makeKnown(setup, PipeliningAttack.ARCHIVES);
        return clamd.start(START_LIMIT);
    }

    private Process daemon(Path folder, Path clamd) throws IOException {
        List<TestGuest> guests = List.of(new TestGuest("attacker", 3), new TestGuest("honest", 4));
        return new ProcessBuilder(
                        launcher.toString(),
                        "--no-vsock",
                        // each scan has to be clamd's own
                        "--verdict-memory-entries=0",
                        "--hybrid-vsock",
                        folder.resolve("{name}").toString(),
                        "--connect",
                        Stage.node(folder.resolve("node.xml"), guests),
                        "--hook-spool",
                        folder.resolve("hook").toString(),
                        "--control-socket",
                        folder.resolve("control").toString(),
                        "--state-file",
                        folder.resolve("usage.json").toString(),
                        "--clamd",
                        clamd.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private Outcome print(String name, Outcome outcome) {
        Replies replies = outcome.replies();
        String row =
                String.format(
                        Locale.ROOT,
                        "| %s | %,d | %,d | %,d | %,d | %,d | %,d | %,d |",
                        name,
                        replies.all(),
                        replies.count(Kind.CORRECT),
                        replies.count(Kind.FALSE_OK),
                        replies.count(Kind.ERROR),
                        replies.count(Kind.FOREIGN),
                        replies.count(Kind.MISSING),
                        outcome.writes());
        table.add(row);
        System.out.println(row);
        replies.samples().forEach(sample -> System.err.println("  " + sample));
        return outcome;
    }
}
