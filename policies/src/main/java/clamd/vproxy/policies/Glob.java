package clamd.vproxy.policies;

import java.util.Arrays;

/**
 * A name pattern in which {@code *} matches any number of characters and {@code ?} exactly one. All
 * other characters match themselves, and case matters. Immutable.
 *
 * <p>On a mismatch only the last {@code *} is widened, because widening an earlier one cannot help.
 * So a match takes at most pattern length × name length steps: linear in the name, since a pattern
 * has at most {@value #MAX_LENGTH} characters.
 */
final class Glob {
    /** The longest pattern, in characters (code points). */
    static final int MAX_LENGTH = 256;

    private final String pattern;
    private final int[] patternCharacters;

    Glob(String pattern) {
        this.pattern = pattern;
        this.patternCharacters = pattern.codePoints().toArray();
    }

    /** Whether the pattern matches the whole name. */
    boolean matches(String name) {
        int[] characters = name.codePoints().toArray();
        int at = 0; // in the pattern
        int star = -1; // the last * passed, or -1
        int resume = 0; // where in the name the text after that * is tried next
        for (int i = 0; i < characters.length; ) {
            if (at < patternCharacters.length && patternCharacters[at] == '*') {
                star = at++;
                resume = i;
            } else if (at < patternCharacters.length
                    && fits(patternCharacters[at], characters[i])) {
                at++;
                i++;
            } else if (star >= 0) {
                at = star + 1;
                i = ++resume;
            } else {
                return false;
            }
        }
        return Arrays.stream(patternCharacters, at, patternCharacters.length)
                .allMatch(c -> c == '*');
    }

    /** Whether the pattern has no wildcard. */
    boolean isOneName() {
        return Arrays.stream(patternCharacters).noneMatch(c -> c == '*' || c == '?');
    }

    /** Whether the pattern matches every name. */
    boolean isAnyName() {
        return Arrays.stream(patternCharacters).allMatch(c -> c == '*');
    }

    private static boolean fits(int patternCharacter, int character) {
        return patternCharacter == '?' || patternCharacter == character;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Glob glob && glob.pattern.equals(pattern);
    }

    @Override
    public int hashCode() {
        return pattern.hashCode();
    }

    @Override
    public String toString() {
        return pattern;
    }
}
