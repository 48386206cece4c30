package clamd.vproxy.supervisor.reports.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * What one request is answered with. Immutable.
 *
 * @param status HTTP's status code
 * @param contentType of the body
 * @param body never to be written to
 */
record Answer(int status, String contentType, ByteBuffer body) {
    private static final String PLAIN = "text/plain; charset=utf-8";

    static Answer ok(String contentType, String body) {
        return new Answer(200, contentType, ByteBuffer.wrap(body.getBytes(UTF_8)));
    }

    /** A line for a human, or a probe. */
    static Answer plain(int status, String text) {
        return new Answer(status, PLAIN, ByteBuffer.wrap(text.getBytes(UTF_8)));
    }
}
