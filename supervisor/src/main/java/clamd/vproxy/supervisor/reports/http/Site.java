package clamd.vproxy.supervisor.reports.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import clamd.vproxy.supervisor.base.json.Json;
import clamd.vproxy.supervisor.reports.metrics.Metrics;
import clamd.vproxy.supervisor.reports.status.DaemonView;
import clamd.vproxy.supervisor.reports.status.HealthReport;
import clamd.vproxy.supervisor.reports.status.StatusPage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The resources of the HTTP server, by path. Thread-safe. */
public final class Site {
    private static final int UNAVAILABLE = 503;

    private final Map<String, Page> pages = new HashMap<>();

    /** Creates the answer to one request. */
    private interface Page {
        /**
         * @param query what followed the question mark, or null
         * @param accept the header of this name, or null
         */
        Answer answer(@Nullable String query, @Nullable String accept);
    }

    /** Creates a site about a daemon. */
    public Site(DaemonView daemon) {
        Metrics metrics = new Metrics(daemon::snapshot);
        pages.put("/metrics", (_, accept) -> metrics(metrics, accept));
        pages.put("/livez", (query, _) -> health(daemon.live(), query));
        pages.put("/readyz", (query, _) -> health(daemon.ready(), query));
        pages.put(
                "/status.json",
                (_, _) ->
                        Answer.ok("application/json", Json.line(StatusPage.of(daemon.snapshot()))));
        resource("/", "index.html", "text/html; charset=utf-8");
        resource("/status.css", "status.css", "text/css; charset=utf-8");
        resource("/status.js", "status.js", "text/javascript; charset=utf-8");
        resource("/icon.svg", "icon.svg", "image/svg+xml");
    }

    private void resource(String path, String name, String contentType) {
        try (InputStream stream = Site.class.getResourceAsStream(name)) {
            String text = new String(Objects.requireNonNull(stream, name).readAllBytes(), UTF_8);
            Answer answer = Answer.ok(contentType, text);
            pages.put(path, (_, _) -> answer);
        } catch (IOException e) {
            throw new UncheckedIOException("the package lacks " + name, e);
        }
    }

    private static Answer metrics(Metrics metrics, @Nullable String accept) {
        Metrics.Exposition now = metrics.scrape(accept);
        return Answer.ok(now.contentType(), now.text());
    }

    private static Answer health(HealthReport report, @Nullable String query) {
        String text = report.text(isVerbose(query));
        return Answer.plain(report.passed() ? 200 : UNAVAILABLE, text);
    }

    /** Whether the query has {@code verbose}, with any value or none. */
    private static boolean isVerbose(@Nullable String query) {
        return query != null
                && Arrays.stream(query.split("&", -1))
                        .anyMatch(each -> each.equals("verbose") || each.startsWith("verbose="));
    }

    /** Returns the answer at this path; empty if there is no such path. */
    Optional<Answer> answer(String path, @Nullable String query, @Nullable String accept) {
        return Optional.ofNullable(pages.get(path)).map(page -> page.answer(query, accept));
    }
}
