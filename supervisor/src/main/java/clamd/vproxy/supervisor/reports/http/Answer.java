package clamd.vproxy.supervisor.reports.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * The HTTP response to one request. Immutable.
 *
 * @param status HTTP's status code
 * @param contentType the media type of the body
 * @param body the content, which must not change
 */
record Answer(int status, String contentType, ByteBuffer body) {
    private static final String PLAIN = "text/plain; charset=utf-8";

    static Answer ok(String contentType, String body) {
        return new Answer(200, contentType, ByteBuffer.wrap(body.getBytes(UTF_8)));
    }

    /** Returns a line of text for people or probes. */
    static Answer plain(int status, String text) {
        return new Answer(status, PLAIN, ByteBuffer.wrap(text.getBytes(UTF_8)));
    }
}
