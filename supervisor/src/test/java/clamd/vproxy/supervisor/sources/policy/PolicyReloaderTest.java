package clamd.vproxy.supervisor.sources.policy;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicyChange;
import clamd.vproxy.policies.PolicyLoader;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.sources.policy.ReloadOutcome.Refused;
import clamd.vproxy.supervisor.sources.policy.ReloadOutcome.Replaced;
import clamd.vproxy.supervisor.sources.policy.ReloadOutcome.Unchanged;
import clamd.vproxy.supervisor.testing.LogTap;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.worker.testing.Eventually;
import clamd.vproxy.worker.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which changes of a real file come into force, and what is said of the others. */
@Timeout(60)
class PolicyReloaderTest {
    private static final Duration NEVER = Duration.ofDays(1);
    private static final Duration OFTEN = Duration.ofMillis(20);
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    private static final GuestIdentity WEB =
            new GuestIdentity(Optional.of("web"), Optional.empty(), OptionalLong.of(3), Set.of());

    private final ManualClock clock = new ManualClock();
    private final List<PolicySet> applied = new CopyOnWriteArrayList<>();
    private final List<PolicySet> checked = new CopyOnWriteArrayList<>();
    private TemporaryFolder folder;
    private Path file;
    private LogTap log;

    @BeforeEach
    void writeFile() throws Exception {
        folder = TemporaryFolder.create();
        file = Files.createDirectory(folder.path().resolve("etc")).resolve("policy.json");
        Files.writeString(file, policy(10));
        log = LogTap.on("clamd.vproxy.supervisor.sources.policy");
    }

    @AfterEach
    void removeFile() throws Exception {
        log.close();
        folder.close();
    }

    private static String policy(int maxConnections) {
        return "{\"version\": 1,\n \"defaults\": {\"maxConnections\": " + maxConnections + "}}\n";
    }

    private PolicyReloader reloader(Duration poll) throws Exception {
        return reloader(file, PolicyLoader.load(file, Limits.standard()), poll);
    }

    private PolicyReloader reloader(Path path, PolicySet first, Duration poll) {
        applied.add(first);
        return new PolicyReloader(
                new PolicySource(path, Limits.standard(), first, checked::add),
                this::apply,
                clock,
                Clock.fixed(NOW, ZoneOffset.UTC),
                poll);
    }

    private PolicySwap apply(PolicySet next) {
        PolicySet before = applied.getLast();
        applied.add(next);
        return new PolicySwap(1, PolicyChange.between(before, next, List.of(WEB)));
    }

    private int maxConnections() {
        return applied.getLast().resolve(WEB).limits().maxConnections();
    }

    private void awaitMaxConnections(int expected) throws Exception {
        Eventually.holds("a quota of " + expected, () -> maxConnections() == expected);
    }

    /** As editors do it. */
    private void rename(String content) throws IOException {
        Path other = Files.writeString(file.resolveSibling("policy.json~new"), content);
        Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private Line awaitMessage(String part) throws InterruptedException {
        return log.find(line -> line.message().contains(part));
    }

    private long count(String part) {
        return log.lines().stream().filter(line -> line.message().contains(part)).count();
    }

    @Test
    void aFileThatIsRenamedIntoItsPlaceComesIntoForce() throws Exception {
        try (PolicyReloader reloader = reloader(NEVER)) {
            for (int quota = 20; quota < 25; quota++) {
                rename(policy(quota));
                awaitMaxConnections(quota);
            }
            Eventually.holds("revision 6", () -> reloader.status().revision().number() == 6);
            assertThat(reloader.status().revision().content())
                    .isEqualTo(applied.getLast().revision());
        }
    }

    @Test
    void aFileThatIsWrittenInPlaceComesIntoForce() throws Exception {
        try (PolicyReloader _ = reloader(NEVER)) {
            Files.writeString(file, policy(20));
            awaitMaxConnections(20);
        }
    }

    @Test
    void aSlowlyWrittenFileIsNotReportedAsFaulty() throws Exception {
        try (PolicyReloader _ = reloader(OFTEN)) {
            String text = policy(20);
            Files.writeString(file, "", StandardOpenOption.TRUNCATE_EXISTING);
            for (int i = 0; i < text.length(); i++) {
                Files.writeString(file, text.substring(i, i + 1), StandardOpenOption.APPEND);
            }
            awaitMaxConnections(20);
            assertThat(count("is wrong")).isZero();
        }
    }

    @Test
    void aConfigMapWhoseDataLinkIsReplacedComesIntoForce() throws Exception {
        Path mounted = Files.createDirectory(folder.path().resolve("configmap"));
        Path link = mounted.resolve("policy.json");
        mount(mounted, "..1", 10);
        Files.createSymbolicLink(link, Path.of("..data/policy.json"));
        PolicySet first = PolicyLoader.load(link, Limits.standard());
        try (PolicyReloader _ = reloader(link, first, NEVER)) {
            for (int quota = 20; quota < 23; quota++) {
                mount(mounted, ".." + quota, quota);
                awaitMaxConnections(quota);
            }
        }
    }

    private static void mount(Path mounted, String version, int quota) throws IOException {
        Path data = Files.createDirectory(mounted.resolve(version));
        Files.writeString(data.resolve("policy.json"), policy(quota));
        Path link = Files.createSymbolicLink(mounted.resolve("..data_tmp"), Path.of(version));
        Files.move(link, mounted.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void aFileBehindALinkIsWatchedWhereItIs() throws Exception {
        Path link = folder.path().resolve("link.json");
        Files.createSymbolicLink(link, file);
        PolicySet first = PolicyLoader.load(link, Limits.standard());
        try (PolicyReloader _ = reloader(link, first, NEVER)) {
            rename(policy(20));
            awaitMaxConnections(20);
        }
    }

    @Test
    void aFolderThatIsReplacedIsWatchedAgain() throws Exception {
        try (PolicyReloader _ = reloader(OFTEN)) {
            Files.move(folder.path().resolve("etc"), folder.path().resolve("old"));
            assertThat(awaitMessage("there is no such file").level()).isEqualTo(Level.ERROR);
            Files.createDirectory(folder.path().resolve("etc"));
            Files.writeString(file, policy(20));
            awaitMaxConnections(20);
        }
    }

    @Test
    void aChangeThatNoEventTellsOfIsSeenByTheNextLook() throws Exception {
        // no event comes from a folder that the file's name only leads through
        Path between = Files.createDirectory(folder.path().resolve("between")).resolve("link");
        Files.createSymbolicLink(between, file);
        Path link = folder.path().resolve("link.json");
        Files.createSymbolicLink(link, between);
        Path other = Files.createDirectory(folder.path().resolve("other")).resolve("other.json");
        Files.writeString(other, policy(20));
        PolicySet first = PolicyLoader.load(link, Limits.standard());
        try (PolicyReloader _ = reloader(link, first, OFTEN)) {
            Files.delete(between);
            Files.createSymbolicLink(between, other);
            awaitMaxConnections(20);
        }
    }

    @Test
    void aFileThatChangedDuringTheStartComesIntoForce() throws Exception {
        PolicySet first = PolicyLoader.load(file, Limits.standard());
        rename(policy(20));
        try (PolicyReloader _ = reloader(file, first, NEVER)) {
            awaitMaxConnections(20);
        }
    }

    @Test
    void theLogHasALineForEachGuestAndOneForAll() throws Exception {
        try (PolicyReloader reloader = reloader(NEVER)) {
            Files.writeString(
                    file,
                    """
                    {"version": 1,
                     "defaults": {"maxConnections": 10},
                     "rules": [{"match": {"name": "web"}, "maxConnections": 2, "weight": 3}]}
                    """);
            Line guest = awaitMessage("web: ");
            assertThat(guest.message())
                    .isEqualTo(
                            "policy changed for web: maxConnections 10 → 2, weight 1 → 3"
                                    + " (unmatched → rules[0]@%s:3)".formatted(file));
            assertThat(guest.value("domain")).isEqualTo("web");
            Line all = awaitMessage("is in force");
            assertThat(all.message()).isEqualTo("policy " + file + " is in force");
            assertThat(all.value("revision")).isEqualTo("2-" + applied.getLast().revision());
            assertThat(all.value("guests")).isEqualTo("1");
            assertThat(all.value("changed")).isEqualTo("1");
            assertThat(reloader.status().loadedAt()).isEqualTo(NOW);
            // the lines come first
            Eventually.holds("the check", () -> checked.equals(List.of(applied.getLast())));
        }
    }

    @Test
    void aWrongFileChangesNothingAndIsNamedWithLineColumnAndPointer() throws Exception {
        try (PolicyReloader reloader = reloader(NEVER)) {
            rename(
                    "{\"version\": 1,\n \"defaults\": {\"weight\": 0, \"maxStreamSize\": \"1Mib\"}}");
            assertThat(awaitMessage("is wrong").value("revision")).startsWith("1-");
            assertThat(awaitMessage(file + ":2:25: /defaults/weight: ").level())
                    .isEqualTo(Level.ERROR);
            assertThat(awaitMessage(file + ":2:45: /defaults/maxStreamSize: ").level())
                    .isEqualTo(Level.ERROR);
            PolicyStatus.LastError error = reloader.status().lastError().orElseThrow();
            assertThat(error.since()).isEqualTo(NOW);
            assertThat(error.problems()).hasSize(2);
            assertThat(reloader.status().revision().number()).isEqualTo(1);
            assertThat(applied).hasSize(1);

            rename(policy(20));
            assertThat(awaitMessage("is correct again").value("revision")).startsWith("2-");
            awaitMaxConnections(20);
            assertThat(reloader.status().lastError()).isEmpty();
        }
    }

    @Test
    void aFileThatIsPutBackIsMendedWithoutAReload() throws Exception {
        try (PolicyReloader reloader = reloader(NEVER)) {
            rename("{");
            assertThat(awaitMessage("is wrong")).isNotNull();
            rename(policy(10));
            assertThat(awaitMessage("is correct again").value("revision")).startsWith("1-");
            assertThat(reloader.status().lastError()).isEmpty();
            assertThat(applied).hasSize(1);
        }
    }

    @Test
    void aDeletedFileIsReportedAsAnError() throws Exception {
        try (PolicyReloader reloader = reloader(NEVER)) {
            Files.delete(file);
            assertThat(awaitMessage("there is no such file").level()).isEqualTo(Level.ERROR);
            assertThat(reloader.status().lastError()).isPresent();
            assertThat(applied).hasSize(1);
        }
    }

    @Test
    void aFileThatOthersMayWriteIsAWrongOneThoughItsContentIsTheSame() throws Exception {
        try (PolicyReloader _ = reloader(NEVER)) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
            assertThat(awaitMessage("can be written by others").level()).isEqualTo(Level.ERROR);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            assertThat(awaitMessage("is correct again")).isNotNull();
        }
    }

    @Test
    void aWrongFileIsNamedAgainEveryTenMinutes() throws Exception {
        try (PolicyReloader _ = reloader(OFTEN)) {
            rename("{");
            assertThat(awaitMessage("is wrong")).isNotNull();
            clock.advance(Duration.ofMinutes(10).minusNanos(1));
            rename("{\"version\": 2}");
            Eventually.holds("the other mistake", () -> count("is wrong") == 2);

            clock.advance(Duration.ofMinutes(10).minusNanos(1));
            Files.writeString(file.resolveSibling("noise"), "");
            clock.advance(Duration.ofNanos(1));
            Eventually.holds("a reminder", () -> count("is wrong") == 3);
            assertThat(count("is correct again")).isZero();
        }
    }

    @Test
    void aFileThatWasNeverThereMayComeAndThenMayNotGo() throws Exception {
        Files.delete(file);
        PolicySet none = PolicySet.withoutFile(Limits.standard());
        try (PolicyReloader reloader = reloader(file, none, NEVER)) {
            assertThat(reloader.reload()).isInstanceOf(Unchanged.class);
            Files.writeString(file, policy(20));
            awaitMaxConnections(20);
            Files.delete(file);
            assertThat(awaitMessage("there is no such file")).isNotNull();
            assertThat(maxConnections()).isEqualTo(20);
        }
    }

    @Test
    void aReloadOnRequestReturnsItsResult() throws Exception {
        try (PolicyReloader reloader = reloader(NEVER)) {
            assertThat(reloader.reload()).isInstanceOf(Unchanged.class);
            assertThat(awaitMessage("in force already").value("revision")).startsWith("1-");

            rename(policy(20));
            // the watch may have been faster
            assertThat(reloader.reload()).isInstanceOfAny(Replaced.class, Unchanged.class);
            assertThat(maxConnections()).isEqualTo(20);

            rename("{");
            assertThat(reloader.reload())
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused ->
                                    assertThat(refused.problems())
                                            .singleElement()
                                            .asString()
                                            .startsWith(file + ":1:"));
            assertThat(reloader.status().lastError()).isPresent();
        }
    }

    @Test
    void aDefectInOneReloadDoesNotEndTheNext() throws Exception {
        PolicySet first = PolicyLoader.load(file, Limits.standard());
        PolicySource source = new PolicySource(file, Limits.standard(), first, _ -> {});
        List<PolicySet> taken = new CopyOnWriteArrayList<>();
        try (PolicyReloader _ =
                new PolicyReloader(
                        source,
                        next -> {
                            taken.add(next);
                            if (taken.size() == 1) {
                                throw new IllegalStateException("a defect");
                            }
                            return new PolicySwap(0, List.of());
                        },
                        clock,
                        Clock.fixed(NOW, ZoneOffset.UTC),
                        OFTEN)) {
            rename(policy(20));
            assertThat(awaitMessage("a defect of ours").level()).isEqualTo(Level.ERROR);
            assertThat(awaitMessage("is in force")).isNotNull();
            assertThat(taken).hasSize(2);
        }
    }

    @Test
    void nothingRunsAfterTheClose() throws Exception {
        PolicyReloader reloader = reloader(NEVER);
        reloader.close();
        Eventually.holds(
                "no thread is left",
                () ->
                        Thread.getAllStackTraces().keySet().stream()
                                .noneMatch(thread -> thread.getName().equals("policy-reload")));
        assertThat(count("is wrong")).isZero();
    }
}
