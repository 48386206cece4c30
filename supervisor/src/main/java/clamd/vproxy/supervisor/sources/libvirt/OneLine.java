package clamd.vproxy.supervisor.sources.libvirt;

import clamd.vproxy.policies.PrintableText;

/** Shortens foreign error texts to one log line: libvirt passes on messages from hooks and QEMU. */
final class OneLine {
    private static final int MOST_CHARACTERS = 500;

    private OneLine() {}

    static String of(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : of(message);
    }

    static String of(String text) {
        return PrintableText.of(text.strip().replaceAll("\\s+", " "), MOST_CHARACTERS);
    }
}
