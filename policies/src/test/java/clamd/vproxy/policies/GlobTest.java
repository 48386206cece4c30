package clamd.vproxy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    /** Few letters, so that patterns and names often agree; the last one takes two UTF-16 units. */
    private static final String[] LETTERS = {"a", "b", ".", "[", "\\", "\n", "\ud83d\ude00"};

    private static final String[] PATTERN_PARTS = {
        "a", "b", ".", "[", "\\", "\n", "\ud83d\ude00", "*", "*", "?"
    };

    @ParameterizedTest
    @CsvSource({
        "db-*, db-, true",
        "db-*, db-17, true",
        "db-*, DB-17, false",
        "db-*, mydb-17, false",
        "*, '', true",
        "?, '', false",
        "?, a, true",
        "?, ab, false",
        "*.example.org, www.example.org, true",
        "*.example.org, www-example-org, false",
        "a*b*c, aXbXbXc, true",
        "a*b*c, aXbXbX, false",
        "[ab], a, false",
        "[ab], [ab], true",
        "web, web1, false",
    })
    void patternsFitWholeNames(String pattern, String name, boolean fits) {
        assertThat(new Glob(pattern).matches(name)).isEqualTo(fits);
    }

    @Test
    void aQuestionMarkStandsForOneCharacterEvenIfItTakesTwoUnits() {
        assertThat(new Glob("?").matches("\ud83d\ude00")).isTrue();
        assertThat(new Glob("??").matches("\ud83d\ude00")).isFalse();
    }

    @Test
    void aHostilePatternStaysWithinItsBound() {
        Glob glob = new Glob("*a".repeat(127) + "b");
        assertThat(glob.matches("a".repeat(100_000))).isFalse();
    }

    @Test
    void globsAgreeWithRegularExpressions() {
        for (long seed = 1; seed <= 20_000; seed++) {
            RandomGenerator random = new SplittableRandom(seed);
            String pattern = join(random, PATTERN_PARTS, 8);
            String name =
                    random.nextBoolean() ? join(random, LETTERS, 10) : fitting(pattern, random);
            assertThat(new Glob(pattern).matches(name))
                    .as("seed %d: %s on %s", seed, pattern, name)
                    .isEqualTo(translated(pattern).matcher(name).matches());
        }
    }

    private static Pattern translated(String pattern) {
        String regex =
                pattern.codePoints()
                        .mapToObj(Character::toString)
                        .map(part ->
                                switch (part) {
                                    case "*" -> ".*";
                                    case "?" -> ".";
                                    default -> Pattern.quote(part);
                                })
                        .collect(Collectors.joining());
        return Pattern.compile(regex, Pattern.DOTALL);
    }

    /** A name that fits, or nearly does. */
    private static String fitting(String pattern, RandomGenerator random) {
        String name =
                pattern.codePoints()
                        .mapToObj(Character::toString)
                        .map(part ->
                                switch (part) {
                                    case "*" -> join(random, LETTERS, 4);
                                    case "?" -> LETTERS[random.nextInt(LETTERS.length)];
                                    default -> part;
                                })
                        .collect(Collectors.joining());
        return random.nextInt(4) == 0 ? name + LETTERS[random.nextInt(LETTERS.length)] : name;
    }

    private static String join(RandomGenerator random, String[] parts, int longest) {
        return random.ints(random.nextInt(longest + 1), 0, parts.length)
                .mapToObj(i -> parts[i])
                .collect(Collectors.joining());
    }
}
