package clamd.vproxy.supervisor.guests.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import ch.qos.logback.classic.Level;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicyLoader;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.testing.LogTap;
import clamd.vproxy.supervisor.testing.LogTap.Line;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.worker.daily.DailyAmount;
import clamd.vproxy.worker.testing.Eventually;
import clamd.vproxy.worker.testing.ManualWallClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When the state file is read and written, and what is said of it. */
@Timeout(60)
class UsageKeeperTest {
    private static final LocalDate TODAY = LocalDate.parse("2026-03-01");
    private static final UUID A = new UUID(0, 1);
    private static final UUID B = new UUID(0, 2);
    private static final Duration NEVER = Duration.ofDays(1);

    private final ManualWallClock clock = new ManualWallClock();
    private TemporaryFolder temporary;
    private Path folder;
    private Path file;
    private LogTap log;

    @BeforeEach
    void makeFolder() throws Exception {
        temporary = TemporaryFolder.create();
        folder = Files.createDirectory(temporary.path().resolve("state"));
        file = folder.resolve("usage.json");
        log = LogTap.on(UsageKeeper.class.getName());
    }

    @AfterEach
    void removeFolder() throws Exception {
        log.close();
        temporary.close();
    }

    private UsageKeeper open() throws IOException {
        return open(true);
    }

    private UsageKeeper open(boolean required) throws IOException {
        return UsageKeeper.open(
                Optional.of(new UsageSettings(file, required)), clock, _ -> false, NEVER);
    }

    private static void scan(UsageKeeper keeper, UUID guest) {
        assertThat(keeper.book().of(guest).takeScan(1_000)).isTrue();
    }

    private Map<UUID, DailyAmount> written() throws Exception {
        return UsageFormat.read(Files.readAllBytes(file)).guests();
    }

    private List<String> warnings() {
        return log.lines().stream()
                .filter(line -> line.level().equals(Level.WARN))
                .map(Line::message)
                .toList();
    }

    private PolicySet limited() throws Exception {
        String policy =
                "{\"version\": 1, \"rules\": [{\"match\": {\"name\": \"a\"}, \"maxDailyScans\": 5}]}";
        Path policyFile = Files.writeString(temporary.path().resolve("policy.json"), policy);
        return PolicyLoader.load(policyFile, Limits.standard());
    }

    @Test
    void aRestartGoesOnWithTheCounts() throws Exception {
        try (UsageKeeper keeper = open()) {
            scan(keeper, A);
            assertThat(keeper.book().of(B).takeBytes(1000, 2000)).isTrue();
        }
        try (UsageKeeper keeper = open()) {
            assertThat(keeper.book().of(A).today()).isEqualTo(new DailyAmount(TODAY, 0, 1));
            assertThat(keeper.book().of(B).today()).isEqualTo(new DailyAmount(TODAY, 1000, 0));
            scan(keeper, A);
        }
        try (UsageKeeper keeper = open()) {
            assertThat(keeper.book().of(A).today().scans()).isEqualTo(2);
        }
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void aRestartOnAnotherDayBeginsAnewAndTheFileForgetsToo() throws Exception {
        try (UsageKeeper keeper = open()) {
            scan(keeper, A);
        }
        clock.set("2026-03-02T00:00");
        try (UsageKeeper keeper = open()) {
            assertThat(keeper.book().of(A).today().isNone()).isTrue();
            keeper.save();
            assertThat(written()).isEmpty();
        }
    }

    @Test
    void itIsWrittenOnlyIfSomethingChanged() throws Exception {
        try (UsageKeeper keeper = open()) {
            keeper.save();
            assertThat(file).doesNotExist();
            scan(keeper, A);
            keeper.save();
            Object first = Files.readAttributes(file, "unix:ino").get("ino");
            keeper.save();
            assertThat(keeper.book().of(B).today().isNone()).isTrue();
            keeper.save();
            assertThat(Files.readAttributes(file, "unix:ino").get("ino")).isEqualTo(first);
            scan(keeper, A);
            keeper.save();
            assertThat(Files.readAttributes(file, "unix:ino").get("ino")).isNotEqualTo(first);
            assertThat(written()).containsEntry(A, new DailyAmount(TODAY, 0, 2));
        }
    }

    @Test
    void aGuestThatIsOffStaysForTheDayAndIsDroppedOnTheNext() throws Exception {
        try (UsageKeeper keeper = open()) {
            scan(keeper, A);
            keeper.save();
            clock.set("2026-03-02T00:00");
            scan(keeper, B);
            keeper.save();
            assertThat(written()).containsOnlyKeys(B);
        }
        try (UsageKeeper keeper = open()) {
            scan(keeper, A);
            keeper.save();
            assertThat(written()).containsOnlyKeys(A, B);
        }
    }

    @Test
    void theThreadWritesByItself() throws Exception {
        try (UsageKeeper keeper =
                UsageKeeper.open(
                        Optional.of(new UsageSettings(file, true)),
                        clock,
                        _ -> true,
                        Duration.ofMillis(10))) {
            scan(keeper, A);
            Eventually.holds("the file", () -> Files.exists(file));
        }
    }

    @Test
    void aFailedWriteIsLoggedOnceAndRetriedLater() throws Exception {
        Path away = temporary.path().resolve("away");
        try (UsageKeeper keeper = open()) {
            scan(keeper, A);
            Files.move(folder, away);
            Files.createFile(folder);
            keeper.save();
            scan(keeper, A);
            keeper.save();
            assertThat(warnings())
                    .singleElement()
                    .asString()
                    .startsWith("what guests used today cannot be written to " + file)
                    .doesNotContain("\n");
            // the guest is served all the same
            scan(keeper, A);

            Files.delete(folder);
            Files.move(away, folder);
            keeper.save();
            keeper.save();
            assertThat(written()).containsEntry(A, new DailyAmount(TODAY, 0, 3));
            assertThat(log.lines()).hasSize(2);
            assertThat(log.lines().getLast().message())
                    .isEqualTo("what guests used today is written to " + file + " again");
        }
    }

    @Test
    void aStopThatCannotWriteEndsAllTheSame() throws Exception {
        UsageKeeper keeper = open();
        scan(keeper, A);
        Path away = temporary.path().resolve("away");
        Files.move(folder, away);
        keeper.close();
        assertThat(warnings()).hasSize(1);
    }

    @Test
    void aCorruptFileCostsWhatCameAfterThePreviousOneAndIsSaidOnce() throws Exception {
        try (UsageKeeper keeper = open()) {
            scan(keeper, A);
            keeper.save();
            scan(keeper, A);
        }
        Files.writeString(file, "{\"version\":1,");
        try (UsageKeeper keeper = open()) {
            assertThat(keeper.book().of(A).today().scans()).isEqualTo(1);
        }
        assertThat(warnings())
                .singleElement()
                .asString()
                .startsWith("of what guests used today: " + file + " is corrupt, kept as ")
                .doesNotContain("\n");
    }

    @Test
    void aPlaceThatWasNamedMustBeHad() {
        file = folder.resolve("missing/usage.json");
        assertThatIOException().isThrownBy(this::open).withMessageContaining("is no folder");
    }

    @Test
    void withoutTheUsualPlaceALimitIsWarnedOfOnce() throws Exception {
        file = folder.resolve("missing/usage.json");
        try (UsageKeeper keeper = open(false)) {
            keeper.warnIfForgotten(PolicySet.withoutFile(Limits.standard()));
            assertThat(log.lines()).isEmpty();
            keeper.warnIfForgotten(limited());
            keeper.warnIfForgotten(limited());
            scan(keeper, A);
            keeper.save();
            assertThat(warnings())
                    .containsExactly(
                            "policies limit what guests may use in a day, but a restart forgets"
                                    + " what they used: "
                                    + folder.resolve("missing")
                                    + " is no folder; make it, or name another file with"
                                    + " --state-file");
        }
    }

    @Test
    void withAFileNothingIsWarnedOf() throws Exception {
        try (UsageKeeper keeper = open(false)) {
            keeper.warnIfForgotten(limited());
        }
        assertThat(log.lines()).isEmpty();
    }
}
