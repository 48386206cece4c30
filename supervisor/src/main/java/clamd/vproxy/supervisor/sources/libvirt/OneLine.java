package clamd.vproxy.supervisor.sources.libvirt;

/**
 * Makes other people's error texts fit for one log line: libvirt passes on what hooks and QEMU
 * wrote.
 */
final class OneLine {
    private static final int MOST_CHARACTERS = 500;

    private OneLine() {}

    static String of(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : of(message);
    }

    static String of(String text) {
        String line = text.strip().replaceAll("[\\p{Cc}\\p{Z}]+", " ");
        return line.length() <= MOST_CHARACTERS ? line : line.substring(0, MOST_CHARACTERS) + "…";
    }
}
