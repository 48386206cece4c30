package clamd.vproxy.supervisor.commands.live;

import clamd.vproxy.supervisor.commands.Outcome;
import clamd.vproxy.supervisor.testing.Stage;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A daemon with two guests, and the commands that speak to it. */
abstract class ControlCommandFixture {
    Stage stage;
    Path file;

    @BeforeEach
    void startDaemon() throws Exception {
        stage = Stage.with("/nonexistent/clamd.sock").start();
        file = stage.folder().resolve("policy.json");
    }

    @AfterEach
    void stopDaemon() throws Exception {
        stage.close();
    }

    String socket() {
        return "--control-socket=" + stage.folder().resolve("control");
    }

    static JsonNode json(Outcome outcome) throws Exception {
        return new ObjectMapper().readTree(String.join("\n", outcome.out()));
    }
}
