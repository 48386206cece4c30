package clamd.vproxy.policies;

import clamd.vproxy.policies.Match.CidWithin;
import clamd.vproxy.policies.Match.Condition;
import clamd.vproxy.policies.Match.HasMetadataClass;
import clamd.vproxy.policies.Match.NameIs;
import clamd.vproxy.policies.Match.UuidIs;
import clamd.vproxy.policies.Node.NumberNode;
import clamd.vproxy.policies.Node.ObjectNode;
import clamd.vproxy.policies.Node.TextNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the {@code match} of a rule. */
record MatchBinder(Values values) {
    /** The smallest CID of a guest: 0 is the hypervisor, 1 this machine, 2 the host (vsock(7)). */
    private static final long FIRST_GUEST_CID = 3;

    /** The largest CID of a guest: 4294967295 is VMADDR_CID_ANY (vsock(7)). */
    private static final long LAST_GUEST_CID = (1L << 32) - 2;

    private static final Pattern CIDS = Pattern.compile("([0-9]+)(?:-([0-9]+))?");
    private static final Pattern UUIDS =
            Pattern.compile("\\p{XDigit}{8}(?:-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    /** Returns the conditions; empty if one of them is wrong. */
    Optional<Match> bind(Node node) {
        return values.object(node, Keys.IN_MATCH).flatMap(this::conditions);
    }

    private Optional<Match> conditions(ObjectNode object) {
        if (Set.of(Keys.COMMENT).containsAll(object.members().keySet())) {
            return values.problem(
                    object,
                    "an empty match would concern every guest; if that is meant, write \"name\": \"*\"");
        }
        List<Condition> conditions =
                Stream.of(
                                Values.member(object, Keys.NAME).flatMap(this::name),
                                Values.member(object, Keys.UUID).flatMap(this::uuid),
                                Values.member(object, Keys.CID).flatMap(this::cid),
                                Values.member(object, Keys.METADATA_CLASS)
                                        .flatMap(this::metadataClass))
                        .flatMap(Optional::stream)
                        .toList();
        return conditions.isEmpty() ? Optional.empty() : Optional.of(new Match(conditions));
    }

    private Optional<Condition> name(Node node) {
        return values.text(node)
                .flatMap(pattern ->
                        fault(pattern)
                                .<Optional<Condition>>map(fault -> values.problem(node, fault))
                                .orElseGet(() -> Optional.of(new NameIs(new Glob(pattern)))));
    }

    private static Optional<String> fault(String pattern) {
        if (pattern.isEmpty()) {
            return Optional.of(
                    "an empty name fits no guest; write a name, with * for any text and ? for one character");
        }
        int characters = pattern.codePointCount(0, pattern.length());
        if (characters > Glob.MAX_LENGTH) {
            return Optional.of(
                    "the name has "
                            + characters
                            + " characters; at most "
                            + Glob.MAX_LENGTH
                            + " are allowed");
        }
        return pattern.codePoints().anyMatch(PrintableText::breaksLine)
                ? Optional.of(
                        Wording.quote(pattern)
                                + " has a control character in it, which no guest's name has")
                : Optional.empty();
    }

    private Optional<Condition> uuid(Node node) {
        return values.text(node)
                .flatMap(text ->
                        UUIDS.matcher(text).matches()
                                ? Optional.of(new UuidIs(UUID.fromString(text)))
                                : values.problem(
                                        node,
                                        Wording.quote(text)
                                                + " is not a UUID; write it as virsh domuuid"
                                                + " prints it, 32 hexadecimal digits in groups of 8-4-4-4-12"));
    }

    private Optional<Condition> metadataClass(Node node) {
        return values.text(node)
                .flatMap(text ->
                        text.isEmpty()
                                ? values.problem(
                                        node,
                                        "an empty metadata class fits no guest; write its name")
                                : Optional.of(new HasMetadataClass(text)));
    }

    private Optional<Condition> cid(Node node) {
        return switch (node) {
            case NumberNode number -> cids(node, number.literal(), number.literal());
            case TextNode text -> cids(node, text.text(), Wording.quote(text.text()));
            default -> values.wrong(node, "a CID or a range of them");
        };
    }

    private Optional<Condition> cids(Node node, String text, String written) {
        Matcher parts = CIDS.matcher(text);
        if (!parts.matches()) {
            return values.problem(
                    node,
                    Wording.shorten(written)
                            + " is not a CID; write a number or a range, e.g. \"100-199\"");
        }
        long first = cid(parts.group(1));
        long last = Optional.ofNullable(parts.group(2)).map(MatchBinder::cid).orElse(first);
        if (first < FIRST_GUEST_CID
                || first > LAST_GUEST_CID
                || last < FIRST_GUEST_CID
                || last > LAST_GUEST_CID) {
            return values.problem(
                    node,
                    Wording.shorten(written)
                            + " is not a guest's CID; guests have "
                            + FIRST_GUEST_CID
                            + " to "
                            + LAST_GUEST_CID);
        }
        return first <= last
                ? Optional.of(new CidWithin(first, last))
                : values.problem(node, written + " is an empty range; the lower CID comes first");
    }

    private static long cid(String digits) {
        return Quantities.whole(digits).orElse(Long.MAX_VALUE);
    }
}
