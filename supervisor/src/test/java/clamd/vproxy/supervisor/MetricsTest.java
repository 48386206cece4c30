package clamd.vproxy.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;

import clamd.vproxy.supervisor.testing.CleanClamd;
import clamd.vproxy.supervisor.testing.Stage;
import clamd.vproxy.supervisor.testing.TemporaryFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MetricsTest {
    @Test
    void look() throws Exception {
        try (TemporaryFolder folder = TemporaryFolder.create();
                CleanClamd _ = new CleanClamd(folder.path().resolve("clamd"));
                Stage stage = Stage.with(folder.path().resolve("clamd")).http().start()) {
            stage.guest("a").streams("hello".getBytes(UTF_8)).hears();
            for (String path : new String[] {"/metrics", "/readyz?verbose", "/livez", "/status.json", "/x"}) {
                var c = (java.net.HttpURLConnection) stage.http(path).toURL().openConnection();
                System.out.println(c.getResponseCode() + " " + c.getHeaderFields());
                var in = c.getResponseCode() < 400 ? c.getInputStream() : c.getErrorStream();
                System.out.println(new String(in.readAllBytes(), UTF_8));
            }
        }
    }
}
