package clamd.vproxy.policies;

import java.text.Normalizer;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Finds different names that look alike (Unicode TR 39). Pure functions. */
final class LookAlikes {
    /** Letters of other scripts, each followed by the Latin one that it looks like. */
    private static final String LETTERS =
            "аaеeоoрpсcхxуyіiјjѕsһhԁdԛqԝwӏlкkАAВBЕEЗ3КKМMНHОOРPСCТTУYХXІIЈJЅSԌGαaοoνvρpιiκkυuτtωwγyηnχxϲc"
                    + "ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXօoսuհhոnցgզqյjıiɑaɡgɩiʋv";

    private static final Map<Integer, Integer> LATIN = new HashMap<>();

    static {
        for (int i = 0; i < LETTERS.length(); i += 2) {
            LATIN.put((int) LETTERS.charAt(i), (int) LETTERS.charAt(i + 1));
        }
    }

    private static final Pattern WORD_BREAKS = Pattern.compile("[\\p{ASCII}&&[^A-Za-z0-9]]+");

    private LookAlikes() {}

    /** Returns a text that is equal for texts that look alike. */
    static String skeleton(String text) {
        StringBuilder skeleton = new StringBuilder(text.length());
        Normalizer.normalize(text, Normalizer.Form.NFKD)
                .codePoints()
                .filter(point -> !isInvisible(point))
                .map(LookAlikes::plain)
                .forEach(skeleton::appendCodePoint);
        return skeleton.toString();
    }

    /** Whether the text has characters that are invisible or look like others. */
    static boolean isOdd(String text) {
        return !Normalizer.isNormalized(text, Normalizer.Form.NFC)
                || text.codePoints().anyMatch(LookAlikes::isOdd)
                || WORD_BREAKS
                        .splitAsStream(text)
                        .anyMatch(word -> !isAscii(word) && isAscii(skeleton(word)));
    }

    private static boolean isOdd(int point) {
        return point > '~' && (isInvisible(point) || plain(point) == ' ' || plain(point) == '-');
    }

    private static boolean isInvisible(int point) {
        return Character.getType(point) == Character.FORMAT
                || point == 0x034f // combining grapheme joiner
                || point == 0x115f
                || point == 0x1160
                || point == 0x3164 // Hangul fillers
                || (point >= 0xfe00 && point <= 0xfe0f); // variation selectors
    }

    private static int plain(int point) {
        return switch (Character.getType(point)) {
            case Character.SPACE_SEPARATOR -> ' ';
            case Character.DASH_PUNCTUATION -> '-';
            default -> point == 0x2212 ? '-' : LATIN.getOrDefault(point, point); // minus sign
        };
    }

    private static boolean isAscii(String text) {
        return text.codePoints().allMatch(point -> point < 0x80);
    }
}
