package clamd.vproxy.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import clamd.vproxy.supervisor.reports.status.GuestView;
import clamd.vproxy.supervisor.reports.status.StatusPage;
import clamd.vproxy.supervisor.testing.AnsweringClamd;
import clamd.vproxy.supervisor.testing.Chromium;
import clamd.vproxy.supervisor.testing.GuestClient;
import clamd.vproxy.supervisor.testing.LoopbackHttp;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import clamd.vproxy.supervisor.testing.TestGuest;
import clamd.vproxy.supervisor.testing.Web;
import clamd.vproxy.worker.testing.Eventually;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The status page of a running supervisor, in a real browser. */
@Tag("libvirt")
@Tag("browser")
@Timeout(300)
class StatusPageTest {
    /** libvirt allows it; a page that took it for markup would say so in its title. */
    private static final String HOSTILE = "<img src=x onerror=document.title='taken'>";

    private TemporaryFolder folder;
    private AnsweringClamd clamd;
    private Stage stage;
    private Chromium browser;

    @BeforeEach
    void start() throws Exception {
        folder = TemporaryFolder.create();
        Path socket = folder.path().resolve("clamd");
        clamd = new AnsweringClamd(socket, "ClamAV 1.4.3/27801/Thu Nov  6 09:32:15 2025");
        stage =
                Stage.with(socket)
                        .http()
                        .verdictMemoryEntries(100)
                        .guests(
                                new TestGuest("web-1", 3),
                                new TestGuest("db-1", 4),
                                new TestGuest(HOSTILE, 5))
                        .policy(
                                """
                                {"version": 1, "rules": [
                                  {"match": {"name": "db-*"}, "maxConnections": 1}]}
                                """)
                        .start();
        browser = new Chromium(folder.path());
    }

    @AfterEach
    void stop() throws Exception {
        stage.close();
        clamd.close();
        folder.close();
    }

    private void scans(String guest, String content) throws Exception {
        try (GuestClient client = stage.guest(guest)) {
            assertThat(client.streams(content.getBytes(UTF_8)).hears()).startsWith("stream: ");
        }
    }

    private StatusPage.Row guest(String name) throws Exception {
        return Web.json(stage.http("/status.json"), StatusPage.class).guests().stream()
                .filter(guest -> guest.domain().equals(name))
                .findAny()
                .orElseThrow();
    }

    private GuestView.Totals totals(String name) throws Exception {
        return guest(name).guest().totals();
    }

    private Map<String, Long> verdicts(String name) throws Exception {
        return totals(name).verdicts();
    }

    @Test
    void theGuestsAreThereWithWhatTheyDid() throws Exception {
        scans("web-1", "clean");
        scans("web-1", "more, clean");
        scans("web-1", "a virus");
        try (GuestClient served = stage.guest("db-1").says("zINSTREAM\0");
                GuestClient _ = stage.guest("db-1").says("zPING\0")) {
            Eventually.holds(
                    "all of it counted",
                    () ->
                            verdicts("web-1").equals(Map.of("clean", 2L, "infected", 1L))
                                    && guest("db-1").guest().waiting() == 1);
            String page = browser.elementsOf(stage.http("/"));

            assertThat(row(page, "web-1"))
                    .contains("CID 3", ">2</td>", ">1</td>", "<polyline", "3 sessions", "0 of 10");
            assertThat(row(page, "db-1")).contains("1 of 1", "1 waiting");
            assertThat(page).contains("ClamAV 1.4.3, signatures 27801", ">ready</p>");
            served.leaves();
        }
    }

    @Test
    void rememberedVerdictsAreCountedForTheGuestAndTheHost() throws Exception {
        long scans = 0;
        do {
            scans("web-1", "clean");
            long ended = ++scans;
            // a session is counted after its reply, and the next one might be a second hit
            Eventually.holds("its session is counted", () -> totals("web-1").scans() == ended);
        } while (totals("web-1").cached().orElseThrow() == 0);
        String page = browser.elementsOf(stage.http("/"));

        assertThat(page).contains("Verdict memory", "1 of 100 entries", " % cached");
        assertThat(row(page, "web-1")).contains("data-label=\"Cached\">1</td>");
        assertThat(row(page, "db-1")).contains("data-label=\"Cached\">0</td>");
    }

    @Test
    void aDomainsNameIsTextAndNeverMarkup() throws Exception {
        String page = browser.elementsOf(stage.http("/"));

        assertThat(page).contains("&lt;img src=x onerror=document.title='taken'&gt;");
        assertThat(page).contains(": clamd-vproxy</title>").doesNotContain("<img src=\"x");
    }

    @Test
    void itRefreshesItself() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        HttpServer between = LoopbackHttp.server();
        between.createContext("/", exchange -> passOn(exchange, looks));
        between.start();
        try {
            String page = browser.elementsOf(URI.create("http:/" + between.getAddress() + "/"));
            assertThat(page).contains(">web-1<");
            assertThat(looks).hasValueGreaterThanOrEqualTo(3);
        } finally {
            between.stop(0);
        }
    }

    private void passOn(HttpExchange exchange, AtomicInteger looks) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (path.equals("/status.json")) {
                looks.incrementAndGet();
            }
            Web.Answer answer = Web.get(stage.http(path));
            byte[] body = answer.body().getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", answer.headers().get("content-type"));
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static String row(String page, String guest) {
        String rest = page.substring(page.indexOf(">" + guest + "<"));
        return rest.substring(0, rest.indexOf("</tr>"));
    }
}
