package clamd.vproxy.policies;

import clamd.vproxy.policies.LimitSource.Layer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Warns about limits that always refuse clients which send a file as one chunk. A retry does not
 * help such a client. Pure function.
 */
final class ChunkWarnings {
    private ChunkWarnings() {}

    /** Returns one warning for each part of the file that sets such a limit. */
    static List<RuleWarning> of(List<Rule> rules, GuestPolicy unmatched) {
        return Stream.concat(rules.stream().map(Rule::policy), Stream.of(unmatched))
                .flatMap(policy -> of(policy).stream())
                .distinct()
                .toList();
    }

    private static Optional<RuleWarning> of(GuestPolicy policy) {
        Setting stream = policy.setting(Limit.MAX_STREAM_SIZE);
        Setting chunk = policy.setting(Limit.MAX_CHUNK_SIZE);
        Setting set = stream.source().layer() == Layer.COMMAND_LINE ? chunk : stream;
        boolean refuses =
                policy.limits().commands().contains(Command.INSTREAM)
                        && policy.limits().maxChunkBytes() < policy.limits().maxStreamBytes()
                        && set.source().layer() != Layer.COMMAND_LINE;
        return refuses
                ? Optional.of(
                        new RuleWarning(
                                set.source().label(),
                                "maxChunkSize %s is below maxStreamSize %s: exim and rspamd send a file as one chunk, and larger ones are always refused"
                                        .formatted(chunk.value(), stream.value())))
                : Optional.empty();
    }
}
