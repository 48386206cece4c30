package clamd.vproxy.policies;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** Parses the bytes of a policy file into policies. Stateless. */
public final class PolicyParser {
    /** The largest policy file, in bytes: enough for about ten thousand rules. */
    public static final int LARGEST_FILE = 1 << 20;

    private static final int REVISION_BYTES = 6;

    private PolicyParser() {}

    /**
     * Parses a policy file and checks everything in it.
     *
     * @param sourceName the file as problems and rule labels name it
     * @param utf8 the file's content, at most {@value #LARGEST_FILE} bytes
     * @param underneath the limits that apply where the file sets none
     * @throws PolicyException if the content is not a correct policy file, with everything that is
     *     wrong
     */
    public static PolicySet parse(String sourceName, byte[] utf8, Limits underneath)
            throws PolicyException {
        return parse(sourceName, utf8, underneath, new Problems());
    }

    /** Parses a policy file, and reports its problems together with those found so far. */
    static PolicySet parse(String sourceName, byte[] utf8, Limits underneath, Problems problems)
            throws PolicyException {
        if (utf8.length > LARGEST_FILE) {
            problems.addOfFile(
                    "the file has more than " + LARGEST_FILE + " bytes; split off or merge rules");
            problems.throwIfAny(sourceName);
        }
        Optional<PolicySet> policies =
                SourceText.decode(utf8, problems)
                        .flatMap(text -> TreeReader.read(text, problems))
                        .flatMap(root ->
                                new PolicyBinder(sourceName, revision(utf8), underneath, problems)
                                        .bind(root));
        problems.throwIfAny(sourceName);
        return policies.orElseThrow(
                () -> new IllegalStateException("neither policies nor problems"));
    }

    private static String revision(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(digest, 0, REVISION_BYTES);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
