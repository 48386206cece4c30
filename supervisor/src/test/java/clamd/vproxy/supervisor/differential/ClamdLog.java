package clamd.vproxy.supervisor.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads in a real clamd's verbose log what it has understood. Confined to one thread. */
final class ClamdLog implements AutoCloseable {
    private static final Pattern COMMAND =
            Pattern.compile("(?m)^(?:.*-> )?got command (\\S*) \\(.*\\), argument: (.*)$");
    private static final Pattern FOUND =
            Pattern.compile("(?m)^.*instream\\(.*\\): \\S+\\(([0-9a-f]{32}):([0-9]+)\\) FOUND$");

    private final FileChannel file;
    private final StringBuilder unread = new StringBuilder();

    ClamdLog(Path path) throws IOException {
        file = FileChannel.open(path);
    }

    /**
     * What it has logged of since the last call.
     *
     * @param commands the commands that it carried out, with their arguments
     * @param found the MD5 and length of what it scanned and found something in
     */
    record Understood(List<String> commands, List<String> found) {}

    /** Takes what is there. */
    void read() throws IOException {
        InputStream rest = Channels.newInputStream(file);
        unread.append(new String(rest.readAllBytes(), ISO_8859_1));
    }

    /** Whether this text is in what was not taken yet. */
    boolean has(String text) {
        return unread.indexOf(text) >= 0;
    }

    /** What the log says up to here, once. */
    Understood take() {
        String text = unread.toString();
        unread.setLength(0);
        return new Understood(
                all(COMMAND, text)
                        .map(found -> (found.group(1) + " " + found.group(2)).strip())
                        .toList(),
                all(FOUND, text).map(found -> found.group(1) + ":" + found.group(2)).toList());
    }

    private static Stream<MatchResult> all(Pattern pattern, String text) {
        return pattern.matcher(text).results();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
