package clamd.vproxy.worker.protocol;

/**
 * A parsed reply of clamd. All texts are printable ASCII and therefore safe for guests and logs.
 * Immutable.
 */
public sealed interface Reply {
    /** The answer to PING. */
    record Pong() implements Reply {}

    /** The answer to VERSION, such as {@code ClamAV 1.4.6/27500/Sun Nov 22 04:30:45 2026}. */
    record Version(String text) implements Reply {}

    /** clamd scanned the stream to its end and found nothing. */
    record Clean() implements Reply {}

    /** clamd reported this name as found: a signature that matched, or why it gave up. */
    record Infected(String signature) implements Reply {}

    /** clamd reports that it could not do what was asked; {@code text} is its message. */
    record Failed(String text) implements Reply {}

    /** The bytes are not a reply of clamd: cut off, too long, or outside its grammar. */
    record Malformed(String reason) implements Reply {}
}
