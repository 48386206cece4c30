package clamd.vproxy.hooks.install;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of the hook. Its second line names this program and holds the checksum of the other
 * lines, which distinguishes an edited script from one that may be replaced. Stateless.
 */
final class HookScript {
    static final String NAME = "50-clamd-vproxy";

    private static final Pattern MARK =
            Pattern.compile(
                    "# installed by clamd-vproxy (\\S+), SHA-256 of the other lines: ([0-9a-f]{64})");
    private static final Pattern SPOOL = Pattern.compile("(?m)^SPOOL=(.*)$");
    private static final Pattern STRICT = Pattern.compile("(?m)^STRICT=(.*)$");

    private HookScript() {}

    /**
     * Renders the script with these settings.
     *
     * @param version this program's version, without white space
     */
    static String render(HookSettings settings, String version) {
        String text = set(template(), SPOOL, "SPOOL=" + settings.spool());
        text = set(text, STRICT, "STRICT=" + settings.strictness().word());
        String first = text.substring(0, text.indexOf('\n') + 1);
        String rest = text.substring(text.indexOf('\n', first.length()) + 1);
        return first
                + "# installed by clamd-vproxy "
                + version
                + ", SHA-256 of the other lines: "
                + checksum(first + rest)
                + "\n"
                + rest;
    }

    /** Whether {@code text} has this program's mark, edited or not. */
    static boolean isMarked(String text) {
        return mark(text).isPresent();
    }

    /** Whether {@code text} is an unedited script of any version of this program. */
    static boolean isUnchanged(String text) {
        return mark(text)
                .filter(mark ->
                        mark.group(2).equals(checksum(text.replace(mark.group() + "\n", ""))))
                .isPresent();
    }

    /** Reads the settings from a script of this program; empty if they are missing or invalid. */
    static Optional<HookSettings> settings(String text) {
        Matcher spool = SPOOL.matcher(text);
        Matcher strict = STRICT.matcher(text);
        if (!spool.find() || !strict.find()) {
            return Optional.empty();
        }
        try {
            return Strictness.of(strict.group(1)).map(of -> new HookSettings(spool.group(1), of));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Optional<Matcher> mark(String text) {
        return text.lines().skip(1).findFirst().map(MARK::matcher).filter(Matcher::matches);
    }

    private static String set(String text, Pattern line, String value) {
        return line.matcher(text).replaceFirst(Matcher.quoteReplacement(value));
    }

    private static String template() {
        try (InputStream in = HookScript.class.getResourceAsStream(NAME)) {
            return new String(
                    Objects.requireNonNull(in, NAME).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the hook cannot be read from our own jar", e);
        }
    }

    private static String checksum(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
