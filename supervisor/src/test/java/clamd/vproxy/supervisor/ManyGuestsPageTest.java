package clamd.vproxy.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The status page of a host with sixty guests, in a real browser, on a wide screen and on a phone.
 */
@Tag("libvirt")
@Tag("browser")
@Timeout(300)
class ManyGuestsPageTest {
    private static final int WIDTH = 390;
    private static final int HEIGHT = 844;

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
                        .guests(
                                IntStream.range(0, 60)
                                        .mapToObj(i -> new TestGuest("vm-%02d".formatted(i), 3 + i))
                                        .toArray(TestGuest[]::new))
                        .policy(
                                """
                                {"version": 1, "rules": [
                                  {"match": {"name": "vm-0*"}, "tenant": "acme"},
                                  {"match": {"name": "vm-59"}, "deny": true}]}
                                """)
                        .start();
        try (GuestClient client = stage.guest("vm-37")) {
            assertThat(client.streams("a virus".getBytes(UTF_8)).hears()).contains("FOUND");
        }
        Eventually.holds(
                "the detection is counted",
                () -> Web.get(stage.http("/status.json")).body().contains("\"infected\":1"));
        browser = new Chromium(folder.path());
    }

    @AfterEach
    void stop() throws Exception {
        stage.close();
        clamd.close();
        folder.close();
    }

    /** The page after these statements, and the size that its frame reported. */
    private String page(int width, String script) throws Exception {
        HttpServer server = LoopbackHttp.server();
        // runs the user's actions, then puts the size of the page into its title
        String frame =
                """
                <!doctype html><title>loading</title>
                <iframe id="page" src="/" style="border:0;width:%dpx;height:%dpx"></iframe>
                <script>
                setTimeout(() => {
                  const page = document.getElementById("page").contentDocument;
                  %s
                  const {scrollWidth, scrollHeight} = page.documentElement;
                  document.title = `width ${scrollWidth} height ${scrollHeight}`;
                  document.body.append(page.querySelector("main").cloneNode(true));
                }, 3000);
                </script>
                """
                        .formatted(width, HEIGHT, script);
        server.createContext("/", exchange -> answer(exchange, frame));
        server.start();
        try {
            return browser.elementsOf(URI.create("http:/" + server.getAddress() + "/frame"));
        } finally {
            server.stop(0);
        }
    }

    private void answer(HttpExchange exchange, String frame) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] body;
            if (path.equals("/frame")) {
                exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
                body = frame.getBytes(UTF_8);
            } else {
                Web.Answer answer = Web.get(stage.http(path));
                exchange.getResponseHeaders()
                        .set("Content-Type", answer.headers().get("content-type"));
                body = answer.body().getBytes(UTF_8);
            }
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static int pixels(String page, String dimension) {
        Matcher size = Pattern.compile("<title>.*" + dimension + " (\\d+).*</title>").matcher(page);
        assertThat(size.find()).as(page).isTrue();
        return Integer.parseInt(size.group(1));
    }

    private static List<String> guests(String page) {
        List<String> names = new ArrayList<>();
        Pattern.compile("<th scope=\"row\"[^>]*>(?:<a[^>]*>)?([^<]+)<")
                .matcher(page)
                .results()
                .forEach(name -> names.add(name.group(1)));
        return names;
    }

    @Test
    void onAPhoneProblemsComeFirstWithinThreeScreensAndTheRestOnDemand() throws Exception {
        String page = page(WIDTH, "");
        assertThat(pixels(page, "width")).isLessThanOrEqualTo(WIDTH);
        assertThat(pixels(page, "height")).isLessThanOrEqualTo(3 * HEIGHT);
        assertThat(guests(page)).startsWith("vm-37", "vm-59").endsWith("60 guests");
        assertThat(page).contains(">52 more</button>");

        String all = page(WIDTH, "page.getElementById('more').click();");
        assertThat(guests(all)).hasSize(61);
    }

    @Test
    void aFilterMatchesNamesTenantsAndStatesAndTheTotalsFollow() throws Exception {
        String filter =
                "page.getElementById('filter').value = '%s';"
                        + "page.getElementById('filter').dispatchEvent(new Event('input'));";
        assertThat(guests(page(1200, filter.formatted("vm-3"))))
                .hasSize(11)
                .startsWith("vm-37")
                .endsWith("10 guests");
        assertThat(guests(page(1200, filter.formatted("denied"))))
                .containsExactly("vm-59", "1 guest");
        assertThat(guests(page(1200, filter.formatted("acme")))).hasSize(11).endsWith("10 guests");
    }

    @Test
    void picturesForPeopleAreLightOrDarkAsTheyPrefer() throws Exception {
        Path pictures = Files.createDirectories(Path.of("target", "status-page"));
        assertThat(brightness(picture(pictures.resolve("light.png"), 1280, false)))
                .isGreaterThan(0.7);
        assertThat(brightness(picture(pictures.resolve("dark.png"), 1280, true))).isLessThan(0.3);
        assertThat(brightness(picture(pictures.resolve("phone.png"), WIDTH, false)))
                .isGreaterThan(0.7);
    }

    private Path picture(Path file, int width, boolean dark) throws Exception {
        return browser.pictureOf(stage.http("/"), file, width, HEIGHT, dark);
    }

    /** The mean of all pixels, from 0 (black) to 1 (white). */
    private static double brightness(Path picture) throws IOException {
        BufferedImage image = ImageIO.read(picture.toFile());
        int[] pixels =
                image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        return Arrays.stream(pixels)
                        .map(pixel -> (pixel >> 16 & 255) + (pixel >> 8 & 255) + (pixel & 255))
                        .average()
                        .orElseThrow()
                / (3 * 255);
    }

    @Test
    void tenantRowsLinkToTheirGuests() throws Exception {
        String grouped = "page.location.hash = '#tenants';";
        String groups =
                page(1200, grouped + "page.defaultView.dispatchEvent(new Event('hashchange'));");
        assertThat(guests(groups)).containsExactly("guests without a tenant", "acme", "60 guests");
    }
}
