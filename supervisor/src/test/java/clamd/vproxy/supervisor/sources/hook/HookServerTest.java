package clamd.vproxy.supervisor.sources.hook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.hooks.spool.HookRequest;
import clamd.vproxy.policies.GuestIdentity;
import clamd.vproxy.policies.GuestPolicy;
import clamd.vproxy.policies.Limits;
import clamd.vproxy.policies.PolicySet;
import clamd.vproxy.supervisor.base.threads.SystemClock;
import clamd.vproxy.supervisor.guests.Guest;
import clamd.vproxy.supervisor.guests.GuestRegistry;
import clamd.vproxy.supervisor.guests.RecordedNews;
import clamd.vproxy.supervisor.guests.RegistryWriter;
import clamd.vproxy.supervisor.testing.HookScript;
import clamd.vproxy.supervisor.testing.LogTap;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.worker.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server with a real folder, a real bell and a registry. */
@Timeout(120)
class HookServerTest {
    private static final TestGuest V1 = new TestGuest("v1", 3);

    private final RegistryWriter writer = new RegistryWriter(new GuestRegistry(new RecordedNews()));
    private final GuestRegistry registry = writer.registry();
    private final LogTap log = LogTap.on("clamd.vproxy.supervisor.sources.hook");
    private TemporaryFolder temporary;
    private Path folder;
    private HookServer server;
    private HookScript script;

    @BeforeEach
    void open() throws Exception {
        temporary = TemporaryFolder.create();
        folder = temporary.path().resolve("hook");
        server =
                HookServer.open(
                        folder,
                        List.of(),
                        writer,
                        HookServerTest::anyPolicy,
                        SystemClock::nanoTime,
                        SystemClock::uptimeHundredths);
        script = new HookScript(folder);
    }

    @AfterEach
    void close() throws Exception {
        server.close();
        writer.close();
        log.close();
        temporary.close();
    }

    private static GuestPolicy anyPolicy(Guest guest) {
        return PolicySet.withoutFile(Limits.standard())
                .resolve(
                        new GuestIdentity(
                                Optional.of(guest.name()),
                                Optional.empty(),
                                guest.cid(),
                                Set.of()));
    }

    private static Guest known(TestGuest guest, int id) {
        return new Guest(
                "qemu:///system",
                guest.uuid(),
                guest.name(),
                id,
                OptionalLong.of(guest.cid()),
                Set.of());
    }

    @Test
    void theAnswerComesWhenTheRegistryHasTheGuest() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        CompletableFuture<Void> busy = writer.submit(_ -> awaitQuietly(gate));
        String run = script.leaves(HookScript.request("start begin", V1, 7));
        script.rings();
        Eventually.holds("it is taken", () -> !Files.exists(folder.resolve(run + ".request")));
        assertThat(folder.resolve(run + ".answer")).doesNotExist();
        assertThat(registry.guests()).isEmpty();
        gate.countDown();
        assertThat(script.answerTo(run)).isEqualTo("admitted\n");
        assertThat(registry.byCid(3)).contains(known(V1, 7));
        busy.get(30, TimeUnit.SECONDS);
    }

    @Test
    void aBellThatWasRemovedIsHungAgainAndItsScriptsAreAnswered() throws Exception {
        Files.delete(folder.resolve("bell"));
        log.await("it is there again");
        String run = script.leaves(HookScript.request("start begin", V1, 7));
        script.rings();
        assertThat(script.answerTo(run)).isEqualTo("admitted\n");
    }

    @Test
    void aFolderThatWasRemovedIsMadeAgain() throws Exception {
        Files.delete(folder.resolve("bell"));
        Files.delete(folder);
        log.await("it is there again");
        String run = script.leaves(HookScript.request("start begin", V1, 7));
        script.rings();
        assertThat(script.answerTo(run)).isEqualTo("admitted\n");
    }

    private static void awaitQuietly(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aRegistryThatHangsDoesNotHoldUpTheStartForLong() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        CompletableFuture<Void> busy = writer.submit(_ -> awaitQuietly(gate));
        assertThat(script.starts(V1, 7)).isEqualTo("failed the guest registry is too slow\n");
        gate.countDown();
        busy.get(30, TimeUnit.SECONDS);
    }

    @Test
    void aShellScriptsRequestIsHeard() throws Exception {
        Files.write(temporary.path().resolve("in"), HookScript.request("start begin", V1, 7));
        Process shell =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "read up _ </proc/uptime; n=${up%.*}${up#*.}-$$;"
                                        + " cat ../in >$n.new && mv $n.new $n.request"
                                        + " && printf . >bell; while [ ! -e $n.answer ];"
                                        + " do sleep 0.05; done; cat $n.answer")
                        .directory(folder.toFile())
                        .start();
        try {
            assertThat(shell.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(shell.inputReader(UTF_8).readLine()).isEqualTo("admitted");
        } finally {
            shell.destroy();
        }
    }

    @Test
    void aHundredRequestsAtOnceAreAllAnswered() throws Exception {
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int number = 0; number < 100; number++) {
            TestGuest guest = new TestGuest("v" + number, 3 + number);
            int id = number;
            String run = script.leaves(HookScript.request("start begin", guest, id));
            answers.add(CompletableFuture.supplyAsync(() -> answer(run)));
        }
        script.rings();
        for (CompletableFuture<String> answer : answers) {
            assertThat(answer.get(60, TimeUnit.SECONDS)).isEqualTo("admitted\n");
        }
        assertThat(registry.guests()).hasSize(100);
        assertThat(registry.byCid(102)).contains(known(new TestGuest("v99", 102), 99));
    }

    private String answer(String run) {
        try {
            return script.answerTo(run);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void tooLargeARequestIsFailedAndTheNextOneHeard() throws Exception {
        byte[] huge =
                Arrays.copyOf(HookScript.request("start begin", V1, 7), HookRequest.MAX_BYTES + 1);
        assertThat(script.asks(huge)).startsWith("failed the request has more than");
        assertThat(script.starts(V1, 7)).isEqualTo("admitted\n");
    }

    @Test
    void junkAndLinksInTheFolderAreLeftAlone() throws Exception {
        Path secret =
                Files.write(
                        temporary.path().resolve("elsewhere"),
                        HookScript.request("start begin", new TestGuest("linked", 9), 9));
        Path link = Files.createSymbolicLink(folder.resolve("5-5.request"), secret);
        Path junk = Files.createFile(folder.resolve("core.1234"));
        assertThat(script.starts(V1, 7)).isEqualTo("admitted\n");
        assertThat(registry.guests()).containsExactly(known(V1, 7));
        assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(secret).exists();
        assertThat(junk).exists();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void aDefectOfOursCostsOneAnswerOnly() throws Exception {
        server.close();
        boolean[] broken = {true};
        server =
                HookServer.open(
                        folder,
                        List.of(),
                        writer,
                        guest -> {
                            if (broken[0]) {
                                broken[0] = false;
                                throw new IllegalStateException("on purpose");
                            }
                            return anyPolicy(guest);
                        },
                        SystemClock::nanoTime,
                        SystemClock::uptimeHundredths);
        script.tells(HookScript.request("start begin", V1, 7));
        assertThat(log.next().message())
                .isEqualTo("hearing libvirt's hook failed; a defect of ours");
        assertThat(script.starts(V1, 7)).isEqualTo("admitted\n");
    }

    @Test
    void anUnfetchedAnswerIsRemovedWhenItIsOld() throws Exception {
        Path old = Files.createFile(folder.resolve("1-1.answer"));
        Path fresh = Files.createFile(folder.resolve(SystemClock.uptimeHundredths() + "-1.answer"));
        script.tells(HookScript.request("stopped end", V1, -1));
        Eventually.holds("it is removed", () -> !Files.exists(old));
        assertThat(fresh).exists();
    }

    @Test
    void closingTakesTheBellDownAndAnswersEarlierRequests() throws Exception {
        String run = script.leaves(HookScript.request("start begin", V1, 7));
        server.close(); // nobody rang
        assertThat(folder.resolve("bell")).doesNotExist();
        assertThat(script.answerTo(run)).isEqualTo("admitted\n");
        server.close();
        Eventually.holds(
                "no thread is left",
                () ->
                        Thread.getAllStackTraces().keySet().stream()
                                .noneMatch(thread -> thread.getName().equals("libvirt-hook")));
    }
}
