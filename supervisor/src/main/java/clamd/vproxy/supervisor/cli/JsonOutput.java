package clamd.vproxy.supervisor.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.PrintWriter;

/** Writes what a command found as JSON. Static function only. */
final class JsonOutput {
    private static final ObjectWriter WRITER = new ObjectMapper().writerWithDefaultPrettyPrinter();

    private JsonOutput() {}

    /** Prints a document, indented. */
    static void print(PrintWriter out, Object document) {
        try {
            out.println(WRITER.writeValueAsString(document));
            out.flush();
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("records and texts are always JSON", impossible);
        }
    }
}
