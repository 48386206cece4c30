package clamd.vproxy.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import clamd.vproxy.supervisor.testing.AnsweringClamd;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.Web;
import clamd.vproxy.worker.testing.Eventually;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is answered over HTTP, and to whom; and what somebody slow or hostile gets. */
@Tag("libvirt")
@Timeout(120)
class HttpTest {
    private TemporaryFolder folder;
    private AnsweringClamd clamd;
    private Stage stage;

    @BeforeEach
    void start() throws Exception {
        folder = TemporaryFolder.create();
        Path socket = folder.path().resolve("clamd");
        clamd = new AnsweringClamd(socket, "ClamAV 1.4.3");
        stage = Stage.with(socket).http().start();
    }

    @AfterEach
    void stop() throws Exception {
        stage.close();
        clamd.close();
        folder.close();
    }

    @Test
    void aReadyDaemonSaysSoInKubernetesWords() throws Exception {
        assertThat(Web.get(stage.http("/livez")).body()).isEqualTo("ok");
        assertThat(Web.get(stage.http("/readyz")).body()).isEqualTo("ok");
        assertThat(Web.get(stage.http("/livez?verbose")).body())
                .isEqualTo("[+]watchdog ok\nlivez check passed\n");
        assertThat(Web.get(stage.http("/readyz?verbose")).body())
                .isEqualTo(
                        """
                        [+]accepting ok
                        [+]clamd ok
                        [+]libvirt ok
                        [+]policy ok
                        [+]log ok
                        readyz check passed
                        """);
    }

    @Test
    void withoutAClamdItLivesButIsNotReady() throws Exception {
        clamd.close();
        Eventually.holds(
                "clamd is found to be down",
                () -> {
                    try (GuestClient guest = stage.guest("a").says("zPING\0")) {
                        assertThat(guest.hears()).contains("ERROR");
                    }
                    return Web.get(stage.http("/readyz")).status() == 503;
                });
        Web.Answer ready = Web.get(stage.http("/readyz"));
        assertThat(ready.body())
                .contains("[-]clamd failed: " + folder.path().resolve("clamd") + " is down\n")
                .endsWith("readyz check failed\n");
        assertThat(Web.get(stage.http("/livez")).status()).isEqualTo(200);
    }

    @Test
    void whileItDrainsItIsNotReady() throws Exception {
        try (GuestClient guest = stage.guest("a").says("zINSTREAM\0").begins(5, new byte[1])) {
            Eventually.holds(
                    "a stream at clamd",
                    () ->
                            Web.get(stage.http("/metrics"))
                                    .body()
                                    .lines()
                                    .anyMatch(line ->
                                            line.startsWith("clamd_vproxy_uploads{")
                                                    && line.endsWith(" 1.0")));
            URI ready = stage.http("/readyz");
            Thread stopping = Thread.ofPlatform().start(stage::stop);
            Eventually.holds(
                    "stopping",
                    () -> Web.get(ready).body().contains("[-]accepting failed: stopping"));
            guest.leaves();
            stopping.join();
        }
    }

    @Test
    void onlyGetAndHeadAreAnsweredAndOnlyWhatThereIs() throws Exception {
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "X")) {
            Web.Answer answer = Web.ask(method, stage.http("/status.json"));
            assertThat(answer.status()).as(method).isEqualTo(405);
            assertThat(answer.headers()).containsEntry("allow", "GET, HEAD");
        }
        Web.Answer head = Web.ask("HEAD", stage.http("/"));
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        int length = Web.get(stage.http("/")).body().getBytes(UTF_8).length;
        assertThat(head.headers()).containsEntry("content-length", "" + length);
        for (String path : List.of("/x", "/index.html", "/metrics/", "/../status.css")) {
            assertThat(Web.get(stage.http(path)).status()).as(path).isEqualTo(404);
        }
    }

    @Test
    void nothingIsKeptAndNothingComesFromElsewhere() throws Exception {
        for (String path : List.of("/", "/metrics", "/status.json", "/readyz", "/nothing")) {
            assertThat(Web.get(stage.http(path)).headers())
                    .as(path)
                    .containsEntry("cache-control", "no-store")
                    .containsEntry("x-content-type-options", "nosniff")
                    .hasEntrySatisfying(
                            "content-security-policy",
                            policy -> assertThat(policy).startsWith("default-src 'none'; "));
        }
        for (String path : List.of("/", "/status.css", "/status.js")) {
            assertThat(Web.get(stage.http(path)).body().replace("http://www.w3.org/2000/svg", ""))
                    .doesNotContain("://", "style=", "onclick", "innerHTML");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "LOCALHOST:9810", "127.0.0.1:9810", "[::1]:9810", "10.1.2.3"})
    void aRequestForAnAddressIsAnswered(String host) throws Exception {
        assertThat(Web.get(stage.http("/livez"), "Host: " + host).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"evil.example", "localhost.evil.example:9810", "127.0.0.1.evil.example"})
    void aNameThatMayBeAStrangersIsNot(String host) throws Exception {
        assertThat(Web.get(stage.http("/status.json"), "Host: " + host).status()).isEqualTo(421);
    }

    @Test
    void aSlowClientIsClosedAndHoldsUpOthersOnlyBriefly() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                Socket socket = Web.connect(stage.http("/"));
                socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: local".getBytes(UTF_8));
                slow.add(socket);
            }
            assertThat(Web.get(stage.http("/livez")).status()).isEqualTo(200);
            for (Socket socket : slow) {
                assertThat(endOf(socket)).isTrue();
            }
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    private static boolean endOf(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException _) {
            // a reset is an end, too
            return true;
        }
    }

    @Test
    void anEndlessHeaderIsCutOff() throws Exception {
        try (Socket socket = Web.connect(stage.http("/"))) {
            byte[] line = ("X: " + "y".repeat(1000) + "\r\n").getBytes(UTF_8);
            socket.getOutputStream().write("GET / HTTP/1.1\r\n".getBytes(UTF_8));
            assertThat(
                            catchThrowable(() -> {
                                for (int i = 0; i < 10_000; i++) {
                                    socket.getOutputStream().write(line);
                                }
                            }))
                    .isInstanceOf(IOException.class);
        }
        assertThat(Web.get(stage.http("/livez")).status()).isEqualTo(200);
    }
}
